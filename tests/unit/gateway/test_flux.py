import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.gateway import flux as module
from services.gateway.flux import LISTENERS_OF_ADDRESS, Flux, FluxComplet, read_event_id, write_event_id
from services.gateway.sources import SourceState
from shared.contracts.topics import SERVICES


class FakeSources:
    """Positions that a test moves."""

    def __init__(self) -> None:
        self.states = {name: SourceState(name) for name in SERVICES}
        self.at = dict.fromkeys(SERVICES, 1)
        self.asked = 0

    async def positions(self) -> dict[str, int]:
        self.asked += 1
        return dict(self.at)


class Stage:
    """A flux and the sources under it."""

    def __init__(self) -> None:
        self.sources = FakeSources()
        self.stopping = False
        self.flux = Flux(self.sources, lambda: self.stopping)  # type: ignore[arg-type] # only its positions are read

    async def move(self, **positions: int) -> None:
        self.sources.at |= positions
        await self.flux.turn()


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def next_event(events: AsyncIterator[bytes]) -> tuple[str, dict[str, Any]]:
    text = (await asyncio.wait_for(anext(events), 5)).decode()
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
    assert fields["event"] == "vues"
    return fields["id"], json.loads(fields["data"])


async def test_a_listener_hears_where_the_views_are_then_what_moves(stage: Stage) -> None:
    stage.flux.enter("a")
    events = stage.flux.events(None)
    assert (await anext(events)).startswith(b"retry:")
    _, first = await next_event(events)
    assert first["positions"] == {"structures": 1, "parcours": 1, "funding": 1}
    assert first["sources_changees"] == list(SERVICES)
    await stage.move(parcours=7)
    identity, second = await next_event(events)
    assert (second["sources_changees"], second["positions"]["parcours"]) == (["parcours"], 7)
    assert "parcours" in second["vues_changees"]
    assert "financements" not in second["vues_changees"]
    back = stage.flux.events(identity)
    await anext(back)
    waiting = asyncio.ensure_future(anext(back))
    await asyncio.sleep(0)
    assert not waiting.done()  # nothing moved since what it heard
    await stage.move(funding=2)
    assert b'"sources_changees":["funding"]' in await asyncio.wait_for(waiting, 5)


async def test_one_reading_serves_all_and_nobody_costs_none(stage: Stage) -> None:
    await stage.flux.turn()
    assert stage.sources.asked == 0
    for address in ("a", "b", "c"):
        stage.flux.enter(address)
    await stage.flux.turn()
    assert stage.sources.asked == 1


async def test_listeners_are_counted_by_address(stage: Stage) -> None:
    for _ in range(LISTENERS_OF_ADDRESS):
        stage.flux.enter("a")
    with pytest.raises(FluxComplet):
        stage.flux.enter("a")
    stage.flux.enter("b")
    stage.flux.leave("a")
    stage.flux.enter("a")
    assert stage.flux.listeners == LISTENERS_OF_ADDRESS + 1


async def test_a_silent_stream_beats_and_ends_with_the_process(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    stage.flux.enter("a")
    events = stage.flux.events(write_event_id(stage.sources.at))
    await anext(events)
    assert (await asyncio.wait_for(anext(events), 5)).startswith(b":")
    stage.stopping = True
    await stage.flux.turn()
    assert [event async for event in events] == []
    with pytest.raises(FluxComplet):
        stage.flux.enter("b")


@pytest.mark.parametrize(
    "text", ["", "x", "structures=1", "structures=1.parcours=2.autre=3", "a" * 500, None]
)
def test_an_identifier_that_is_not_ours_says_nothing(text: str | None) -> None:
    assert read_event_id(text) is None


def test_an_identifier_is_read_as_it_was_written() -> None:
    positions = {"structures": 1, "parcours": 20, "funding": 300}
    assert read_event_id(write_event_id(positions)) == positions

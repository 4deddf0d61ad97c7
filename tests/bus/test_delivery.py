"""From a committed write to the view, on both buses."""

import uuid
from dataclasses import replace
from typing import Any

from services.gateway.rebuild import rebuild
from services.gateway.views import projections
from shared.messaging.commands import replay
from shared.messaging.source import Batch, Record
from tests.bus.conftest import World


async def test_what_is_written_is_seen_once_in_order(world: World) -> None:
    async with world.running():
        await world.register_all(*range(1, 61))
        await world.visible(60)
    await world.check_all()


async def test_a_restarted_consumer_goes_on_where_it_was(world: World) -> None:
    async with world.running():
        await world.register_all(*range(1, 11))
        await world.visible(10)
    async with world.running(consumers=0):
        await world.register_all(*range(11, 21))
    async with world.running():
        await world.visible(20)
    await world.check_all()


async def test_two_consumers_apply_each_event_once(world: World) -> None:
    async with world.running(consumers=2):
        await world.register_all(*range(1, 41))
        await world.visible(40)
    await world.check_all()


async def test_the_same_batch_twice_changes_nothing(either_bus_world: World) -> None:
    world = either_bus_world
    await world.register_all(*range(1, 6))
    await world.journal.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    consumer = world.consumer()
    for bus in (f"journal:{journal_id}", "kafka:another", f"journal:{journal_id}"):
        await consumer.apply(Batch("structures", 0, bus, tuple(records), 6))
    assert await world.view.scalar("select count(*) from structure") == 5
    assert await world.view.position() == 5
    await world.check_all()


async def test_an_event_nobody_can_read_waits_aside_and_comes_back(either_bus_world: World) -> None:
    world = either_bus_world
    bad, good = [(await world.register(n)).json()["id"] for n in (1, 2)]
    await world.journal.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    spoiled = [_spoil(r) if r.envelope and str(r.envelope.key) == bad else r for r in records]
    await world.consumer().apply(Batch("structures", 0, f"journal:{journal_id}", tuple(spoiled), 3))
    set_aside = "select count(*) from dead_letter where resolved_at is null"
    assert str(await world.view.scalar("select structure_id from structure")) == good
    assert await world.view.scalar(set_aside) == 1
    assert await world.view.position() == 2
    assert await replay(world.view.engine, projections, world.journals, uuid.UUID(bad)) == 1
    assert await world.view.scalar(set_aside) == 0
    await world.check_all()


def _spoil(record: Record) -> Record:
    assert record.envelope
    return replace(record, envelope=replace(record.envelope, data="{}"))


async def test_views_rebuilt_aside_equal_those_that_serve(world: World) -> None:
    async with world.running():
        await world.register_all(*range(1, 21))
        await world.visible(20)
        await rebuild(world.view.urls.migration, _OnlyStructures(world))  # type: ignore[arg-type] # see there
        assert await world.view.scalar("select count(*) from structure") == 20
        await world.register_all(*range(21, 31))
        await world.visible(30)
    await world.check_all()


class _OnlyStructures:
    """The journals of the three services, of which only one runs in this test."""

    def __init__(self, world: World) -> None:
        self._journals = world.journals
        self.versions = world.journals.versions

    async def after(self, service: str, position: int, **options: Any) -> tuple[str, list[Record]]:
        if service != "structures":
            return "none", []
        return await self._journals.after(service, position, **options)


async def test_the_view_goes_from_one_bus_to_the_other_and_back(either_bus_world: World) -> None:
    world = either_bus_world
    for turn, world.bus in enumerate(("kafka", "journal", "kafka", "journal")):
        async with world.running():
            await world.register_all(*range(turn * 10 + 1, turn * 10 + 11))
            await world.visible(turn * 10 + 10)
        await world.check_all()

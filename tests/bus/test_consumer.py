"""Made-up batches: each event once, view and position together, one bad event alone aside."""

import random
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.views import VIEW, projections
from shared.contracts.envelope import Envelope
from shared.contracts.structures import StructureEnregistree
from shared.messaging import consumer as module
from shared.messaging.checkpoints import standings
from shared.messaging.consumer import Consumer, Projections, Received, is_transient
from shared.messaging.source import Batch, Record, interleave
from tests.bus.conftest import View
from tests.factories.facts import Publisher, identifier, make_structure, make_versement

BUS = "kafka:a"


@dataclass
class Journals:
    """The HTTP answer of the source service to a repair."""

    held: Sequence[Envelope] = ()
    asked: list[tuple[UUID, int, int]] = field(default_factory=list)

    async def versions(self, _: str, key: UUID, first: int, last: int) -> list[Envelope]:
        self.asked.append((key, first, last))
        return [e for e in self.held if e.key == key and first <= e.version <= last]


def batch_of(records: Sequence[Record], bus_id: str = BUS, partition: int = 0) -> Batch:
    """A batch of records as a partition gives them, at offsets 0, 1, 2…"""
    placed = tuple(replace(record, offset=offset) for offset, record in enumerate(records))
    assert placed[0].envelope
    return Batch(placed[0].envelope.service, partition, bus_id, placed, len(placed))


def versions_of(name: str, count: int, publisher: Publisher | None = None) -> list[Record]:
    """The records of ``count`` versions of a structure; the permanent staff tells the version."""
    publisher = publisher or Publisher("structures")
    return [
        publisher.batch([make_structure(name, permanents=version)]).records[0]
        for version in range(1, count + 1)
    ]


def consumer_of(view: View, journals: Journals | None = None, reads: Projections = projections) -> Consumer:
    return Consumer(view.engine, reads, journals or Journals())  # type: ignore[arg-type] # another service's HTTP


async def test_a_version_already_applied_never_comes_back(view: View) -> None:
    """The same records under another bus are read again from 0: only versions tell them from new ones."""
    records = versions_of("S1", 2)
    consumer = consumer_of(view)
    await consumer.apply(batch_of(records))
    await consumer.apply(batch_of(records[:1], bus_id="journal:b"))
    assert await view.scalar("select permanents from structure") == 2
    assert await view.scalar("select version from head") == 2


async def test_a_duplicate_inside_a_batch_is_counted_once(view: View) -> None:
    paid = Publisher("funding").batch([make_versement("V1", "100")]).records[0]
    await consumer_of(view).apply(batch_of([paid, paid]))
    assert await view.scalar("select montant from versement") == 100


async def test_low_offsets_of_another_bus_are_new_events(view: View) -> None:
    publisher = Publisher("structures")
    consumer = consumer_of(view)
    await consumer.apply(batch_of(versions_of("S1", 3, publisher)))
    await consumer.apply(batch_of(versions_of("S2", 1, publisher), bus_id="kafka:b"))
    assert await view.scalar("select count(*) from structure") == 2
    assert await view.scalar("select bus_id from checkpoint") == "kafka:b"
    assert await view.scalar("select next_offset from checkpoint") == 1


async def test_low_offsets_of_the_same_bus_are_old_events(view: View) -> None:
    records = versions_of("S1", 3)
    consumer = consumer_of(view)
    await consumer.apply(batch_of(records))
    await consumer.apply(batch_of(records[:2]))
    assert await view.scalar("select next_offset from checkpoint") == 3, "a late instance goes back"


async def test_a_position_moves_only_with_its_view(view: View) -> None:
    """The first attempt fails after the projection's own writes: nothing of it may stay, position included."""
    attempts = 0
    faulty = Projections(VIEW)

    @faulty.on(StructureEnregistree)
    async def fail_once(conn: AsyncConnection, events: Sequence[Received]) -> None:
        nonlocal attempts
        attempts += 1
        await projections.apply(conn, events)
        if attempts == 1:
            raise ConnectionResetError

    await consumer_of(view, reads=faulty).apply(batch_of(versions_of("S1", 2)))
    assert attempts == 2
    assert await view.scalar("select permanents from structure") == 2
    assert await view.scalar("select next_offset from checkpoint") == 2


async def test_missing_versions_are_fetched_and_applied_before(view: View) -> None:
    publisher = Publisher("structures")
    other, records = versions_of("S2", 1, publisher), versions_of("S1", 4, publisher)
    journals = Journals([r.envelope for r in records if r.envelope])
    await consumer_of(view, journals).apply(batch_of([other[0], records[3]]))
    assert journals.asked == [(identifier("S1"), 1, 3)]
    assert await view.scalar("select max(permanents) from structure") == 4
    assert await view.scalar("select version from head where key = :key", key=identifier("S1")) == 4
    async with view.engine.connect() as conn:
        assert (await standings(conn, VIEW))["structures"].position == 5


async def test_versions_that_nobody_has_put_their_key_aside_and_no_other(view: View) -> None:
    publisher = Publisher("structures")
    lost, fine = versions_of("S1", 2, publisher), versions_of("S2", 1, publisher)
    await consumer_of(view).apply(batch_of([lost[1], fine[0]]))
    assert await view.scalar("select structure_id from structure") == identifier("S2")
    assert await view.scalar("select quarantined from head where key = :key", key=identifier("S1")) == 1
    assert await view.scalar("select count(*) from dead_letter") == 1


async def test_one_faulty_event_among_repaired_ones_is_isolated(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repaired records share an offset: cutting the batch between them passes over none."""
    monkeypatch.setattr(module, "backoff", lambda _: 0.0)
    publisher = Publisher("structures")
    records, others = versions_of("S1", 5, publisher), versions_of("S2", 3, publisher)
    faulty = Projections(VIEW)

    @faulty.on(StructureEnregistree)
    async def refuse_s2_v2(conn: AsyncConnection, events: Sequence[Received]) -> None:
        if any(e.envelope.key == identifier("S2") and e.envelope.version == 2 for e in events):
            raise ZeroDivisionError
        await projections.apply(conn, events)

    journals = Journals([r.envelope for r in records if r.envelope])
    await consumer_of(view, journals, faulty).apply(batch_of([others[0], records[4], *others[1:]]))
    shown = "select permanents from structure where structure_id = :key"
    assert await view.scalar(shown, key=identifier("S1")) == 5
    assert await view.scalar(shown, key=identifier("S2")) == 1
    reasons = "select string_agg(version || ' ' || reason, ', ' order by version) from dead_letter"
    assert await view.scalar(reasons) == "2 ZeroDivisionError: , 3 clé en quarantaine"


async def test_interleaved_records_survive_a_cut(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys out of order inside a batch, as tests of the journal give them: a cut passes over none."""
    monkeypatch.setattr(module, "backoff", lambda _: 0.0)
    publisher = Publisher("structures")
    records = [r for n in range(1, 7) for r in versions_of(f"S{n}", 1, publisher)]
    bad = replace(records[3], raw="", envelope=replace(records[3].envelope, data='{"siret": 1}'))  # type: ignore[type-var]
    faulty = Projections(VIEW)

    @faulty.on(StructureEnregistree)
    async def refuse_many(conn: AsyncConnection, events: Sequence[Received]) -> None:
        if len(events) > 1:
            raise ZeroDivisionError
        await projections.apply(conn, events)

    placed = batch_of([*records[:3], bad, *records[4:]])
    shuffled = interleave(list(placed.records), _Reversed())
    await consumer_of(view, reads=faulty).apply(replace(placed, records=tuple(shuffled)))
    assert await view.scalar("select count(*) from structure") == 5
    assert await view.scalar("select count(*) from dead_letter") == 1


class _Reversed(random.Random):
    """A draw that is the worst one."""

    def shuffle(self, x: MutableSequence[Any]) -> None:
        x.reverse()


async def test_positions_wait_for_the_partition_that_is_behind(view: View) -> None:
    """Partitions run ahead of each other: the position is that of the longest complete beginning."""
    publisher = Publisher("structures")
    records = [r for n in range(1, 9) for r in versions_of(f"S{n}", 1, publisher)]
    consumer = consumer_of(view)

    async def position() -> int:
        async with view.engine.connect() as conn:
            return (await standings(conn, VIEW))["structures"].position

    await consumer.apply(batch_of(records[1::2], partition=1))
    assert await position() == 0
    await consumer.apply(batch_of(records[0:4:2], partition=0))
    assert await position() == 4
    await consumer.apply(replace(batch_of(records[0::2], partition=0), next_offset=4))
    assert await position() == 8


def test_a_pool_without_connection_passes_by_itself() -> None:
    assert is_transient(PoolTimeout("QueuePool limit"))

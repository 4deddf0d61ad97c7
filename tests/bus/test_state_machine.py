"""Every order of events between a write and a view, drawn by Hypothesis on the real journal and consumer.

The broker is a model: partitions are lists, a relay may die between its acknowledgement and its cursor, a late
one sends again what it had, a wipe empties all. Journal, sequencer, consumer and fold are the product's, on
PostgreSQL. Each event adds one to a counter, so that an event applied twice is seen.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.gateway.tables import SCHEMA, vues
from services.gateway.views import VIEW
from services.gateway.views import projections as real
from shared.contracts.envelope import Envelope
from shared.contracts.structures import StructureEnregistree
from shared.db import create_engine, write
from shared.messaging.consumer import Consumer, Projections, Received
from shared.messaging.feed import envelopes_after, envelopes_of_key, journal_state
from shared.messaging.fold import fold
from shared.messaging.relay import partition_of
from shared.messaging.sequencer import sequence_batch
from shared.messaging.source import Batch, Record, interleave
from shared.messaging.verify import verify_journal
from tests.bus.conftest import Journal, View
from tests.factories.journal import AUTHOR, key_of, make_new_fact

T = TypeVar("T")
NAMES = ["S1", "S2", "S3", "S4"]
EMPTY_JOURNAL = """
    set session_replication_role = replica;
    truncate journal, journal_pending, journal_position restart identity;
    update relay_cursor set position = 0;
    set session_replication_role = origin;
"""
EMPTY_VIEW = f"truncate {', '.join(f'{SCHEMA}.{table.name}' for table in vues.sorted_tables)}"
COUNT = text("""
    insert into versement as v (structure_id, annee, mois, financeur, nature, known_on, montant, nombre)
    values (:key, 2017, 1, 'ETAT', 'COMPTE', '2017-01-01', 0, 1)
    on conflict (structure_id, annee, mois, financeur, nature, known_on) do update set nombre = v.nombre + 1
""")
SHOWN = text("""
    select h.key, h.version, s.permanents, v.nombre
    from head h left join structure s on s.structure_id = h.key left join versement v on v.structure_id = h.key
""")


class Killed(BaseException):
    """The process of a reader dies."""


class Reads(Projections):
    """The real projection and a counter; dies at its end when told."""

    def __init__(self) -> None:
        super().__init__(VIEW)
        self.dies = False

        @self.on(StructureEnregistree)
        async def show(conn: AsyncConnection, events: Sequence[Received]) -> None:
            await real.apply(conn, events)
            for event in events:
                await conn.execute(COUNT, {"key": event.envelope.key})
            if self.dies:
                raise Killed


class Journals:
    """The journal as readers ask it over HTTP."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def after(
        self, service: str, position: int, *, limit: int = 1000, **_: Any
    ) -> tuple[str, list[Record]]:
        async with self._engine.connect() as conn:
            identity = (await journal_state(conn))[1]
            found = await envelopes_after(conn, service, position, limit)
        return identity, [Record(envelope.position, envelope) for envelope, _ in found]

    async def versions(self, service: str, key: UUID, first: int, last: int) -> list[Envelope]:
        async with self._engine.connect() as conn:
            return await envelopes_of_key(conn, service, key, first, last)


class Broker:
    """Partitions of one incarnation, and where the relay stands."""

    def __init__(self) -> None:
        self.incarnation = 0
        self.cursor = 0
        self.partitions: dict[int, list[Envelope]] = defaultdict(list)

    @property
    def bus_id(self) -> str:
        return f"kafka:{self.incarnation}"

    def send(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            self.partitions[partition_of(str(envelope.key).encode())].append(envelope)

    def wipe(self) -> None:
        self.incarnation, self.cursor = self.incarnation + 1, 0
        self.partitions.clear()


class Machine(RuleBasedStateMachine):
    """One journal, one broker, two readers of one view."""

    loop: asyncio.AbstractEventLoop
    journal: Journal
    view: View
    admin_url: str

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, int] = defaultdict(int)
        self.open: dict[str, tuple[AsyncConnection, int]] = {}
        self.broker = Broker()
        self.reads = Reads()
        self.journals = Journals(self.journal.appli)
        self.consumer = Consumer(self.view.engine, self.reads, self.journals)  # type: ignore[arg-type] # HTTP
        # Where each reader is, in its own memory: partition by partition, on the incarnation it opened.
        self.readers: list[tuple[str, dict[int, int]]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

    @initialize()
    def begin(self) -> None:
        self.run(self._empty())
        self.readers = [(self.broker.bus_id, {}), (self.broker.bus_id, {})]

    async def _empty(self) -> None:
        for database, statements in ((self.journal.urls, EMPTY_JOURNAL), (self.view.urls, EMPTY_VIEW)):
            name = database.appli.rpartition("/")[2]
            admin = await asyncpg.connect(f"{self.admin_url.rpartition('/')[0]}/{name}")
            await admin.execute(statements)
            await admin.close()

    # What writers do.

    @rule(name=st.sampled_from(NAMES), count=st.integers(1, 3))
    def write(self, name: str, count: int) -> None:
        if name not in self.open:
            first = self.versions[name] + 1
            self.run(self.journal.write(*(make_new_fact(name, first + n) for n in range(count))))
            self.versions[name] += count

    @rule(name=st.sampled_from(NAMES))
    def write_without_committing(self, name: str) -> None:
        if name not in self.open and len(self.open) < 3:
            self.open[name] = self.run(self._write_open(name)), self.versions[name] + 1

    async def _write_open(self, name: str) -> AsyncConnection:
        conn = await self.journal.appli.connect()
        await write(conn, {}, [make_new_fact(name, self.versions[name] + 1)], AUTHOR)
        return conn

    @precondition(lambda self: self.open)
    @rule(data=st.data(), commits=st.booleans())
    def end(self, data: st.DataObject, *, commits: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.open)))
        conn, version = self.open.pop(name)
        self.run(conn.commit() if commits else conn.rollback())
        self.run(conn.close())
        if commits:
            self.versions[name] = version

    # What the sequencer and the relay do.

    @rule(survives=st.booleans())
    def order(self, *, survives: bool) -> None:
        self.run(self._order(survives=survives))

    async def _order(self, *, survives: bool) -> None:
        async with self.journal.relais.connect() as conn:
            await sequence_batch(conn)
            await (conn.commit() if survives else conn.rollback())

    @rule(count=st.integers(1, 5), survives=st.booleans())
    def publish(self, count: int, *, survives: bool) -> None:
        found = self.run(self.journal.envelopes(after=self.broker.cursor))[:count]
        self.broker.send(found)
        if survives and found:
            self.broker.cursor = found[-1].position

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """A relay that was frozen sends what it had in hand: all that precedes it was acknowledged."""
        partition = data.draw(st.sampled_from(range(6)))
        held = self.broker.partitions[partition]
        first = data.draw(st.integers(0, len(held)))
        held += held[first : first + 3]

    @rule()
    def wipe(self) -> None:
        self.broker.wipe()

    # What readers do.

    @rule(who=st.integers(0, 1), partition=st.integers(0, 5), count=st.integers(1, 6), dies=st.booleans())
    def consume(self, who: int, partition: int, count: int, *, dies: bool) -> None:
        bus_id, offsets = self.readers[who]
        if bus_id != self.broker.bus_id:  # it notices, and opens again
            self.open_again(who)
            return
        held = self.broker.partitions[partition]
        start = offsets.get(partition, 0)
        records = [Record(start + n, e) for n, e in enumerate(held[start : start + count])]
        if records:
            end = start + len(records)
            if self._apply(Batch("structures", partition, bus_id, tuple(records), end), dies=dies):
                offsets[partition] = end
            else:
                self.open_again(who)

    @rule(who=st.integers(0, 1))
    def open_again(self, who: int) -> None:
        """Start from the checkpoints, as after a death or a rebalance."""
        known = text("select partition, next_offset from checkpoint where bus_id = :bus_id")
        self.readers[who] = (self.broker.bus_id, self.run(self._checkpoints(known)))

    async def _checkpoints(self, known: Any) -> dict[int, int]:
        async with self.view.engine.connect() as conn:
            rows = await conn.execute(known, {"bus_id": self.broker.bus_id})
            return {row.partition: row.next_offset for row in rows}

    @rule(after=st.integers(0, 10), count=st.integers(1, 6), seed=st.integers(0, 9), dies=st.booleans())
    def consume_over_http(self, after: int, count: int, seed: int, *, dies: bool) -> None:
        """The other bus, from anywhere not beyond what this reader saw, keys out of order."""
        identity, records = self.run(self.journals.after("structures", 0))
        stands = self.run(self.view.position())
        after = min(after, stands)
        taken = interleave(records[after : after + count], random.Random(seed))
        if taken:
            bus_id, end = f"journal:{identity}", after + len(taken) + 1
            self._apply(Batch("structures", 0, bus_id, tuple(taken), end), dies=dies)
            self.open_again(0)
            self.open_again(1)

    def _apply(self, batch: Batch, *, dies: bool) -> bool:
        self.reads.dies = dies
        try:
            self.run(self.consumer.apply(batch))
        except Killed:
            return False
        finally:
            self.reads.dies = False
        return True

    @rule()
    def rebuild(self) -> None:
        self.run(self._rebuild())
        self.open_again(0)
        self.open_again(1)

    async def _rebuild(self) -> None:
        async with self.view.engine.begin() as conn:
            for table in vues.sorted_tables:
                await conn.execute(text(f"delete from {table.name}"))
        await fold(self.view.engine, self.reads, self.journals, {"structures": None})  # type: ignore[arg-type] # HTTP

    # What must hold, always.

    @invariant()
    def first_passages_are_in_order(self) -> None:
        for held in self.broker.partitions.values():
            last: dict[UUID, int] = defaultdict(int)
            for envelope in held:
                assert envelope.version <= last[envelope.key] + 1
                last[envelope.key] = max(last[envelope.key], envelope.version)

    @invariant()
    def a_view_shows_each_event_once(self) -> None:
        for key, version, shown, count in self.run(self._shown()):
            assert version == shown == count, key

    async def _shown(self) -> list[tuple[UUID, int, int, int]]:
        async with self.view.engine.connect() as conn:
            return [tuple(row) for row in await conn.execute(SHOWN)]

    def teardown(self) -> None:
        """Let everything through: the journal is whole, and the view holds all of it."""
        for name in list(self.open):
            conn, version = self.open.pop(name)
            self.run(conn.commit())
            self.run(conn.close())
            self.versions[name] = version
        self.run(self.journal.sequence())
        self.publish(10_000, survives=True)
        self.open_again(0)
        for partition in range(6):
            self.consume(0, partition, 10_000, dies=False)
        assert not [f for f in self.run(verify_journal(self.journal.appli)) if f.fault]
        expected = {key_of(name): version for name, version in self.versions.items() if version}
        assert {key: version for key, version, _, _ in self.run(self._shown())} == expected
        assert self.run(self.view.position()) == sum(expected.values())
        assert self.run(self.view.scalar("select count(*) from dead_letter")) == 0


def test_no_order_of_events_loses_or_repeats_any(journal: Journal, view: View, postgres: str) -> None:
    """The machine has its own loop, hence its own connections to the same databases."""
    loop = asyncio.new_event_loop()
    own = Journal(
        journal.urls,
        create_engine(journal.urls.appli, application="machine"),
        create_engine(journal.urls.relais, application="machine"),
    )
    shown = View(view.urls, create_engine(view.urls.appli, application="machine", schema=SCHEMA))
    Machine.loop, Machine.journal, Machine.view, Machine.admin_url = loop, own, shown, postgres
    checks = settings(
        max_examples=6,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Machine, settings=checks)
    finally:
        for engine in (own.appli, own.relais, shown.engine):
            loop.run_until_complete(engine.dispose())
        loop.close()

"""The consumer: applies batches to a view, each event once, in the order of its key.

View, versions of keys and position change in one transaction. A version already applied is ignored, a
missing one is fetched from the journal of its service, an event that cannot be applied goes to
``dead_letter`` and its key waits in quarantine while the others go on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.envelope import Envelope
from shared.contracts.fact import Fact
from shared.contracts.registry import BY_TYPE, MAJORS
from shared.messaging.checkpoints import Applied, Checkpoints, Head
from shared.messaging.crash_points import reach
from shared.messaging.loop import backoff
from shared.messaging.source import Batch, JournalClient, Record, Source

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Fact)
ATTEMPTS = 3
# Connection lost, resources short, operator stopping, deadlock, lock timeout: the batch is played again.
TRANSIENT = ("08", "53", "57", "40", "55", "25P03")


@dataclass(frozen=True, slots=True)
class Received:
    """One event with its fact decoded."""

    envelope: Envelope
    fact: Any


Projection = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]


class Projections:
    """The projections of one view: a function over the events of one type in a batch."""

    def __init__(self, view: str) -> None:
        self.view = view
        self._by_type: dict[str, Projection] = {}
        self._aggregates: set[str] = set()

    def on(self, *facts: type[Fact]) -> Callable[[Projection], Projection]:
        """Register a function for some facts."""

        def register(projection: Projection) -> Projection:
            for fact in facts:
                self._by_type[fact.event_type()] = projection
                self._aggregates.add(aggregate_of(fact.event_type()))
            return projection

        return register

    def follows(self, event_type: str) -> bool:
        """Tell whether the view reads any fact of the aggregate of an event: else its versions mean nothing here."""
        return aggregate_of(event_type) in self._aggregates

    def handles(self, event_type: str) -> bool:
        """Tell whether the view is interested in a type of event."""
        return event_type in self._by_type

    async def apply(self, conn: AsyncConnection, events: Sequence[Received]) -> None:
        """Apply events to the view, runs of one type at a time, never crossing two events of one key."""
        for run in _runs(events):
            for event_type, group in run.items():
                await self._by_type[event_type](conn, group)

    @property
    def services(self) -> list[str]:
        """The services whose facts the view reads, sorted."""
        return sorted({event_type.split(".")[2] for event_type in self._by_type})


def aggregate_of(event_type: str) -> str:
    """Return ``fr.iae.<service>.<aggregate>`` of an event type."""
    return event_type.rpartition(".")[0]


def _runs(events: Sequence[Received]) -> list[dict[str, list[Received]]]:
    runs: list[dict[str, list[Received]]] = [{}]
    types_of_keys: dict[UUID, str] = {}
    for event in events:
        envelope = event.envelope
        if types_of_keys.setdefault(envelope.key, envelope.type) != envelope.type:
            runs.append({})
            types_of_keys = {envelope.key: envelope.type}
        runs[-1].setdefault(envelope.type, []).append(event)
    return runs


class MissingVersions(Exception):
    """Some keys jump over versions; carries, per key, the first and last missing (included)."""

    def __init__(self, gaps: dict[UUID, tuple[int, int]]) -> None:
        super().__init__(f"{len(gaps)} keys")
        self.gaps = gaps


@dataclass
class _Sorted:
    """What to do with the records of a batch."""

    apply: list[Received]
    dead: list[tuple[Record, str]]
    positions: list[int]


class Consumer:
    """Applies the batches of a source to a view.

    Parameters
    ----------
    engine
        Database that holds the view and its ``checkpoint``, ``progress``, ``head`` and ``dead_letter``.
    projections
        The functions of the view.
    journals
        Where missing versions are fetched.
    """

    def __init__(self, engine: AsyncEngine, projections: Projections, journals: JournalClient) -> None:
        self._engine = engine
        self._projections = projections
        self._journals = journals
        self._points = Checkpoints(projections.view)

    async def run(self, source: Source) -> None:
        """Apply batches until cancelled; a source that fails is opened again."""
        failures = 0
        while True:
            batches = source.batches()
            try:
                async for together in batches:
                    await self.apply_together(together)
                    failures = 0
            except Exception:
                failures += 1
                log.exception("source lost", extra={"view": self._projections.view, "attempts": failures})
                await asyncio.sleep(backoff(failures))
            finally:
                await batches.aclose()  # type: ignore[attr-defined] # an async generator

    async def apply_together(self, batches: Sequence[Batch]) -> None:
        """Apply batches of different partitions in one transaction: at the live end each is a few events.

        Whatever goes wrong, each is then applied alone, by the path that repairs and sets aside.
        """
        if len(batches) > 1:
            try:
                # In one order: two instances never wait for each other in a circle.
                return await self._apply_once(*sorted(batches, key=lambda b: (b.source, b.partition)))
            except Exception as error:  # noqa: BLE001 # `apply` meets it again, and knows what to do
                log.info(
                    "batches taken one by one",
                    extra={"view": self._projections.view, "why": type(error).__name__},
                )
        for batch in batches:
            await self.apply(batch)
        return None

    async def apply(self, batch: Batch) -> None:
        """Apply one batch, whatever it takes.

        A failing database is waited for without limit. Code that fails three times makes the batch split
        until the faulty event stands alone; its key is put in quarantine.
        """
        failures = 0
        while True:
            try:
                await self._apply_once(batch)
            except MissingVersions as missing:
                batch = await self._repair(batch, missing.gaps)
            except Exception as error:
                failures += 1
                log.exception("batch failed", extra={"view": self._projections.view, "attempts": failures})
                if is_transient(error) or failures < ATTEMPTS:
                    await asyncio.sleep(backoff(failures))
                elif len(batch.records) > 1:
                    for half in batch.split():
                        await self.apply(half)
                    return
                else:
                    await self._set_aside(batch, error)
                    return
            else:
                return

    async def _apply_once(self, *batches: Batch) -> None:
        async with self._engine.begin() as conn:
            starts = await self._points.lock(conn, batches)
            left = [
                [r for r in batch.records if r.offset >= start]
                for batch, start in zip(batches, starts, strict=True)
            ]
            keys = set().union(*map(self._keys, left))
            heads = await self._points.heads(conn, keys)
            works = [self._sort(records, heads) for records in left]
            await self._projections.apply(conn, [event for work in works for event in work.apply])
            moved = {key: heads[key] for key in keys}
            applied = [Applied(batch, w.positions, w.dead) for batch, w in zip(batches, works, strict=True)]
            await self._points.record(conn, moved, applied)
            reach("consumer.before_commit")
        reach("consumer.after_commit")

    def _keys(self, records: Sequence[Record]) -> set[UUID]:
        """Return the keys whose versions mean something to the view."""
        follows = self._projections.follows
        return {r.envelope.key for r in records if r.envelope and follows(r.envelope.type)}

    def _sort(self, records: Sequence[Record], heads: dict[UUID, Head]) -> _Sorted:
        work = _Sorted([], [], [])
        gaps: dict[UUID, tuple[int, int]] = {}
        for record in records:
            envelope = record.envelope
            if record.passed is not None:
                work.positions.append(record.passed)
                continue
            if envelope is None:
                work.dead.append((record, f"enveloppe illisible : {record.raw}"))
                continue
            work.positions.append(envelope.position)
            if not self._projections.follows(envelope.type):
                continue
            head = heads.setdefault(envelope.key, Head())
            if envelope.version <= head.version or envelope.key in gaps:
                continue
            if envelope.version > head.version + 1 and not head.quarantined:
                gaps[envelope.key] = (head.version + 1, envelope.version - 1)
                continue
            self._admit(record, envelope, head, work)
        if gaps:
            raise MissingVersions(gaps)
        return work

    def _admit(self, record: Record, envelope: Envelope, head: Head, work: _Sorted) -> None:
        """Take the next version of a key, or set it aside and its key in quarantine."""
        if head.quarantined:
            work.dead.append((record, "clé en quarantaine"))
            return
        try:
            received = self.decode(envelope)
        except (ValidationError, UnknownMajor) as error:
            head.quarantined = True
            work.dead.append((record, reason_of(error)))
            return
        head.version = envelope.version
        if received:
            work.apply.append(received)

    def decode(self, envelope: Envelope) -> Received | None:
        """Return the event with its fact, or None when the view has no use for its type.

        Raises
        ------
        pydantic.ValidationError, UnknownMajor
            The data does not satisfy its contract.
        """
        if not self._projections.handles(envelope.type):
            return None  # nobody's business here, or tomorrow's event
        model = BY_TYPE.get((envelope.type, envelope.major))
        if model is None:
            raise UnknownMajor(f"majeure {envelope.major} inconnue, attendue {MAJORS[envelope.type]}")
        return Received(envelope, model.model_validate_json(envelope.data))

    async def _repair(self, batch: Batch, gaps: dict[UUID, tuple[int, int]]) -> Batch:
        """Return the batch completed with the missing versions; those that nobody has go to quarantine."""
        log.warning("versions missing", extra={"view": self._projections.view, "count": len(gaps)})
        extra: dict[UUID, list[Record]] = {}
        lost: set[UUID] = set()
        for key, (first, last) in gaps.items():
            found = await self._journals.versions(batch.source, key, first, last)
            if [e.version for e in found] != list(range(first, last + 1)):
                lost.add(key)
                continue
            extra[key] = [Record(-1, envelope) for envelope in found]
        if lost:
            await self._quarantine(lost)
        records: list[Record] = []
        for record in batch.records:
            envelope = record.envelope
            if envelope and envelope.key in extra and envelope.version > gaps[envelope.key][1]:
                records += [Record(record.offset, e.envelope) for e in extra.pop(envelope.key)]
            records.append(record)
        return Batch(batch.source, batch.partition, batch.bus_id, tuple(records), batch.next_offset)

    async def _quarantine(self, keys: set[UUID]) -> None:
        async with self._engine.begin() as conn:
            heads = await self._points.heads(conn, keys)
            for key in keys:
                heads.setdefault(key, Head()).quarantined = True
            await self._points.write_heads(conn, heads)
        log.error("versions lost", extra={"view": self._projections.view, "count": len(keys)})

    async def _set_aside(self, batch: Batch, error: Exception) -> None:
        (record,) = batch.records
        async with self._engine.begin() as conn:
            await self._points.lock(conn, [batch])
            heads: dict[UUID, Head] = {}
            positions = []
            if record.envelope:
                heads = await self._points.heads(conn, {record.envelope.key})
                head = heads.setdefault(record.envelope.key, Head())
                head.quarantined = True
                positions = [record.envelope.position]
            await self._points.record(conn, heads, [Applied(batch, positions, [(record, reason_of(error))])])
        log.error("event set aside", extra={"view": self._projections.view, "offset": record.offset})


class UnknownMajor(Exception):
    """The major version of a known type is not one we read."""


def reason_of(error: Exception) -> str:
    """Return why an event was set aside, without any of its values."""
    if isinstance(error, ValidationError):
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors()[:5])
        return f"schéma refusé : {faults}"
    return (
        f"{type(error).__name__}"
        if isinstance(error, DBAPIError)
        else f"{type(error).__name__}: {error}"[:300]
    )


def is_transient(error: Exception) -> bool:
    """Tell whether a database error will pass by itself."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or not state or state.startswith(TRANSIENT)
    return isinstance(error, OSError | PoolTimeout)

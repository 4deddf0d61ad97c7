"""Where a view stands, written in the transaction that changes the view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import now
from shared.contracts.topics import PARTITIONS
from shared.messaging.source import Batch, Record

EVERY_PARTITION = -1
"""Partition of a batch that comes from none: it waits for all, and moves no offset."""
OPEN = text("""
    insert into checkpoint (view, source, partition, next_offset, bus_id)
    select :view, u.source, u.partition, 0, ''
    from unnest(cast(:sources as text[]), cast(:partitions as int[])) as u(source, partition)
    on conflict do nothing
""")
# In one order: two instances never wait for each other in a circle.
LOCK = text("""
    select c.source, c.partition, c.next_offset, c.bus_id
    from checkpoint c join unnest(cast(:sources as text[]), cast(:partitions as int[])) as u(source, partition)
      on c.source = u.source and c.partition = u.partition
    where c.view = :view order by c.source, c.partition for update of c
""")
OPEN_ALL = text(f"""
    insert into checkpoint (view, source, partition, next_offset, bus_id)
    select :view, :source, n, 0, '' from generate_series(0, {PARTITIONS - 1}) n on conflict do nothing
""")  # noqa: S608 # a number
LOCK_ALL = text("""
    select 1 from checkpoint where view = :view and source = :source order by partition for update
""")
HEADS = text("""
    select key, version, quarantined from head where view = :view and key = any(cast(:keys as uuid[]))
""")
SET_HEADS = text("""
    insert into head (view, key, version, quarantined)
    select :view, u.key, u.version, u.quarantined
    from unnest(cast(:keys as uuid[]), cast(:versions as int[]), cast(:quarantined as int[]))
         as u(key, version, quarantined)
    on conflict (key, view) do update set version = excluded.version, quarantined = excluded.quarantined
""")
SET_ASIDE = text("""
    insert into dead_letter (view, source, key, version, event, reason)
    values (:view, :source, :key, :version, cast(cast(:event as text) as json), :reason)
    on conflict (view, key, version) do update set reason = excluded.reason, resolved_at = null
""")
# Heads, offsets and progress leave together: batches that follow the live end are small, their trips are their cost.
RECORD = text(f"""
    with heads as ({SET_HEADS.text}),
    batch as (
        select * from unnest(cast(:sources as text[]), cast(:partitions as int[]), cast(:next_offsets as bigint[]),
                             cast(:bus_ids as text[]), cast(:events_at as timestamptz[]))
                      as u(source, partition, next_offset, bus_id, event_at)
    ),
    moved as (
        update checkpoint c
        set bus_id = b.bus_id,  -- on one bus never backwards: a late instance holds an older batch
            next_offset = case c.bus_id when b.bus_id then greatest(c.next_offset, b.next_offset) else b.next_offset end
        from batch b where c.view = :view and c.source = b.source and c.partition = b.partition
    ),
    applied as (
        select source, range_agg(int8range(first, last, '[]')) as positions
        from unnest(cast(:ranges_of as text[]), cast(:firsts as bigint[]), cast(:lasts as bigint[]))
             as u(source, first, last)
        group by source
    )
    insert into progress as p (view, source, applied, applied_at, event_at)
    select :view, source, coalesce(positions, '{{}}'), :now, event_at
    from (select source, max(event_at) as event_at from batch group by source) of_source
    left join applied using (source) order by source
    on conflict (view, source) do update
    set applied = p.applied + excluded.applied, applied_at = excluded.applied_at,
        event_at = greatest(p.event_at, excluded.event_at)
""")  # noqa: S608 # constants of this module
POSITIONS = text("""
    select source, applied_at, event_at,
           coalesce((select upper(r) - 1 from unnest(applied) r where lower(r) = 1), 0) as position
    from progress where view = :view
""")


@dataclass(slots=True)
class Head:
    """The last version of a key applied to the view; in quarantine, later events wait aside."""

    version: int = 0
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a view is on one source.

    Attributes
    ----------
    position
        Every event up to this position is applied, included; 0 when none.
    applied_at, event_at
        When the last batch was applied, and when its last event happened to be ordered in the business.
    """

    position: int
    applied_at: datetime | None
    event_at: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a transaction did of a batch: the positions it passed, the events it set aside with the reason."""

    batch: Batch
    positions: Sequence[int]
    dead: Sequence[tuple[Record, str]]


class Checkpoints:
    """The rows of one view in ``checkpoint``, ``head``, ``dead_letter`` and ``progress``."""

    def __init__(self, view: str) -> None:
        self._view = view

    async def lock(self, conn: AsyncConnection, batches: Sequence[Batch]) -> list[int]:
        """Take the partitions and return the first offset to apply of each; the rows decide between two instances."""
        if batches[0].partition == EVERY_PARTITION:
            source = {"view": self._view, "source": batches[0].source}
            await conn.execute(OPEN_ALL, source)
            await conn.execute(LOCK_ALL, source)
            return [0]
        where = {
            "view": self._view,
            "sources": [batch.source for batch in batches],
            "partitions": [batch.partition for batch in batches],
        }
        rows = (await conn.execute(LOCK, where)).all()
        if len(rows) < len(batches):
            await conn.execute(OPEN, where)
            rows = (await conn.execute(LOCK, where)).all()
        # Offsets of another bus mean nothing: read all, versions remove the duplicates.
        starts = {(row.source, row.partition, row.bus_id): int(row.next_offset) for row in rows}
        return [starts.get((batch.source, batch.partition, batch.bus_id), 0) for batch in batches]

    async def heads(self, conn: AsyncConnection, keys: Iterable[UUID]) -> dict[UUID, Head]:
        """Return the known heads among some keys."""
        rows = await conn.execute(HEADS, {"view": self._view, "keys": list(keys)})
        return {row.key: Head(row.version, bool(row.quarantined)) for row in rows}

    async def write_heads(self, conn: AsyncConnection, heads: dict[UUID, Head]) -> None:
        """Write heads."""
        await conn.execute(SET_HEADS, {"view": self._view, **_head_parameters(heads)})

    async def record(
        self, conn: AsyncConnection, heads: dict[UUID, Head], applied: Sequence[Applied]
    ) -> None:
        """Write all that some batches moved: heads, events set aside, progress, offsets."""
        for of_batch in applied:
            for record, reason in of_batch.dead:
                await self._set_aside(conn, of_batch.batch.source, record, reason)
        runs = [
            (of_batch.batch.source, first, last)
            for of_batch in applied
            for first, last in zip(*ranges(of_batch.positions), strict=True)
        ]
        batches = [of_batch.batch for of_batch in applied]
        await conn.execute(
            RECORD,
            {
                "view": self._view,
                "sources": [batch.source for batch in batches],
                "partitions": [batch.partition for batch in batches],
                "next_offsets": [batch.next_offset for batch in batches],
                "bus_ids": [batch.bus_id for batch in batches],
                "events_at": [_last_event(batch) for batch in batches],
                "ranges_of": [source for source, _, _ in runs],
                "firsts": [first for _, first, _ in runs],
                "lasts": [last for _, _, last in runs],
                "now": now(),
                **_head_parameters(heads),
            },
        )

    async def _set_aside(self, conn: AsyncConnection, source: str, record: Record, reason: str) -> None:
        envelope = record.envelope
        await conn.execute(
            SET_ASIDE,
            {
                "view": self._view,
                "source": source,
                "key": envelope and envelope.key,
                "version": envelope and envelope.version,
                "event": envelope.json().decode() if envelope else orjson.dumps(record.raw).decode(),
                "reason": reason,
            },
        )


def _last_event(batch: Batch) -> datetime | None:
    return max((r.envelope.occurred_at for r in batch.records if r.envelope), default=None)


def _head_parameters(heads: dict[UUID, Head]) -> dict[str, list[Any]]:
    """Return the bind values of heads, sorted by key: two instances never wait for each other in a circle."""
    ordered = sorted(heads.items(), key=lambda item: item[0].bytes)
    return {
        "keys": [key for key, _ in ordered],
        "versions": [head.version for _, head in ordered],
        "quarantined": [int(head.quarantined) for _, head in ordered],
    }


def ranges(positions: Iterable[int]) -> tuple[list[int], list[int]]:
    """Return the first and last positions (included) of each run of consecutive positions."""
    firsts: list[int] = []
    lasts: list[int] = []
    for position in sorted(positions):
        if lasts and position <= lasts[-1] + 1:
            lasts[-1] = position
        else:
            firsts.append(position)
            lasts.append(position)
    return firsts, lasts


async def standings(conn: AsyncConnection, view: str) -> dict[str, Standing]:
    """Return how far a view is on each source it has read."""
    rows = await conn.execute(POSITIONS, {"view": view})
    return {row.source: Standing(row.position, row.applied_at, row.event_at) for row in rows}

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
    values (:view, :source, :partition, 0, :bus_id) on conflict do nothing
""")
LOCK = text("""
    select next_offset, bus_id from checkpoint
    where view = :view and source = :source and partition = :partition for update
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
# Heads, offset and progress leave together: a batch that follows the live end is small, its trips are its cost.
RECORD = text(f"""
    with heads as ({SET_HEADS.text}),
    moved as (
        update checkpoint
        set bus_id = :bus_id,  -- on one bus never backwards: a late instance holds an older batch
            next_offset = case bus_id when :bus_id then greatest(next_offset, :next_offset) else :next_offset end
        where view = :view and source = :source and partition = :partition
    )
    insert into progress as p (view, source, applied, applied_at, event_at)
    select :view, :source, coalesce(range_agg(int8range(u.first, u.last, '[]')), '{{}}'), :now, :event_at
    from unnest(cast(:firsts as bigint[]), cast(:lasts as bigint[])) as u(first, last)
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


class Checkpoints:
    """The rows of one view in ``checkpoint``, ``head``, ``dead_letter`` and ``progress``."""

    def __init__(self, view: str) -> None:
        self._view = view

    async def lock(self, conn: AsyncConnection, batch: Batch) -> int:
        """Take the partition and return the first offset to apply; the row decides between two instances."""
        if batch.partition == EVERY_PARTITION:
            source = {"view": self._view, "source": batch.source}
            await conn.execute(OPEN_ALL, source)
            await conn.execute(LOCK_ALL, source)
            return 0
        where = {"view": self._view, "source": batch.source, "partition": batch.partition}
        row = (await conn.execute(LOCK, where)).first()
        if row is None:
            await conn.execute(OPEN, {**where, "bus_id": batch.bus_id})
            row = (await conn.execute(LOCK, where)).one()
        # Offsets of another bus mean nothing: read all, versions remove the duplicates.
        return int(row.next_offset) if row.bus_id == batch.bus_id else 0

    async def heads(self, conn: AsyncConnection, keys: Iterable[UUID]) -> dict[UUID, Head]:
        """Return the known heads among some keys."""
        rows = await conn.execute(HEADS, {"view": self._view, "keys": list(keys)})
        return {row.key: Head(row.version, bool(row.quarantined)) for row in rows}

    async def write_heads(self, conn: AsyncConnection, heads: dict[UUID, Head]) -> None:
        """Write heads."""
        await conn.execute(SET_HEADS, {"view": self._view, **_head_parameters(heads)})

    async def record(
        self,
        conn: AsyncConnection,
        batch: Batch,
        heads: dict[UUID, Head],
        positions: Sequence[int],
        dead: Sequence[tuple[Record, str]],
    ) -> None:
        """Write all that the batch moved: heads, events set aside, progress, offset."""
        for record, reason in dead:
            envelope = record.envelope
            await conn.execute(
                SET_ASIDE,
                {
                    "view": self._view,
                    "source": batch.source,
                    "key": envelope and envelope.key,
                    "version": envelope and envelope.version,
                    "event": envelope.json().decode() if envelope else orjson.dumps(record.raw).decode(),
                    "reason": reason,
                },
            )
        times = [r.envelope.occurred_at for r in batch.records if r.envelope]
        firsts, lasts = ranges(positions)
        await conn.execute(
            RECORD,
            {
                "view": self._view,
                "source": batch.source,
                "partition": batch.partition,
                "next_offset": batch.next_offset,
                "bus_id": batch.bus_id,
                "firsts": firsts,
                "lasts": lasts,
                "now": now(),
                "event_at": max(times, default=None),
                **_head_parameters(heads),
            },
        )


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

"""The sequencer: gives each committed event its position 1, 2, 3… and links it in the chain of digests.

One sequencer works at a time (a locked row decides); another waits as a spare. Nothing is forgotten: an
event is in ``journal_pending`` from the transaction that wrote it to the one that gives its position.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import now
from shared.messaging.crash_points import reach
from shared.messaging.loop import Loop

log = logging.getLogger(__name__)

BATCH = 500
STANDBY_S = 0.5
IDLE_S = 0.05
GENESIS = b"\0" * 32

LOCK = text("select position from relay_cursor where name = 'sequence' for update skip locked")
WAITING = text("select exists (select 1 from journal_pending)")
# One snapshot sees both sides: what is deleted is the oldest visible, by one pass over the index. (A list of
# `seq in (…)` was planned, on the empty queue of a first start, as a product of the queue by the batch.)
TAKE = text(f"""
    with taken as (
        delete from journal_pending
        where seq <= (select max(seq) from (select seq from journal_pending order by seq limit {BATCH}) oldest)
        returning seq
    )
    select j.seq, j.id, j.key, j.version, j.type, j.data::text as data, j.private_sha
    from taken join journal j using (seq) order by j.seq
""")  # noqa: S608 # BATCH is a constant of this module
LAST = text("select digest, ordered_at from journal_position where position = :position")
PLACE = text("""
    with placed as (
        insert into journal_position (position, seq, ordered_at, digest)
        select u.position, u.seq, :ordered_at, u.digest
        from unnest(cast(:positions as bigint[]), cast(:seqs as bigint[]), cast(:digests as bytea[]))
             as u(position, seq, digest)
    )
    update relay_cursor set position = :position where name = 'sequence'
""")


def next_digest(previous: bytes, position: int, event: Any) -> bytes:
    """Return the digest of an event chained to the previous one.

    ``event`` has ``id``, ``key``, ``version``, ``type``, ``data`` (text) and ``private_sha``.
    """
    link = hashlib.sha256(previous)
    link.update(position.to_bytes(8, "big"))
    link.update(event.id.bytes + event.key.bytes)
    link.update(event.version.to_bytes(4, "big"))
    link.update(event.type.encode() + b"\0" + event.data.encode() + b"\0" + (event.private_sha or b""))
    return link.digest()


async def sequence_batch(conn: AsyncConnection) -> int | None:
    """Give positions to at most ``BATCH`` pending events, in the caller's transaction.

    Returns
    -------
    int or None
        How many were placed; None when another sequencer is at work.
    """
    position = (await conn.execute(LOCK)).scalar()
    if position is None:
        return None
    events = (await conn.execute(TAKE)).all()
    if not events:
        return 0
    last = (await conn.execute(LAST, {"position": position})).first()
    digest, ordered_at = (last.digest, max(last.ordered_at, now())) if last else (GENESIS, now())
    digests = list(_chain(digest, position, events))
    await conn.execute(
        PLACE,
        {
            "positions": list(range(position + 1, position + 1 + len(events))),
            "seqs": [event.seq for event in events],
            "digests": digests,
            "ordered_at": ordered_at,
            "position": position + len(events),
        },
    )
    return len(events)


def _chain(digest: bytes, position: int, events: Iterable[Any]) -> Iterable[bytes]:
    for event in events:
        position += 1
        digest = next_digest(digest, position, event)
        yield digest


class Sequencer(Loop):
    """The loop around ``sequence_batch``; ``placed`` is set each time positions appear."""

    name = "sequencer"

    def __init__(self, engine: AsyncEngine, placed: asyncio.Event) -> None:
        super().__init__()
        self._engine = engine
        # Asked twenty times a second on an idle service: no transaction, no lock.
        self._peeking = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._placed = placed

    async def turn(self) -> float:
        """Place one batch; return how long to wait before the next turn, in seconds."""
        async with self._peeking.connect() as conn:
            if not (await conn.execute(WAITING)).scalar():
                return IDLE_S
        async with self._engine.begin() as conn:
            count = await sequence_batch(conn)
            if count:
                reach("sequencer.before_commit")
        if count is None:
            return STANDBY_S
        if count:
            reach("sequencer.after_commit")
            self._placed.set()
        return 0 if count == BATCH else IDLE_S

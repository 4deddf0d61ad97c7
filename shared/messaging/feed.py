"""The journal read by position or by key, for the relay and for ``feed_routes``."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.envelope import Envelope

# In the order of the fields of Envelope, without the service, then the ordering time.
_COLUMNS = """
    j.id, j.type, j.key, j.version, j.major, p.position, j.occurred_at, j.known_on,
    j.correlation_id, j.causation_id, j.data::text, p.ordered_at
"""
AFTER = text(f"""
    select {_COLUMNS} from journal_position p join journal j using (seq)
    where p.position > :after and p.position <= :after + :limit order by p.position
""")  # noqa: S608 # constant of this module
VERSIONS = text(f"""
    select {_COLUMNS} from journal j join journal_position p using (seq)
    where j.key = :key and j.version between :first and :last order by j.version
""")  # noqa: S608 # constant of this module
STATE = text("""
    select (select position from relay_cursor where name = 'sequence') as position,
           (select bus_id from relay_cursor where name = 'sequence') as journal_id,
           (select count(*) from (select 1 from journal_pending limit 1000) q) as pending
""")


def _envelope(service: str, row: Sequence[Any]) -> Envelope:
    return Envelope(row[0], service, *row[1:-1])


async def envelopes_after(
    conn: AsyncConnection, service: str, position: int, limit: int
) -> list[tuple[Envelope, int]]:
    """Return the events of positions ``position + 1`` to ``position + limit``, each with its ordering time in ms."""
    rows = await conn.execute(AFTER, {"after": position, "limit": limit})
    return [(_envelope(service, row), int(row[-1].timestamp() * 1000)) for row in rows]


async def envelopes_of_key(
    conn: AsyncConnection, service: str, key: UUID, first: int, last: int
) -> list[Envelope]:
    """Return versions ``first`` to ``last`` (included) of a key, those that have a position."""
    rows = await conn.execute(VERSIONS, {"key": key, "first": first, "last": last})
    return [_envelope(service, row) for row in rows]


async def journal_state(conn: AsyncConnection) -> tuple[int, str, int]:
    """Return the last position, the identifier of the journal, and how many events wait (1000 at most)."""
    row = (await conn.execute(STATE)).one()
    return row.position, row.journal_id, row.pending

"""The journal read by position: for the relay, and over HTTP for readers, repairs and rebuilds."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.access.edge import requires
from shared.access.rights import Action
from shared.contracts.envelope import BATCH_CONTENT_TYPE, Envelope

LONGEST_WAIT_S = 25
POLL_S = 0.05

_COLUMNS = """
    p.position, p.ordered_at, j.id, j.key, j.version, j.type, j.major, j.occurred_at, j.known_on,
    j.correlation_id, j.causation_id, j.data::text as data
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


def _envelope(service: str, row: Any) -> Envelope:
    return Envelope(
        id=row.id,
        service=service,
        type=row.type,
        key=row.key,
        version=row.version,
        major=row.major,
        position=row.position,
        occurred_at=row.occurred_at,
        known_on=row.known_on,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        data=row.data,
    )


async def envelopes_after(
    conn: AsyncConnection, service: str, position: int, limit: int
) -> list[tuple[Envelope, int]]:
    """Return the events of positions ``position + 1`` to ``position + limit``, each with its ordering time in ms."""
    rows = await conn.execute(AFTER, {"after": position, "limit": limit})
    return [(_envelope(service, row), int(row.ordered_at.timestamp() * 1000)) for row in rows]


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


def feed_router(service: str) -> APIRouter:
    """Return the internal routes of the journal of ``service``; scope ``journal.lecture``."""
    router = APIRouter(tags=["journal"], dependencies=[Depends(requires(Action.LIRE_JOURNAL))])

    @router.get("/v1/journal", summary="Lire le journal à partir d'une position")
    async def read_after(
        request: Request,
        apres: Annotated[int, Query(ge=0)] = 0,
        limite: Annotated[int, Query(ge=1, le=5000)] = 1000,
        attente: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0,
    ) -> Response:
        engine: AsyncEngine = request.app.state.engine
        deadline = asyncio.get_running_loop().time() + attente
        while True:
            async with engine.connect() as conn:
                _, journal_id, _ = await journal_state(conn)
                events = [e for e, _ in await envelopes_after(conn, service, apres, limite)]
            if events or asyncio.get_running_loop().time() >= deadline:
                return _batch(events, journal_id)
            await asyncio.sleep(POLL_S)

    @router.get("/v1/journal/cles/{key}", summary="Lire les versions d'un agrégat")
    async def read_key(
        request: Request, key: UUID, de: Annotated[int, Query(ge=1)], a: Annotated[int, Query(ge=1)]
    ) -> Response:
        async with request.app.state.engine.connect() as conn:
            _, journal_id, _ = await journal_state(conn)
            return _batch(await envelopes_of_key(conn, service, key, de, min(a, de + 4999)), journal_id)

    return router


def _batch(events: list[Envelope], journal_id: str) -> Response:
    body = b"[" + b",".join(event.json() for event in events) + b"]"
    return Response(body, media_type=BATCH_CONTENT_TYPE, headers={"Journal-Id": journal_id})

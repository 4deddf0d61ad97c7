"""The journal over HTTP: for readers, repairs and rebuilds."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.access.edge import requires
from shared.access.rights import Action
from shared.contracts.envelope import BATCH_CONTENT_TYPE, Envelope
from shared.messaging.feed import envelopes_after, envelopes_of_key, journal_state

LONGEST_WAIT_S = 25
POLL_S = 0.05


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

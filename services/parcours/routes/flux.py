"""The flow of a partner: what happened in their perimeter, each person under the partner's own pseudonym."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.pseudonyms import Pseudonyms
from services.parcours.queries.flux import WINDOW, end_of_journal, find_living, list_seen
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.contracts.envelope import BATCH_CONTENT_TYPE, Envelope
from shared.messaging.feed_routes import LONGEST_WAIT_S

router = APIRouter(tags=["flux"])
LONGEST_PAGE = 1000
LONGEST_SEARCH_S = 1.0
"""Time spent among facts of others before the caller is told how far it went."""
POLL_S = 0.2


@router.get("/v1/flux", summary="Lire ce qui arrive dans son périmètre, à partir d'une position")
async def get_flux(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_FLUX))],
    apres: Annotated[int, Query(ge=0, le=2**53, description="En-tête Positions de la page d'avant.")] = 0,
    limite: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 200,
    attente: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, description="Secondes.")] = 0,
) -> Response:
    """Un lot CloudEvents ; `Positions` dit jusqu'où la page est allée, à rendre dans `apres`."""
    engine: AsyncEngine = request.app.state.engine
    names, started = names_of(request, caller), monotonic()
    while True:
        async with engine.connect() as conn:
            end = await end_of_journal(conn)
            until = max(min(apres + WINDOW, end), apres)
            rows = await list_seen(conn, caller, apres, until, limite) if until > apres else []
            events = await _told(conn, rows, names)
        apres = events[-1].position if len(events) == limite else until
        spent = monotonic() - started
        if events or spent >= (max(attente, LONGEST_SEARCH_S) if apres < end else attente):
            body = b"[" + b",".join(event.json() for event in events) + b"]"
            return Response(body, media_type=BATCH_CONTENT_TYPE, headers={"Positions": f"parcours={apres}"})
        if apres >= end:
            await asyncio.sleep(POLL_S)


async def _told(conn: AsyncConnection, rows: Sequence[Sequence[Any]], names: Pseudonyms) -> list[Envelope]:
    """Return facts whose persons bear the names of the caller; of somebody erased, a line of hours names nobody."""
    facts: list[tuple[Envelope, dict[str, Any]]] = []
    for row in rows:
        event = Envelope(row[0], "parcours", *row[1:])
        facts.append((event, orjson.loads(event.data)))
    lines = [line for _, data in facts for line in data.get("lignes", ())]
    living = await find_living(conn, {UUID(line["personne"]) for line in lines})
    for line in lines:
        personne_id = UUID(line["personne"])
        line["personne"] = str(names.tell(personne_id)) if personne_id in living else None
    return [_named(event, data, names) for event, data in facts]


def _named(event: Envelope, data: dict[str, Any], names: Pseudonyms) -> Envelope:
    key = event.key
    for field in ("personne_id", "conservee_id"):
        if data.get(field):
            told = names.tell(UUID(data[field]))
            key = told if data[field] == str(event.key) else key  # of the person: its key is who they are
            data[field] = str(told)
    return replace(event, key=key, data=orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode())

"""What every answer of the views carries: positions, age of the sources, an ETag that follows them."""

import hashlib
from functools import partial
from typing import Any

import orjson
from fastapi import Request, Response

from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures, read_region
from services.gateway.reading import Reader, Reading
from services.gateway.sources import Sources
from shared import clock


async def read_territory(request: Request, champ: Champ) -> Reading[RegionFigures]:
    """Return the figures of a region."""
    reader: Reader = request.app.state.reader
    return await reader.read(champ, partial(read_region, champ=champ))


def sources_body(sources: Sources) -> list[dict[str, Any]]:
    """Return the state of each source as the API writes it; ages are in seconds."""
    now = clock.now()
    body = []
    for state in sources.states.values():
        etat = "INJOIGNABLE" if state.silent_since else "A_JOUR" if state.visible else "EN_RETARD"
        since = state.current_at or state.standing.applied_at
        body.append(
            {
                "nom": state.name,
                "etat": etat,
                "position": state.standing.position,
                "age_s": None if since is None else round((now - since).total_seconds(), 1),
            }
        )
    return body


def etag_of(request: Request, positions: dict[str, int]) -> str:
    """Return the validator of an answer: its address and the positions it was read at."""
    text = f"{request.url.path}?{request.url.query}|{sorted(positions.items())}"
    return f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def view_headers(request: Request, positions: dict[str, int]) -> dict[str, str]:
    """Return the headers of an answer of the views."""
    return {
        "Positions": ", ".join(f"{name}={position}" for name, position in positions.items()),
        "ETag": etag_of(request, positions),
        "Cache-Control": "no-cache",
    }


def answer_json(request: Request, body: dict[str, Any], positions: dict[str, int]) -> Response:
    """Return a view in JSON with its positions and sources, or 304 when the caller already has it."""
    headers = view_headers(request, positions)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    sources: Sources = request.app.state.sources
    full = {**body, "positions": positions, "sources": sources_body(sources)}
    return Response(orjson.dumps(full), headers=headers, media_type="application/json")

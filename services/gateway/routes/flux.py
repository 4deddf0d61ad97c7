"""Server-sent events: which views changed, as they change."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from services.gateway.flux import Flux
from services.gateway.rate import anonymous_rate
from shared.access.edge import open_to_all

router = APIRouter(
    prefix="/api/vues/v1", tags=["vues"], dependencies=[Depends(open_to_all), Depends(anonymous_rate)]
)


@router.get(
    "/flux",
    summary="Suivre les changements des vues (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def follow(
    request: Request, last_event_id: Annotated[str | None, Header(max_length=200)] = None
) -> StreamingResponse:
    flux: Flux = request.app.state.flux
    address = request.client.host if request.client else ""
    flux.enter(address)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _heard(flux, address, last_event_id), media_type="text/event-stream", headers=headers
    )


async def _heard(flux: Flux, address: str, last_event_id: str | None) -> AsyncIterator[bytes]:
    try:
        async for event in flux.events(last_event_id):
            yield event
    finally:
        flux.leave(address)

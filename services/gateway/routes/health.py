"""Health of the gateway, and the one description of the API."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.answers import sources_body
from services.gateway.sources import Sources
from shared.access.edge import open_to_all

router = APIRouter(dependencies=[Depends(open_to_all)])


@router.get("/sante/vivant", tags=["sante"], summary="Le processus répond")
async def alive() -> dict[str, str]:
    return {"etat": "VIVANT"}


@router.get("/sante/pret", tags=["sante"], summary="Tout ce qui est publié est visible")
async def ready(request: Request, response: Response) -> dict[str, Any]:
    sources: Sources = request.app.state.sources
    await sources.refresh()
    if not sources.all_visible:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return {
        "etat": "PRET" if sources.all_visible else "EN_RETARD",
        "bus": request.app.state.settings.bus,
        "sources": sources_body(sources),
    }


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    document: dict[str, Any] = await request.app.state.merged_openapi.document()
    return document

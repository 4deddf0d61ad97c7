"""Route of the daily count of publics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.parcours.commands.publics import arreter_publics
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import writer_of

router = APIRouter(prefix="/v1/publics", tags=["publics"])


class ArreteView(BaseModel):
    """How many territories and types hold something, and how many of them changed since the last count."""

    comptes: int
    changes: int


@router.post("/arrete", summary="Compter les publics et les refus par motif, publier ce qui a changé")
async def post_arrete(
    request: Request, caller: Annotated[Caller, Depends(requires(Action.EXPLOITER))], *, a_blanc: bool = False
) -> ArreteView:
    app = request.app
    bilan = await arreter_publics(
        app.state.engine, app.state.service.tables.write, writer_of(request, caller), a_blanc=a_blanc
    )
    return ArreteView(comptes=bilan.comptes, changes=bilan.changes)

"""Route of the daily work of retention."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.parcours.commands.conservation import conserver
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import writer_of

router = APIRouter(prefix="/v1/personnes", tags=["personnes"])


class ConservationView(BaseModel):
    """How many persons were told that they will be erased, may be erased now, and were."""

    avisees: int
    a_effacer: int
    effacees: int


@router.post("/conservation", summary="Aviser après 700 jours sans activité ; effacer après 730 si demandé")
async def post_conservation(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.EXPLOITER))],
    *,
    a_blanc: bool = False,
    effacer: bool = False,
) -> ConservationView:
    writer = writer_of(request, caller)
    bilan = await conserver(request.app.state.engine, writer, a_blanc=a_blanc, effacer=effacer)
    return ConservationView(avisees=bilan.avisees, a_effacer=bilan.a_effacer, effacees=bilan.effacees)

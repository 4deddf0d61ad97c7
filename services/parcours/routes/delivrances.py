"""Routes of the PASS IAE that those who run the platform deliver by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.parcours.commands.delivrance import DELIVRANCES, DelivranceDecidee, DelivranceLine
from services.parcours.queries.delivrance import list_waiting
from services.parcours.routes.candidatures import CandidatureView, view_of
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["PASS IAE"])
Operator = Annotated[Caller, Depends(requires(Action.EXPLOITER))]


@router.get("/delivrances", summary="Lister les embauches dont le PASS IAE est à délivrer à la main")
async def get_delivrances(
    request: Request, caller: Operator, apres: UUID | None = None
) -> list[CandidatureView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_waiting(conn, apres)
    names = names_of(request, caller)
    return [view_of(row, names) for row in rows]


@router.post(
    "/candidatures/{candidature_id}/delivrance",
    status_code=201,
    summary="Délivrer ou non le PASS IAE d'une embauche",
)
async def post_delivrance(  # one parameter a header
    request: Request,
    candidature_id: UUID,
    decidee: DelivranceDecidee,
    caller: Operator,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = DelivranceLine(**dict(decidee), candidature=candidature_id)
    return await answer_write(request, DELIVRANCES, line, caller, cle, prefer=prefer)

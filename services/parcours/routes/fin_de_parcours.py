"""Routes that move or end a PASS IAE out of the ordinary, and the sanction of an employer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.parcours.commands.autoprescription import SANCTIONS, SanctionLine, SanctionPrononcee
from services.parcours.commands.fin_de_parcours import (
    ANNULATIONS,
    CLOTURES,
    REPORTS,
    AnnulationLine,
    ClotureLine,
    ReportDemande,
    ReportLine,
)
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["PASS IAE"])
Sender = Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))]


@router.post("/pass/{pass_id}/report", status_code=201, summary="Reporter le début d'un PASS IAE")
async def post_report(  # one parameter a header
    request: Request,
    pass_id: UUID,
    demande: ReportDemande,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ReportLine(**dict(demande), pass_iae=pass_id)
    return await answer_write(request, REPORTS, line, caller, cle, prefer=prefer)


@router.post(
    "/pass/{pass_id}/cloture", status_code=201, summary="Clore un parcours suspendu depuis plus de 12 mois"
)
async def post_cloture(
    request: Request, pass_id: UUID, caller: Sender, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, CLOTURES, ClotureLine(pass_iae=pass_id), caller, cle, prefer=prefer)


@router.post("/pass/{pass_id}/annulation", status_code=201, summary="Annuler un PASS IAE délivré à tort")
async def post_annulation(
    request: Request,
    pass_id: UUID,
    caller: Annotated[Caller, Depends(requires(Action.EXPLOITER))],
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = AnnulationLine(pass_iae=pass_id)
    return await answer_write(request, ANNULATIONS, line, caller, cle, prefer=prefer)


@router.post(
    "/structures/{structure_id}/autoprescription/suspensions",
    status_code=201,
    summary="Suspendre la capacité d'autoprescription d'une structure",
)
async def post_sanction(  # one parameter a header
    request: Request,
    structure_id: UUID,
    prononcee: SanctionPrononcee,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = SanctionLine(**dict(prononcee), structure=structure_id)
    return await answer_write(request, SANCTIONS, line, caller, cle, prefer=prefer)

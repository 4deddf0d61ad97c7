"""Routes of what happens to an annexe: states, avenants, cofunders, modulation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.funding.commands.avenant import AVENANTS, AvenantLine
from services.funding.commands.cofinancement import COFINANCEMENTS, CofinancementLine
from services.funding.commands.etat_annexe import ETATS_ANNEXES, EtatLine
from services.funding.commands.modulation import GRILLES, MODULATIONS, GrilleLine, ModulationLine
from services.funding.commands.versement import CONTREPASSATIONS, ContrepassationLine
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["financement"])
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]


@router.post("/etats-annexes", status_code=201, summary="Changer l'état d'une annexe")
async def post_etat(
    request: Request, line: EtatLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, ETATS_ANNEXES, line, caller, cle, prefer=prefer)


@router.post("/avenants", status_code=201, summary="Renouveler ou modifier une annexe")
async def post_avenant(
    request: Request, line: AvenantLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, AVENANTS, line, caller, cle, prefer=prefer)


@router.post("/cofinancements", status_code=201, summary="Inscrire la part d'un cofinanceur")
async def post_cofinancement(
    request: Request, line: CofinancementLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, COFINANCEMENTS, line, caller, cle, prefer=prefer)


@router.post("/grilles-modulation", status_code=201, summary="Arrêter la grille de modulation d'une région")
async def post_grille(
    request: Request, line: GrilleLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, GRILLES, line, caller, cle, prefer=prefer)


@router.post("/modulations", status_code=201, summary="Décider la part modulée d'une annexe")
async def post_modulation(
    request: Request, line: ModulationLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, MODULATIONS, line, caller, cle, prefer=prefer)


@router.post("/contrepassations", status_code=201, summary="Contrepasser un versement")
async def post_contrepassation(
    request: Request, line: ContrepassationLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, CONTREPASSATIONS, line, caller, cle, prefer=prefer)

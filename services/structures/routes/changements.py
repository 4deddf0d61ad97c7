"""Routes that change a structure: correction, SIRET, reception, yearly figures, closing, merger."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.structures.commands.cessation import (
    CESSATIONS,
    FUSIONS,
    REOUVERTURES,
    Cessation,
    CessationLine,
    Fusion,
    FusionLine,
    Reouverture,
    ReouvertureLine,
)
from services.structures.commands.correction import (
    ACCUEILS,
    CORRECTIONS,
    DEMENAGEMENTS,
    Accueil,
    AccueilLine,
    Correction,
    CorrectionLine,
    Demenagement,
    DemenagementLine,
)
from services.structures.commands.exercice import EXERCICES, Chiffres, ExerciceLine
from services.structures.domain.errors import VersionManquante
from services.structures.routes.versions import (
    REPLACED,
    WRITTEN,
    IfMatch,
    IfNoneMatch,
    replace,
    replaced_version,
)
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import Cle, Preference, answer_write
from shared.writing import Line, Nature

router = APIRouter(prefix="/v1/structures/{structure_id}", tags=["structures"])
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


@router.patch("", summary="Corriger une structure", **REPLACED)
async def patch_structure(
    request: Request,
    structure_id: UUID,
    correction: Correction,
    caller: Registrar,
    if_match: IfMatch = None,
) -> Response:
    version = replaced_version(if_match)
    line = CorrectionLine(structure=structure_id, version_attendue=version, correction=correction)
    return await replace(request, CORRECTIONS, line, caller, version)


@router.put(
    "/accueil", summary="Déclarer la capacité, le délai d'attente et les candidatures spontanées", **REPLACED
)
async def put_accueil(
    request: Request, structure_id: UUID, accueil: Accueil, caller: Registrar, if_match: IfMatch = None
) -> Response:
    version = replaced_version(if_match)
    line = AccueilLine(structure=structure_id, version_attendue=version, accueil=accueil)
    return await replace(request, ACCUEILS, line, caller, version)


@router.put(
    "/exercices/{annee}", summary="Déclarer les permanents et le chiffre d'affaires d'une année", **REPLACED
)
async def put_exercice(  # one parameter a header
    request: Request,
    structure_id: UUID,
    annee: Annotated[int, Path(ge=1980, le=2100)],
    chiffres: Chiffres,
    caller: Registrar,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    if if_match and if_none_match:
        raise VersionManquante("Envoyez « If-Match » ou « If-None-Match: * », pas les deux.")
    version = 0 if if_none_match == "*" else replaced_version(if_match)
    line = ExerciceLine(structure=structure_id, annee=annee, chiffres=chiffres, version_attendue=version)
    return await replace(request, EXERCICES, line, caller, version)


@router.post("/siret", summary="Changer de SIRET", **WRITTEN)
async def post_siret(  # one parameter a header
    request: Request,
    structure_id: UUID,
    body: Demenagement,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = DemenagementLine(**dict(body), structure=structure_id)
    return await _act(request, DEMENAGEMENTS, line, caller, cle, prefer)


@router.post("/fermeture", summary="Fermer une structure", **WRITTEN)
async def post_fermeture(  # one parameter a header
    request: Request,
    structure_id: UUID,
    body: Cessation,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = CessationLine(**dict(body), structure=structure_id)
    return await _act(request, CESSATIONS, line, caller, cle, prefer)


@router.post("/reouverture", summary="Rouvrir une structure", **WRITTEN)
async def post_reouverture(  # one parameter a header
    request: Request,
    structure_id: UUID,
    body: Reouverture,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ReouvertureLine(**dict(body), structure=structure_id)
    return await _act(request, REOUVERTURES, line, caller, cle, prefer)


@router.post("/fusion", summary="Fusionner une structure dans une autre", **WRITTEN)
async def post_fusion(  # one parameter a header
    request: Request,
    structure_id: UUID,
    body: Fusion,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = FusionLine(**dict(body), structure=structure_id)
    return await _act(request, FUSIONS, line, caller, cle, prefer)


async def _act(
    request: Request,
    nature: Nature[Any, Any],
    line: Line,
    caller: Caller,
    cle: str | None,
    prefer: str | None,
) -> Response:
    answer = await answer_write(request, nature, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = request.url.path.rpartition("/")[0]
    return answer

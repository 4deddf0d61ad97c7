"""Route of the opinions given before séances were kept here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.structures.commands.dossier import DOSSIERS, DossierLine
from services.structures.routes.versions import Ecrit
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["gouvernance"])
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


@router.post(
    "/dossiers-cdiae",
    status_code=201,
    response_model=Ecrit,
    responses=problems(400, 404, 409, 422),
    summary="Enregistrer l'avis d'un CDIAE",
)
async def post_dossier(
    request: Request, line: DossierLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, DOSSIERS, line, caller, cle, prefer=prefer)

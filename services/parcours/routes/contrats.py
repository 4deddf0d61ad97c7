"""Routes of contracts."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.parcours.commands.contrat import CONTRATS, ContratLine
from services.parcours.domain.regles import Periode, jours_du_mois
from services.parcours.queries.contrat import get_contrat, list_contrats
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.single import AuMoins, Cle, Preference, answer_write
from shared.types import Mois

router = APIRouter(prefix="/v1/contrats", tags=["contrats"])


class ContratView(BaseModel):
    """A contract as read; exit fields are null while it runs."""

    id: UUID
    version: int
    personne_id: UUID | None
    """The person, by the caller's own pseudonym; null once they are erased."""
    structure_id: UUID
    type_contrat: str
    date_debut: date
    date_fin_prevue: date
    heures_hebdo: Decimal
    code_rome: str | None
    date_sortie: date | None
    motif_sortie: str | None
    categorie: str | None
    comptee: bool | None
    raison: str | None


@router.post("", status_code=201, summary="Enregistrer un contrat signé")
async def post_contrat(  # one parameter a header
    request: Request,
    line: ContratLine,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    cle: Cle = None,
    au_moins: AuMoins = None,
    prefer: Preference = None,
) -> Response:
    return await answer_write(request, CONTRATS, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("", summary="Lister les contrats d'une structure qui courent pendant un mois")
async def get_contrats_du_mois(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))],
    structure_id: UUID,
    mois: Mois,
) -> list[ContratView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_contrats(conn, caller, structure_id, Periode(*jours_du_mois(mois)))
    names = names_of(request, caller)
    return [ContratView.model_validate(names.tell_in(row)) for row in rows]


@router.get("/{contrat_id}", summary="Lire un contrat")
async def get_one_contrat(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))],
    contrat_id: UUID,
) -> ContratView:
    async with request.app.state.engine.connect() as conn:
        row = await get_contrat(conn, caller, contrat_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    response.headers["ETag"] = f'"{row["version"]}"'
    return ContratView.model_validate(names_of(request, caller).tell_in(row))

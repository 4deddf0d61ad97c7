"""Routes of fiches de poste."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.structures.commands.fiche import (
    FERMETURES_FICHES,
    FICHES,
    FICHES_REMPLACEES,
    Fermeture,
    FermetureFiche,
    Fiche,
    FicheLine,
    FicheRemplacee,
)
from services.structures.commands.revue import revoir_fiches
from services.structures.domain.poste import a_rafraichir
from services.structures.queries.fiche import get_fiche, list_fiches
from services.structures.routes.conventions import BilanView, Operator, review
from services.structures.routes.versions import (
    READ,
    REPLACED,
    WRITTEN,
    IfMatch,
    conditional,
    etag,
    replace,
    replaced_version,
    tell_next,
)
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write
from shared.types import CodeRome

router = APIRouter(prefix="/v1/fiches-de-poste", tags=["fiches de poste"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


class FicheView(BaseModel):
    """A fiche as read."""

    id: UUID
    version: int
    structure_id: UUID
    code_rome: str
    appellation: str
    type_contrat: str
    postes_ouverts: int
    heures_hebdo: Decimal | None
    code_insee: str | None
    cv_exige: bool
    clause_qpv: bool
    contexte_marche: bool
    profil: str | None
    source: str
    creee_le: date
    mise_a_jour_le: date
    a_rafraichir: bool = Field(description="Ouverte et sans mise à jour depuis 60 jours.")
    fermee_le: date | None
    motif_fermeture: str | None


def view_of(row: RowMapping) -> FicheView:
    """Return a fiche as read today."""
    old = row["fermee_le"] is None and a_rafraichir(row["mise_a_jour_le"], clock.today())
    return FicheView.model_validate(dict(row) | {"a_rafraichir": old})


@router.post(
    "",
    summary="Publier une fiche de poste",
    **WRITTEN,
)
async def post_fiche(
    request: Request, line: FicheLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, FICHES, line, caller, cle, prefer=prefer)


@router.post("/revue", responses=problems(422), summary="Fermer les fiches sans mise à jour depuis 90 jours")
async def post_revue(request: Request, caller: Operator, *, a_blanc: bool = False) -> BilanView:
    return await review(request, caller, revoir_fiches, a_blanc=a_blanc)


@router.get("", responses=problems(422), summary="Lister les fiches de poste, 200 par page")
async def get_fiches(  # one parameter a filter
    request: Request,
    response: Response,
    _: Reader,
    *,
    structure_id: UUID | None = None,
    code_rome: CodeRome | None = None,
    apres: UUID | None = None,
    ouvertes: bool = True,
) -> list[FicheView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_fiches(conn, structure_id, code_rome, apres, ouvertes=ouvertes)
    tell_next(request, response, [row["id"] for row in rows])
    return [view_of(row) for row in rows]


@router.get(
    "/{fiche_id}",
    response_model=FicheView,
    responses=READ,
    summary="Lire une fiche de poste",
)
async def get_one_fiche(request: Request, _: Reader, fiche_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        row = await get_fiche(conn, fiche_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    view = view_of(row)
    return conditional(request, view.model_dump(mode="json"), tag=etag(view.version))


@router.put(
    "/{fiche_id}",
    summary="Remplacer une fiche, ou confirmer qu'elle tient toujours",
    **REPLACED,
)
async def put_fiche(
    request: Request, fiche_id: UUID, fiche: Fiche, caller: Registrar, if_match: IfMatch = None
) -> Response:
    version = replaced_version(if_match)
    line = FicheRemplacee(**dict(fiche), fiche=fiche_id, version_attendue=version)
    return await replace(request, FICHES_REMPLACEES, line, caller, version)


@router.post(
    "/{fiche_id}/fermeture",
    summary="Fermer une fiche de poste",
    **WRITTEN,
)
async def post_fermeture(  # one parameter a header
    request: Request,
    fiche_id: UUID,
    body: Fermeture,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = FermetureFiche(**dict(body), fiche=fiche_id)
    answer = await answer_write(request, FERMETURES_FICHES, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/{fiche_id}"
    return answer

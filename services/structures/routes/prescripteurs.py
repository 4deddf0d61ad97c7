"""Routes of organisations that send people; a sensitive type is shown to those who decide its habilitation."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.structures.commands.prescripteur import (
    HABILITATIONS,
    PRESCRIPTEURS,
    PRESCRIPTEURS_REMPLACES,
    Decision,
    DecisionLine,
    Organisation,
    PrescripteurLine,
    PrescripteurRemplace,
)
from services.structures.domain import prescripteur as rules
from services.structures.queries.prescripteur import get_prescripteur, list_prescripteurs
from services.structures.routes.versions import (
    READ,
    REPLACED,
    WRITTEN,
    IfMatch,
    conditional,
    replace,
    replaced_version,
    tell_next,
)
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, may
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write
from shared.types import CodeDepartement

router = APIRouter(prefix="/v1/prescripteurs", tags=["prescripteurs"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Decider = Annotated[Caller, Depends(requires(Action.HABILITER))]


class PrescripteurView(BaseModel):
    """An organisation as read; of a sensitive one, what would tell its type is null to others."""

    id: UUID
    version: int
    code: str
    categorie: str = Field(description="Type, ou Autre quand il est sensible.")
    type: str | None
    code_asp: str | None
    nom: str | None
    siret: str | None
    code_safir: str | None
    departement: str
    conventionne_brsa: bool
    statut: str
    habilite: bool = Field(description="Habilitée aujourd'hui.")
    habilite_le: date | None
    habilite_jusqu_au: date | None = Field(description="Dernier jour d'une habilitation préfectorale.")


def view_of(row: RowMapping, caller: Caller) -> PrescripteurView:
    """Return an organisation as this caller may read it."""
    kind = row["type"]
    categorie = rules.categorie(kind)
    state = dict(row) | {
        "categorie": categorie,
        "code_asp": rules.code_asp(kind, row["statut"]),
        "habilite": rules.habilite(row["statut"], row["habilite_jusqu_au"], clock.today()),
    }
    target = Target(departement=row["departement"], organisation=row["code"])
    if categorie != kind and not may(caller, Action.ECRIRE_REGISTRE, target):
        state |= {
            "type": None,
            "code_asp": None,
            "nom": None,
            "siret": None,
            "code": rules.code_public(row["id"], row["code"], kind),
        }
    return PrescripteurView.model_validate(state)


@router.post(
    "",
    summary="Enregistrer une organisation qui oriente",
    **WRITTEN,
)
async def post_prescripteur(
    request: Request, line: PrescripteurLine, caller: Decider, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, PRESCRIPTEURS, line, caller, cle, prefer=prefer)


@router.get("", responses=problems(422), summary="Lister les organisations, 200 par page")
async def get_prescripteurs(
    request: Request,
    response: Response,
    caller: Reader,
    departement: CodeDepartement | None = None,
    apres: UUID | None = None,
) -> list[PrescripteurView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_prescripteurs(conn, departement, apres)
    tell_next(request, response, [row["id"] for row in rows])
    return [view_of(row, caller) for row in rows]


@router.get(
    "/{prescripteur_id}",
    response_model=PrescripteurView,
    responses=READ,
    summary="Lire une organisation",
)
async def get_one_prescripteur(request: Request, caller: Reader, prescripteur_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        row = await get_prescripteur(conn, prescripteur_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    view = view_of(row, caller)
    return conditional(request, view.model_dump(mode="json"), tag=f'"{view.version}"')


@router.put(
    "/{prescripteur_id}",
    summary="Remplacer l'identité d'une organisation, ou la requalifier",
    **REPLACED,
)
async def put_prescripteur(
    request: Request, prescripteur_id: UUID, body: Organisation, caller: Decider, if_match: IfMatch = None
) -> Response:
    version = replaced_version(if_match)
    line = PrescripteurRemplace(**dict(body), prescripteur=prescripteur_id, version_attendue=version)
    return await replace(request, PRESCRIPTEURS_REMPLACES, line, caller, version)


@router.post(
    "/{prescripteur_id}/habilitation",
    summary="Habiliter une organisation, refuser, retirer",
    **WRITTEN,
)
async def post_habilitation(  # one parameter a header
    request: Request,
    prescripteur_id: UUID,
    body: Decision,
    caller: Decider,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = DecisionLine(**dict(body), prescripteur=prescripteur_id)
    answer = await answer_write(request, HABILITATIONS, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/{prescripteur_id}"
    return answer

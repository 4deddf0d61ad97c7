"""Routes of conventions: asked for, examined, signed, reviewed each day."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from services.structures.commands.convention import (
    CONVENTIONS,
    DEMANDES,
    ConventionLine,
    Demande,
    DemandeLine,
)
from services.structures.commands.revue import (
    Bilan,
    Revue,
    passer_revue,
    revoir_conventions,
    revoir_structures,
)
from services.structures.commands.transition import ETAPES, Etape, EtapeLine
from services.structures.queries.convention import get_convention, list_conventions
from services.structures.routes.versions import READ, WRITTEN, conditional, etag, tell_next
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write, writer_of
from shared.types import CodeDepartement

router = APIRouter(prefix="/v1", tags=["conventions"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]
Signatory = Annotated[Caller, Depends(requires(Action.CONVENTIONNER))]
Operator = Annotated[Caller, Depends(requires(Action.EXPLOITER))]
EtatConvention = Literal[
    "DEMANDEE", "EN_INSTRUCTION", "AVIS_RENDU", "REFUSEE", "SIGNEE", "ACTIVE", "SUSPENDUE", "TERMINEE",
]  # fmt: skip


class ConventionView(BaseModel):
    """A convention as read."""

    id: UUID
    version: int
    structure_id: UUID
    siret_signature: str
    type_structure: str
    numero: str | None
    date_debut: date
    date_fin: date
    etat: str
    etat_le: date
    avis: str | None
    dossier_id: UUID | None
    avis_repris_du: date | None
    suspendue_le: date | None
    motif_suspension: str | None
    reactivee_le: date | None


class BilanView(BaseModel):
    """What a review did, or would do; ``gel`` says that deactivations were put off."""

    le: date
    a_blanc: bool
    gel: bool
    comptes: dict[str, int]
    objets: list[UUID]


async def review(request: Request, caller: Caller, revue: Revue, *, a_blanc: bool) -> BilanView:
    """Run a review of today and return what it did."""
    writer = writer_of(request, caller)
    app = request.app
    bilan: Bilan = await passer_revue(
        app.state.engine, app.state.service.tables.write, revue, writer, writer.today, a_blanc=a_blanc
    )
    objets = [change.identity for change in bilan.changes]
    return BilanView(le=writer.today, a_blanc=a_blanc, gel=bilan.gel, comptes=bilan.comptes, objets=objets)


@router.post(
    "/conventions",
    summary="Enregistrer une convention signée",
    **WRITTEN,
)
async def post_convention(
    request: Request, line: ConventionLine, caller: Signatory, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, CONVENTIONS, line, caller, cle, prefer=prefer)


@router.post(
    "/conventions/demandes",
    summary="Demander une convention",
    **WRITTEN,
)
async def post_demande(
    request: Request, body: Demande, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    line = DemandeLine(**dict(body))
    answer = await answer_write(request, DEMANDES, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = answer.headers["Location"].replace("/demandes/", "/")
    return answer


@router.post(
    "/conventions/revue",
    responses=problems(422),
    summary="Activer et désactiver les conventions selon leurs annexes du jour",
)
async def post_revue(request: Request, caller: Operator, *, a_blanc: bool = False) -> BilanView:
    return await review(request, caller, revoir_conventions, a_blanc=a_blanc)


@router.post(
    "/structures/revue",
    responses=problems(422),
    summary="Fermer les structures de l'administration que l'ASP n'a pas nommées en 90 jours",
)
async def post_revue_structures(request: Request, caller: Operator, *, a_blanc: bool = False) -> BilanView:
    return await review(request, caller, revoir_structures, a_blanc=a_blanc)


@router.get("/conventions", responses=problems(422), summary="Lister les conventions, 200 par page")
async def get_conventions(  # one parameter a filter
    request: Request,
    response: Response,
    _: Reader,
    structure_id: Annotated[UUID | None, Query(description="Celles de la mère pour une antenne.")] = None,
    departement: CodeDepartement | None = None,
    etat: EtatConvention | None = None,
    apres: UUID | None = None,
) -> list[ConventionView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_conventions(conn, structure_id, departement, etat, apres)
    tell_next(request, response, [row["id"] for row in rows])
    return [ConventionView.model_validate(dict(row)) for row in rows]


@router.get(
    "/conventions/{convention_id}",
    response_model=ConventionView,
    responses=READ,
    summary="Lire une convention",
)
async def get_one_convention(request: Request, _: Reader, convention_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        row = await get_convention(conn, convention_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    view = ConventionView.model_validate(dict(row))
    return conditional(request, view.model_dump(mode="json"), tag=etag(view.version))


@router.post(
    "/conventions/{convention_id}/etapes",
    summary="Instruire, rendre l'avis, signer, refuser, suspendre, réactiver, terminer",
    **WRITTEN,
)
async def post_etape(  # one parameter a header
    request: Request,
    convention_id: UUID,
    body: Etape,
    caller: Signatory,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = EtapeLine(**dict(body), convention=convention_id)
    answer = await answer_write(request, ETAPES, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/conventions/{convention_id}"
    return answer

"""Routes of structures: entering the registry, being read, today or on a day."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.structures.commands.structure import STRUCTURES, StructureLine, TypeStructure
from services.structures.domain.activite import SOURCE, activite
from services.structures.queries.historique import get_entreprise, get_state, list_exercices, list_states
from services.structures.queries.structure import get_structure, list_structures
from services.structures.routes.versions import READ, WRITTEN, conditional, etag, tell_next
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write
from shared.types import CodeDepartement, Jour, Siret

router = APIRouter(prefix="/v1/structures", tags=["structures"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


class StructureView(BaseModel):
    """A structure as read; what it says of its place, its reception and its closing may be unknown."""

    id: UUID
    version: int
    siret: str
    type_structure: str
    source: str | None
    mere_id: UUID | None
    raison_sociale: str
    forme_juridique: str | None
    reseau: str | None
    activite: str | None
    division_naf: str | None
    code_rome: str | None
    adresse: str | None
    code_postal: str | None
    code_insee: str
    departement: str
    epci: str | None
    date_conventionnement: date | None
    annee: int | None = Field(description="Dernière année déclarée, celle des deux chiffres suivants.")
    permanents: int | None
    chiffre_affaires: Decimal | None
    visible: bool
    capacite: int | None
    delai_attente_jours: int | None
    accueil_declare_le: date | None
    spontanees_jusqu_au: date | None
    date_effet: date | None
    fermee_le: date | None
    motif_fermeture: str | None
    absorbante_id: UUID | None


class EtatView(BaseModel):
    """A state of a structure, from a day on until the next one."""

    version: int
    fait: str
    date_effet: date
    connu_le: date
    etat: StructureView


class ExerciceView(BaseModel):
    """Figures of a year."""

    id: UUID
    version: int
    annee: int
    permanents: int | None
    chiffre_affaires: Decimal | None


class ActiviteView(BaseModel):
    """Whether a structure is active on a day, and why."""

    le: date
    active: bool
    en_grace: bool
    dans_la_recherche: bool
    raison: str
    source: str


def view_of(state: Any, structure_id: UUID, version: int) -> StructureView:
    """Return a state as read; fields younger than an old state are unknown in it."""
    fields = dict.fromkeys(StructureView.model_fields) | {"visible": True} | dict(state)
    return StructureView.model_validate(fields | {"id": structure_id, "version": version})


@router.post(
    "",
    summary="Enregistrer une structure ou une antenne",
    **WRITTEN,
)
async def post_structure(
    request: Request, line: StructureLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, STRUCTURES, line, caller, cle, prefer=prefer)


@router.get("", responses=problems(422), summary="Lister les structures, 200 par page")
async def get_structures(  # one parameter a filter
    request: Request,
    response: Response,
    _: Reader,
    siret: Siret | None = None,
    departement: CodeDepartement | None = None,
    type_structure: TypeStructure | None = None,
    mere_id: Annotated[UUID | None, Query(description="Antennes de cette structure.")] = None,
    apres: Annotated[UUID | None, Query(description="Dernier identifiant de la page d'avant.")] = None,
) -> list[StructureView]:
    filters = {
        "siret": siret,
        "departement": departement,
        "type_structure": type_structure,
        "mere_id": mere_id,
    }
    async with request.app.state.engine.connect() as conn:
        rows = await list_structures(conn, apres, **filters)
    tell_next(request, response, [row["id"] for row in rows])
    return [view_of(row, row["id"], row["version"]) for row in rows]


@router.get(
    "/{structure_id}",
    response_model=StructureView,
    responses=READ,
    summary="Lire une structure, aujourd'hui ou telle qu'elle était un jour",
)
async def get_one_structure(
    request: Request,
    _: Reader,
    structure_id: UUID,
    le: Annotated[Jour | None, Query(description="Jour d'effet ; aujourd'hui sinon.")] = None,
) -> Response:
    known: tuple[int, Any] | None
    async with request.app.state.engine.connect() as conn:
        if le is None:
            row = await get_structure(conn, structure_id)
            known = (row["version"], row) if row else None
        else:
            known = await get_state(conn, structure_id, le)
    if known is None:
        raise Introuvable(UNKNOWN if le is None else "Cette structure n'est pas au registre à cette date.")
    view = view_of(known[1], structure_id, known[0])
    return conditional(request, view.model_dump(mode="json"), tag=etag(known[0]))


@router.get(
    "/{structure_id}/historique", responses=problems(404, 422), summary="Lire tous les états d'une structure"
)
async def get_history(request: Request, _: Reader, structure_id: UUID) -> list[EtatView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_states(conn, structure_id)
    if not rows:
        raise Introuvable(UNKNOWN)
    return [
        EtatView(
            version=row["version"],
            fait=row["fait"],
            date_effet=row["date_effet"],
            connu_le=row["connu_le"],
            etat=view_of(row["etat"], structure_id, row["version"]),
        )
        for row in rows
    ]


@router.get(
    "/{structure_id}/exercices",
    responses=problems(404, 422),
    summary="Lire les permanents et le chiffre d'affaires, année par année",
)
async def get_exercices(request: Request, _: Reader, structure_id: UUID) -> list[ExerciceView]:
    async with request.app.state.engine.connect() as conn:
        if await get_structure(conn, structure_id) is None:
            raise Introuvable(UNKNOWN)
        rows = await list_exercices(conn, structure_id)
    return [ExerciceView.model_validate(dict(row)) for row in rows]


@router.get(
    "/{structure_id}/activite", responses=problems(404, 422), summary="Dire si une structure est active"
)
async def get_activite(request: Request, _: Reader, structure_id: UUID) -> ActiviteView:
    async with request.app.state.engine.connect() as conn:
        entreprise = await get_entreprise(conn, structure_id)
    if entreprise is None:
        raise Introuvable(UNKNOWN)
    today = clock.today()
    told = activite(entreprise, today)
    return ActiviteView(
        le=today,
        active=told.active,
        en_grace=told.en_grace,
        dans_la_recherche=told.dans_la_recherche,
        raison=told.raison,
        source=SOURCE,
    )

"""Routes of the registry."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.structures.commands.convention import CONVENTIONS, ConventionLine
from services.structures.commands.dossier import DOSSIERS, DossierLine
from services.structures.commands.structure import STRUCTURES, StructureLine
from services.structures.queries.structure import get_structure, list_structures
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.errors import Introuvable
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["registre"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


class StructureView(BaseModel):
    """A structure as read."""

    id: UUID
    version: int
    siret: str
    type_structure: str
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
    annee: int | None
    permanents: int | None
    chiffre_affaires: Decimal | None


@router.post("/structures", status_code=201, summary="Enregistrer une structure")
async def post_structure(
    request: Request, line: StructureLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, STRUCTURES, line, caller, cle, prefer=prefer)


@router.get("/structures", summary="Lister les structures")
async def get_structures(
    request: Request,
    _: Reader,
    siret: str | None = None,
    departement: str | None = None,
    type_structure: str | None = None,
) -> list[StructureView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_structures(
            conn, siret=siret, departement=departement, type_structure=type_structure
        )
    return [StructureView.model_validate(dict(row)) for row in rows]


@router.get("/structures/{structure_id}", summary="Lire une structure")
async def get_one_structure(
    request: Request, response: Response, _: Reader, structure_id: UUID
) -> StructureView:
    async with request.app.state.engine.connect() as conn:
        row: Any = await get_structure(conn, structure_id)
    if row is None:
        raise Introuvable("Cette structure n'existe pas.")
    response.headers["ETag"] = f'"{row["version"]}"'
    return StructureView.model_validate(dict(row))


@router.post("/conventions", status_code=201, summary="Enregistrer une convention signée")
async def post_convention(
    request: Request, line: ConventionLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, CONVENTIONS, line, caller, cle, prefer=prefer)


@router.post("/dossiers-cdiae", status_code=201, summary="Enregistrer l'avis d'un CDIAE")
async def post_dossier(
    request: Request, line: DossierLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, DOSSIERS, line, caller, cle, prefer=prefer)

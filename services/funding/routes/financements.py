"""Routes of annexes, payments and contracts with a social clause."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.funding.commands.annexe import ANNEXES, AnnexeLine
from services.funding.commands.marche import MARCHES, MarcheLine
from services.funding.commands.versement import VERSEMENTS, VersementLine
from services.funding.domain.annexe import est_active
from services.funding.queries.financement import get_annexe, list_annexes, list_versements
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure, may
from shared.errors import Introuvable
from shared.single import AuMoins, Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["financement"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]


class AnnexeView(BaseModel):
    """An annexe as read; ``active`` today: signed or carried over, and not in its last day."""

    id: UUID
    version: int
    structure_id: UUID
    departement: str
    numero: str
    mesure: str
    numero_convention: str | None
    etat: str
    active: bool
    date_debut: date
    date_fin: date
    etp: Decimal
    heures_par_etp: Decimal
    montant_unitaire: Decimal
    montant_socle: Decimal
    montant_module: Decimal | None
    montant_fdi: Decimal | None
    postes_cddi_cd: int | None
    montant_cofinance: Decimal
    avenant_de: UUID | None
    sorties_prevues: int | None
    taux_durable_prevu: Decimal | None
    taux_transition_prevu: Decimal | None
    taux_positive_prevu: Decimal | None


class VersementView(BaseModel):
    """A payment as read."""

    id: UUID
    annexe_id: UUID
    structure_id: UUID
    mois: str
    financeur: str
    nature: str
    montant: Decimal
    corrige: UUID | None


@router.post("/annexes", status_code=201, summary="Enregistrer une annexe financière")
async def post_annexe(
    request: Request,
    line: AnnexeLine,
    caller: Funder,
    cle: Cle = None,
    prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:
    return await answer_write(request, ANNEXES, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/annexes", summary="Lister les annexes d'une structure")
async def get_annexes(request: Request, caller: Reader, structure_id: UUID) -> list[AnnexeView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_annexes(conn, structure_id)
    # Outside the perimeter there is nothing to see, as for a structure that does not exist.
    return [_view(row) for row in rows if may(caller, Action.LIRE_FINANCEMENT, _target(row))]


@router.get("/annexes/{annexe_id}", summary="Lire une annexe financière")
async def get_one_annexe(request: Request, response: Response, caller: Reader, annexe_id: UUID) -> AnnexeView:
    row = await _annexe(request, caller, annexe_id)
    response.headers["ETag"] = f'"{row["version"]}"'
    return _view(row)


@router.post("/versements", status_code=201, summary="Enregistrer un versement")
async def post_versement(
    request: Request,
    line: VersementLine,
    caller: Funder,
    cle: Cle = None,
    prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:
    return await answer_write(request, VERSEMENTS, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/versements", summary="Lister les versements d'une annexe")
async def get_versements(request: Request, caller: Reader, annexe_id: UUID) -> list[VersementView]:
    await _annexe(request, caller, annexe_id)
    async with request.app.state.engine.connect() as conn:
        rows = await list_versements(conn, annexe_id)
    return [VersementView.model_validate(dict(row)) for row in rows]


@router.post("/marches", status_code=201, summary="Enregistrer un marché à clause sociale")
async def post_marche(
    request: Request,
    line: MarcheLine,
    caller: Funder,
    cle: Cle = None,
    prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:
    return await answer_write(request, MARCHES, line, caller, cle, au_moins=au_moins, prefer=prefer)


async def _annexe(request: Request, caller: Caller, annexe_id: UUID) -> RowMapping:
    """Return an annexe of the caller's perimeter, or refuse as if it did not exist."""
    async with request.app.state.engine.connect() as conn:
        row = await get_annexe(conn, annexe_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    ensure(caller, Action.LIRE_FINANCEMENT, _target(row))
    return row


def _view(row: RowMapping) -> AnnexeView:
    return AnnexeView(**dict(row), active=est_active(row["etat"], row["date_fin"], clock.today()))


def _target(row: RowMapping) -> Target:
    return Target(structure_id=row["structure_id"], departement=row["departement"])

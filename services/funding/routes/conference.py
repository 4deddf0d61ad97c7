"""Routes of the barèmes that administrators enter, of the arbitrations, and of annexes carried over."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from services.funding.commands.arbitrage import ARBITRAGES, ArbitrageLine
from services.funding.commands.bareme import BAREMES, BaremeLine
from services.funding.domain.realisation import du_cumule
from services.funding.domain.reconduction import SOURCE, Situation, reconduction
from services.funding.queries.arbitrage import list_arbitrages
from services.funding.queries.bareme import list_baremes
from services.funding.queries.financement import get_annexe
from services.funding.queries.realisation import hours_of, payments_of
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure, may
from shared.errors import Introuvable
from shared.single import AuMoins, Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["conférence des financeurs"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]
Administrator = Annotated[Caller, Depends(requires(Action.EXPLOITER))]
SOCLE = "AIDE_POSTE_SOCLE"


class BaremeView(BaseModel):
    """An amount that an administrator entered, and the text that says it."""

    id: UUID
    grandeur: str
    cas: str
    type_structure: str
    a_compter_du: date
    montant: Decimal
    source: str


class ArbitrageView(BaseModel):
    """An arbitration; ``en_vigueur`` is false for those that a later one replaced."""

    id: UUID
    structure_id: UUID
    raison_sociale: str
    type_structure: str
    departement: str
    annee: int
    financeur: str
    numero: int
    demande: Decimal | None
    montant: Decimal
    motif: str
    le: date
    en_vigueur: bool


class ReconductionView(BaseModel):
    """Where the carrying over of an annexe stands, its two deadlines, and what is to be paid back."""

    situation: Situation
    derniers_paiements: date | None
    reversement_le: date | None
    a_reverser: Decimal
    source: str


@router.post("/baremes", status_code=201, summary="Saisir le montant d'un nouveau texte")
async def post_bareme(
    request: Request, line: BaremeLine, caller: Administrator, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, BAREMES, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/baremes", summary="Lister les montants saisis")
async def get_baremes(request: Request, _: Reader) -> list[BaremeView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_baremes(conn)
    return [BaremeView.model_validate(dict(row)) for row in rows]


@router.post("/arbitrages", status_code=201, summary="Rendre un arbitrage de la conférence des financeurs")
async def post_arbitrage(
    request: Request, line: ArbitrageLine, caller: Funder, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, ARBITRAGES, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/arbitrages", summary="Lister les arbitrages d'un département, une année, et leur trace")
async def get_arbitrages(
    request: Request,
    caller: Reader,
    departement: Annotated[str, Query(pattern=r"^([0-9]{2}|2[AB]|9[78][0-9])$")],
    annee: Annotated[int, Query(ge=2000, le=2100)],
) -> list[ArbitrageView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_arbitrages(conn, departement, annee)
    return [
        ArbitrageView.model_validate(dict(row))
        for row in rows
        if may(caller, Action.LIRE_FINANCEMENT, Target(row["structure_id"], row["departement"]))
    ]


@router.get("/annexes/{annexe_id}/reconduction", summary="Où en est la reconduction d'une annexe")
async def get_reconduction(request: Request, caller: Reader, annexe_id: UUID) -> ReconductionView:
    async with request.app.state.engine.connect() as conn:
        row = await get_annexe(conn, annexe_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        ensure(caller, Action.LIRE_FINANCEMENT, Target(row["structure_id"], row["departement"]))
        hours = (await hours_of(conn, [annexe_id])).get(annexe_id, [])
        paid = (await payments_of(conn, [annexe_id])).get(annexe_id, [])
    eligible = sum((h.eligibles for h in hours), Decimal(0))
    due = du_cumule(eligible, row["heures_par_etp"], row["montant_unitaire"], row["montant_socle"])
    socle = sum((p["montant"] for p in paid if p["nature"] == SOCLE), Decimal(0))
    told = reconduction(row["etat"], row["date_debut"], clock.today(), socle, due)
    return ReconductionView(
        situation=told.situation,
        derniers_paiements=told.derniers_paiements,
        reversement_le=told.reversement_le,
        a_reverser=told.a_reverser,
        source=SOURCE,
    )

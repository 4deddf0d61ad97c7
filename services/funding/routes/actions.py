"""Routes of the hours of social clauses and of the actions of the FDI."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.funding.commands.action_fdi import ACTIONS_FDI, ActionFdiLine
from services.funding.commands.heures_clause import HEURES_CLAUSE, HeuresClauseLine
from services.funding.domain.formules import arrondir
from services.funding.domain.marche import en_retard, etp_clause, heures_attendues, periode_de_l_annee
from services.funding.queries.marche import list_actions, list_marches
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action, Target, may
from shared.single import AuMoins, Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["clauses et FDI"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]
Counter = Annotated[Caller, Depends(requires(Action.IMPUTER_HEURES))]


class MarcheView(BaseModel):
    """A contract with a clause; ``heures_imputees`` are linked to contracts, ``heures_declarees`` what these declare.

    ``heures_attendues`` is what the time elapsed asks for; ``alerte`` that under 80 % of it is done.
    """

    id: UUID
    departement: str
    acheteur: str
    objet: str
    date_notification: date
    date_fin: date | None
    modalite: str
    structure_id: UUID | None
    annee: int
    heures_prevues: Decimal
    heures_realisees: Decimal
    heures_imputees: Decimal
    heures_declarees: Decimal
    etp_imputes: Decimal
    heures_attendues: Decimal
    alerte: bool


class ActionFdiView(BaseModel):
    """An action of the FDI; the balance is what its advance leaves."""

    id: UUID
    nature_action: str
    objet: str
    date_decision: date
    montant: Decimal
    part_avance: Decimal
    montant_avance: Decimal
    solde: Decimal


@router.post("/heures-clause", status_code=201, summary="Imputer des heures sur un marché à clause sociale")
async def post_heures(
    request: Request, line: HeuresClauseLine, caller: Counter, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, HEURES_CLAUSE, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/marches", summary="Lister les marchés à clause d'un département, une année")
async def get_marches(
    request: Request,
    caller: Reader,
    departement: Annotated[str, Query(pattern=r"^([0-9]{2}|2[AB]|9[78][0-9])$")],
    annee: Annotated[int, Query(ge=2000, le=2100)],
) -> list[MarcheView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_marches(conn, departement, annee)
    return [
        _marche(row, clock.today())
        for row in rows
        if may(caller, Action.LIRE_FINANCEMENT, Target(row["structure_id"], row["departement"]))
    ]


def _marche(row: RowMapping, le: date) -> MarcheView:
    start, end = periode_de_l_annee(row["annee"], row["date_notification"], row["date_fin"])
    return MarcheView(
        **dict(row),
        etp_imputes=arrondir(etp_clause(row["heures_imputees"]), 4),
        heures_attendues=arrondir(heures_attendues(row["heures_prevues"], start, end, le)),
        alerte=en_retard(row["heures_prevues"], row["heures_realisees"], start, end, le),
    )


@router.post("/actions-fdi", status_code=201, summary="Enregistrer une action FDI")
async def post_action(
    request: Request, line: ActionFdiLine, caller: Funder, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, ACTIONS_FDI, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/actions-fdi", summary="Lister les actions FDI d'une structure")
async def get_actions(request: Request, caller: Reader, structure_id: UUID) -> list[ActionFdiView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_actions(conn, structure_id)
    return [
        ActionFdiView(
            **{name: row[name] for name in ActionFdiView.model_fields if name in row},
            solde=row["montant"] - row["montant_avance"],
        )
        for row in rows
        if may(caller, Action.LIRE_FINANCEMENT, Target(row["structure_id"], row["departement"]))
    ]

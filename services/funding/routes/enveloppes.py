"""Routes of envelopes."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.enveloppe import ENVELOPPES, MOUVEMENTS, EnveloppeLine, MouvementLine
from services.funding.domain import enveloppe as rules
from services.funding.domain.realisation import du_cumule
from services.funding.queries.enveloppe import list_engagees, list_enveloppes, list_mouvements
from services.funding.queries.realisation import hours_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, may
from shared.errors import Introuvable
from shared.single import AuMoins, Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["enveloppes"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]
Annee = Annotated[int, Query(ge=2000, le=2100)]
NatureCredit = Literal["AIDE_POSTE", "FDI", "PIC_IAE", "AUTRE"]


class EnveloppeView(BaseModel):
    """An envelope; ``engage``, ``realise`` and ``verse`` hold the levels below, ``disponible`` is F23."""

    id: UUID
    niveau: str
    territoire: str
    annee: int
    nature: str
    programme: str
    parent_id: UUID | None
    notifie: Decimal
    notifie_etp: Decimal
    abondements: Decimal
    retraits: Decimal
    delegue: Decimal
    engage: Decimal
    realise: Decimal
    verse: Decimal
    disponible: Decimal
    delegable: Decimal


class MouvementView(BaseModel):
    """A movement of an envelope."""

    id: UUID
    sens: str
    montant: Decimal
    etp: Decimal
    annexe_id: UUID | None
    motif: str
    le: date


@router.post("/enveloppes", status_code=201, summary="Notifier une enveloppe")
async def post_enveloppe(
    request: Request, line: EnveloppeLine, caller: Funder, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, ENVELOPPES, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.post("/mouvements-credits", status_code=201, summary="Déplacer des crédits entre enveloppes")
async def post_mouvement(
    request: Request, line: MouvementLine, caller: Funder, cle: Cle = None, prefer: Preference = None,
    au_moins: AuMoins = None,
) -> Response:  # fmt: skip
    return await answer_write(request, MOUVEMENTS, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("/enveloppes", summary="Lister les enveloppes d'une année")
async def get_enveloppes(
    request: Request, caller: Reader, annee: Annee, nature: NatureCredit = "AIDE_POSTE"
) -> list[EnveloppeView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_enveloppes(conn, annee, nature)
        due = await _dus(conn, annee, nature)
    realised = rules.cumuler({row["id"]: row["parent_id"] for row in rows}, due)
    return [_view(row, realised[row["id"]]) for row in rows if _held(caller, row)]


@router.get("/enveloppes/{enveloppe_id}/mouvements", summary="Lister les mouvements d'une enveloppe")
async def get_mouvements(
    request: Request, caller: Reader, enveloppe_id: UUID, annee: Annee, nature: NatureCredit = "AIDE_POSTE"
) -> list[MouvementView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_enveloppes(conn, annee, nature)
        if not any(row["id"] == enveloppe_id and _held(caller, row) for row in rows):
            raise Introuvable(UNKNOWN)
        movements = await list_mouvements(conn, enveloppe_id)
    return [MouvementView.model_validate(dict(row)) for row in movements]


def _held(caller: Caller, row: RowMapping) -> bool:
    """Tell whether the whole territory is in the caller's perimeter."""
    return all(
        may(caller, Action.LIRE_FINANCEMENT, Target(departement=code))
        for code in rules.departements_de(row["niveau"], row["territoire"])
    )


async def _dus(conn: AsyncConnection, annee: int, nature: str) -> dict[UUID, Decimal]:
    """Return, by envelope, the State's part of what is due for the eligible hours of its annexes."""
    annexes = await list_engagees(conn, annee, nature)
    hours = await hours_of(conn, [a["id"] for a in annexes])
    sums: dict[UUID, Decimal] = {}
    for a in annexes:
        eligible = sum((h.eligibles for h in hours.get(a["id"], ())), Decimal(0))
        due = du_cumule(eligible, a["heures_par_etp"], a["montant_unitaire"], a["montant_socle"])
        part = rules.realise_etat(due, a["montant_socle"], a["montant_cofinance"])
        sums[a["enveloppe_id"]] = sums.get(a["enveloppe_id"], Decimal(0)) + part
    return sums


def _view(row: RowMapping, realise: Decimal) -> EnveloppeView:
    received = (row["notifie"], row["abondements"], row["retraits"])
    return EnveloppeView(
        **{field: row[field] for field in EnveloppeView.model_fields if field in row},
        realise=realise,
        disponible=rules.disponible(*received, row["engage"]),
        delegable=rules.disponible(*received, row["delegue"] + row["engage_propre"]),
    )

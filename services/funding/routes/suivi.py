"""Routes that follow annexes: realisation, plan of payments, cofunders, conférence des financeurs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.domain import cofinancement, echeancier, formules, realisation, suivi
from services.funding.domain.saisi import Saisis
from services.funding.queries import conference
from services.funding.queries.bareme import list_saisis
from services.funding.queries.financement import get_annexe
from services.funding.queries.realisation import (
    Heures,
    annexes_in_force,
    declarations_of,
    hours_of,
    mois_clos,
    payments_of,
)
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure, may
from shared.errors import Introuvable

router = APIRouter(prefix="/v1", tags=["suivi"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Annee = Annotated[int, Query(ge=2000, le=2100)]
Departement = Annotated[str, Query(pattern=r"^([0-9]{2}|2[AB]|9[78][0-9])$")]
SOCLE = "AIDE_POSTE_SOCLE"


class MoisView(BaseModel):
    """A month declared: monthly ETP and rate."""

    mois: str
    heures: Decimal
    heures_eligibles: Decimal
    etp: Decimal
    taux: Decimal


class RealisationView(BaseModel):
    """Where an annexe stands; what no declared month tells is null."""

    annexe_id: UUID
    numero: str
    structure_id: UUID
    departement: str
    etp: Decimal
    etp_conventionne_annuel: Decimal
    etp_annuel: Decimal
    etp_plafonne_etat: Decimal
    etp_plafonne_cofinanceurs: Decimal
    ecart: Decimal
    moyenne_mensuelle: Decimal | None
    taux_cumule: Decimal | None
    classement: realisation.Classement | None
    atterrissage: Decimal | None
    etp_reprenables: Decimal | None
    du_cumule: Decimal
    verse_cumule: Decimal
    regularisation: Decimal
    consomme_etat: Decimal
    mois: list[MoisView]
    mois_manquants: list[str]
    paiement_suspendu: bool
    alerte: realisation.Alerte | None


class EcheanceView(BaseModel):
    """A line of the plan of payments; ``montant`` is null while hours are missing."""

    mois: str
    nature: str
    montant: Decimal | None
    formule: str
    libelle: str


class EcheancierView(BaseModel):
    """The plan of payments of an annexe, and what was paid."""

    montant: Decimal
    lignes: list[EcheanceView]
    verse: Decimal


class VersionView(BaseModel):
    """What a version of a declaration said of an annexe."""

    declaration_id: UUID
    version: int
    mois: str
    connue_le: date
    heures: Decimal
    heures_eligibles: Decimal


class CofinancementView(BaseModel):
    """A funder's part; for a département, the theory (88 % of the RSA a month) and whether the gap is told.

    ``brsa_equivalents`` are the posts and months that a département's part stands for (F15), null when the RSA is not known.
    """

    id: UUID
    financeur: str
    montant: Decimal
    circuit: str
    postes: int | None
    date_accord: date
    theorique: Decimal | None
    ecart: Decimal | None
    ecart_signale: bool | None
    brsa_equivalents: Decimal | None


class FinancementView(BaseModel):
    """What a funder wrote and paid for a structure in a year, euros."""

    structure_id: UUID
    departement: str
    raison_sociale: str
    type_structure: str
    financeur: str
    inscrit: Decimal
    verse: Decimal
    reste: Decimal


@router.get("/annexes/{annexe_id}/realisation", summary="Où en est une annexe")
async def get_realisation(request: Request, caller: Reader, annexe_id: UUID) -> RealisationView:
    async with request.app.state.engine.connect() as conn:
        row = await _annexe(conn, caller, annexe_id)
        (view,) = await realisations(conn, [row])
    return view


@router.get("/realisations", summary="Où en sont les annexes d'un département, une année")
async def get_realisations(
    request: Request, caller: Reader, departement: Departement, annee: Annee
) -> list[RealisationView]:
    async with request.app.state.engine.connect() as conn:
        rows = await annexes_in_force(conn, [departement], annee)
        return await realisations(conn, _held(caller, rows))


@router.get("/annexes/{annexe_id}/declarations", summary="Versions des déclarations d'une annexe")
async def get_declarations(request: Request, caller: Reader, annexe_id: UUID) -> list[VersionView]:
    async with request.app.state.engine.connect() as conn:
        row = await _annexe(conn, caller, annexe_id)
        versions = await declarations_of(conn, row["numero"], row["structure_id"])
    return [VersionView.model_validate(dict(version)) for version in versions]


@router.get(
    "/annexes/{annexe_id}/echeancier", summary="Échéancier d'une annexe, chaque ligne avec sa formule"
)
async def get_echeancier(request: Request, caller: Reader, annexe_id: UUID) -> EcheancierView:
    async with request.app.state.engine.connect() as conn:
        row = await _annexe(conn, caller, annexe_id)
        hours = (await hours_of(conn, [annexe_id])).get(annexe_id, [])
        paid = (await payments_of(conn, [annexe_id])).get(annexe_id, [])
        cofunded = await conference.list_cofinancements(conn, annexe_id)
        decision = await conference.get_modulation(conn, annexe_id)
    direct = sum((line["montant"] for line in cofunded if line["circuit"] == "DIRECT"), Decimal(0))
    montant = row["montant_socle"] - direct
    plan = echeancier.echeancier(
        montant, row["date_debut"], row["date_fin"], dus_par_mois(row, hours, montant).get
    )
    if decision:
        notified = f"{decision['date_notification']:%Y-%m}"
        plan.append(echeancier.Echeance(notified, "PART_MODULEE", decision["montant"], "F11"))
    lines = [
        EcheanceView(
            mois=line.mois, nature=line.nature, montant=line.montant, formule=line.formule,
            libelle=formules.FORMULES[line.formule][0],
        )
        for line in plan
    ]  # fmt: skip
    return EcheancierView(montant=montant, lignes=lines, verse=sum((p["montant"] for p in paid), Decimal(0)))


@router.get("/annexes/{annexe_id}/cofinancements", summary="Cofinanceurs d'une annexe, théorie et écarts")
async def get_cofinancements(request: Request, caller: Reader, annexe_id: UUID) -> list[CofinancementView]:
    async with request.app.state.engine.connect() as conn:
        row = await _annexe(conn, caller, annexe_id)
        lines = await conference.list_cofinancements(conn, annexe_id)
        saisis = await list_saisis(conn)
    return [_cofinancement(line, row, saisis) for line in lines]


@router.get("/conference-financeurs", summary="Qui paie quoi, par structure et par financeur")
async def get_conference(
    request: Request, caller: Reader, departement: Departement, annee: Annee
) -> list[FinancementView]:
    async with request.app.state.engine.connect() as conn:
        rows = await conference.list_financements(conn, [departement], annee)
    return [FinancementView(**dict(row), reste=row["inscrit"] - row["verse"]) for row in _held(caller, rows)]


async def _annexe(conn: AsyncConnection, caller: Caller, annexe_id: UUID) -> RowMapping:
    row = await get_annexe(conn, annexe_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    ensure(caller, Action.LIRE_FINANCEMENT, _target(row))
    return row


def _held(caller: Caller, rows: Sequence[RowMapping]) -> list[RowMapping]:
    return [row for row in rows if may(caller, Action.LIRE_FINANCEMENT, _target(row))]


def _target(row: RowMapping) -> Target:
    return Target(structure_id=row["structure_id"], departement=row["departement"])


async def realisations(conn: AsyncConnection, rows: Sequence[RowMapping]) -> list[RealisationView]:
    """Return where annexes stand, in their order."""
    ids = [row["id"] for row in rows]
    hours, paid = await hours_of(conn, ids), await payments_of(conn, ids)
    closed = mois_clos(clock.today())
    return [_view(row, hours.get(row["id"], []), paid.get(row["id"], []), closed) for row in rows]


def _view(row: RowMapping, hours: list[Heures], paid: list[RowMapping], closed: str) -> RealisationView:
    annexe = suivi.AnnexeSuivie(
        row["etp"], row["montant_unitaire"], row["heures_par_etp"], row["date_debut"], row["date_fin"],
        row["montant_socle"], row["montant_cofinance"],
    )  # fmt: skip
    last = hours[-1].mois if hours else ""
    verse = sum((p["montant"] for p in paid if p["nature"] == SOCLE and p["mois"] <= last), Decimal(0))
    followed = suivi.suivre(annexe, [suivi.MoisDeclare(*h) for h in hours], verse, closed)
    done = followed.realise
    months = [
        MoisView(mois=h.mois, heures=h.heures, heures_eligibles=h.eligibles, etp=_four(e), taux=_four(t))
        for h, e, t in zip(hours, done.mois, followed.taux_mensuels, strict=True)
    ]
    return RealisationView(
        annexe_id=row["id"],
        numero=row["numero"],
        structure_id=row["structure_id"],
        departement=row["departement"],
        etp=row["etp"],
        etp_conventionne_annuel=_four(followed.conventionne),
        etp_annuel=_four(done.etp_annuel),
        etp_plafonne_etat=_four(followed.plafonne_etat),
        etp_plafonne_cofinanceurs=_four(followed.plafonne_cofinanceurs),
        ecart=_four(followed.ecart),
        moyenne_mensuelle=_perhaps(done.moyenne_mensuelle),
        taux_cumule=_perhaps(done.taux_cumule),
        classement=done.classement,
        atterrissage=_perhaps(done.atterrissage),
        etp_reprenables=done.etp_reprenables,
        du_cumule=done.du_cumule,
        verse_cumule=done.verse_cumule,
        regularisation=done.regularisation,
        consomme_etat=followed.consomme_etat,
        mois=months,
        mois_manquants=list(followed.manquants),
        paiement_suspendu=followed.suspendu,
        alerte=followed.alerte,
    )


def dus_par_mois(row: RowMapping, hours: list[Heures], montant: Decimal) -> dict[str, Decimal]:
    """Return the socle due at the end of each month (F08), as long as no month is missing.

    What a cofunder pays by itself is out of the plan, in proportion.
    """
    socle = row["montant_socle"]
    share = Fraction(montant) / Fraction(socle) if socle else Fraction(1)
    months = echeancier.mois_de(row["date_debut"], row["date_fin"])
    eligible = {h.mois: h.eligibles for h in hours}
    known = months[: next((n for n, mois in enumerate(months) if mois not in eligible), len(months))]
    return {
        mois: formules.arrondir(
            share
            * Fraction(realisation.du_cumule(total, row["heures_par_etp"], row["montant_unitaire"], socle))
        )
        for mois, total in zip(known, accumulate(eligible[mois] for mois in known), strict=True)
    }


def _cofinancement(line: RowMapping, annexe: RowMapping, saisis: Saisis) -> CofinancementView:
    shown: dict[str, Any] = {name: line[name] for name in CofinancementView.model_fields if name in line}
    months = echeancier.mois_de(annexe["date_debut"], annexe["date_fin"])
    theory = cofinancement.theorie(line["financeur"], line["postes"], months, saisis)
    gap = None if theory is None else line["montant"] - theory
    told = None if theory is None else cofinancement.ecart_signale(line["montant"], theory)
    posts = cofinancement.equivalents(line["financeur"], line["montant"], months, saisis)
    return CofinancementView(
        **shown,
        theorique=theory,
        ecart=gap,
        ecart_signale=told,
        brsa_equivalents=_perhaps(posts),
    )


def _four(value: formules.Exact) -> Decimal:
    return formules.arrondir(value, 4)


def _perhaps(value: formules.Exact | None) -> Decimal | None:
    return None if value is None else _four(value)

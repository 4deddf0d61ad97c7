"""Avenants: renewing an annexe for the next year (A), changing it during the year (M)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import Annexe, Connues, load_connues
from services.funding.commands.engagement import CONSTRAINTS
from services.funding.commands.quantites import Etp, Euros
from services.funding.domain import annexe as rules
from services.funding.domain.cofinancement import excessif, theorie_publiee
from services.funding.domain.echeancier import mois_de
from services.funding.domain.errors import AvenantImpossible
from services.funding.domain.formules import duree_mois, montant_annexe
from services.funding.domain.saisi import Saisis
from services.funding.queries.bareme import list_saisis
from services.funding.tables import cofinancement
from shared.access.rights import Action
from shared.contracts.funding import CofinancementInscrit
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer

COFUNDED = text("select * from cofinancement where annexe_id = any(cast(:ids as uuid[])) order by id")


class AvenantLine(Line):
    """What changes; the rest is that of the annexe. A renewal gives its period."""

    annexe: Identifiant
    nature: Literal["RENOUVELLEMENT", "MODIFICATION"]
    etp: Etp | None = None
    montant_unitaire: Euros | None = Field(
        None, description="Un changement de barème passe par un renouvellement."
    )
    date_debut: Jour | None = None
    date_fin: Jour | None = None
    etat: Literal["PROVISOIRE", "VALIDE"] = "VALIDE"
    motif: Texte


@dataclass(frozen=True, slots=True)
class Situation:
    """The annexes that avenants change, their lines of cofinancing, the barèmes entered."""

    connues: Connues
    cofinancements: Mapping[UUID, Sequence[RowMapping]]
    saisis: Saisis


async def load_avenants(conn: AsyncConnection, lines: Sequence[AvenantLine], _: Writer) -> Situation:
    """Return what the lines name."""
    years = [line.date_debut.year for line in lines if line.date_debut]
    return await load_situation(conn, [line.annexe for line in lines], years)


async def load_situation(conn: AsyncConnection, ids: Sequence[UUID], annees: Sequence[int] = ()) -> Situation:
    """Return annexes with their lines of cofinancing."""
    cofunded: dict[UUID, list[RowMapping]] = {}
    for row in (await conn.execute(COFUNDED, {"ids": list(ids)})).mappings():
        cofunded.setdefault(row["annexe_id"], []).append(row)
    return Situation(await load_connues(conn, ids, annees), cofunded, await list_saisis(conn))


def signer_avenant(line: AvenantLine, known: Situation, writer: Writer) -> Change:
    """Decide an avenant: a renewal opens the next year, a modification replaces the annexe.

    Raises
    ------
    AnnexeInconnue, AvenantImpossible, PeriodeInversee, PeriodeTropLongue, BaremeAbsent, MontantUnitaireHorsBareme
        See ``domain.annexe``; the annexe is not in force, or its number leaves no room.
    """
    annexe = known.connues.trouver(line.annexe, writer)
    if line.nature == "RENOUVELLEMENT":
        return _renouveler(line, annexe, known, writer)
    changes = {"etp": line.etp, "montant_unitaire": line.montant_unitaire} | {
        "date_debut": line.date_debut, "date_fin": line.date_fin, "etat": line.etat,
    }  # fmt: skip
    identity, rows, facts = modifier(
        annexe, known, line, writer, line.motif, {k: v for k, v in changes.items() if v is not None}
    )
    return Change(identity, tuple(rows), tuple(facts))


def modifier(
    annexe: Annexe, known: Situation, line: Line, writer: Writer, motif: str, changes: Mapping[str, Any]
) -> tuple[UUID, list[Row], list[NewFact]]:
    """Return the annexe that replaces another, its lines of cofinancing, and the end of the one replaced.

    Raises
    ------
    AvenantImpossible
        The annexe is not signed, or its number leaves no room.
    """
    if annexe.row["etat"] != "VALIDE":
        raise AvenantImpossible(
            "Seule une annexe VALIDE se modifie par avenant.", champ="annexe", source=rules.SOURCE_ETATS
        )
    terms = _termes(annexe, {"etat": "VALIDE", **changes}, known.saisis)
    identity = uuid7()
    module = rules.module_plafonne(annexe.mesure, terms["montant_socle"], annexe.row["montant_module"])
    new = {"id": identity, "numero": rules.numero_modifie(annexe.row["numero"]), "avenant_de": annexe.id}
    new["montant_module"] = module
    old_rows, old_fact = known.connues.changer(annexe, line, writer, motif=motif, etat="HISTORISE")
    new_rows, new_fact = known.connues.creer(annexe, line, writer, motif=motif, **terms, **new)
    mois = mois_de(terms["date_debut"], terms["date_fin"])
    cofunding = [
        _reprendre(row, identity, annexe, mois, known.saisis, line, writer)
        for row in known.cofinancements.get(annexe.id, ())
    ]
    rows = [*old_rows, *new_rows, *(row for row, _ in cofunding)]
    return identity, rows, [old_fact, new_fact, *(fact for _, fact in cofunding)]


def _renouveler(line: AvenantLine, annexe: Annexe, known: Situation, writer: Writer) -> Change:
    if annexe.row["etat"] not in (*rules.ACTIFS, "CLOTURE"):
        raise AvenantImpossible("Seule une annexe en vigueur ou close se renouvelle.", champ="annexe")
    if line.date_debut is None or line.date_fin is None or line.date_debut <= annexe.row["date_fin"]:
        raise AvenantImpossible(
            "Un renouvellement donne sa période, après celle de l'annexe.",
            champ="date_debut",
            correction="Donnez date_debut et date_fin de la nouvelle année.",
        )
    changes: dict[str, Any] = {
        "etp": line.etp, "montant_unitaire": line.montant_unitaire, "date_debut": line.date_debut,
        "date_fin": line.date_fin,
    }  # fmt: skip
    terms = _termes(annexe, {k: v for k, v in changes.items() if v is not None}, known.saisis)
    identity = uuid7()
    rows, fact = known.connues.creer(
        annexe,
        line,
        writer,
        motif=line.motif,
        **terms,
        id=identity,
        numero=rules.numero_renouvele(annexe.row["numero"]),
        etat=line.etat,
        avenant_de=annexe.id,
        montant_cofinance=Decimal(0),
        montant_module=None,
        montant_fdi=None,
    )
    return Change(identity, tuple(rows), (fact,))


def _termes(annexe: Annexe, changes: dict[str, Any], saisis: Saisis) -> dict[str, Any]:
    """Return the terms of an annexe once changed, its socle computed again (F05)."""
    terms = {
        name: annexe.row[name] for name in ("etp", "montant_unitaire", "date_debut", "date_fin")
    } | changes
    debut: date = terms["date_debut"]
    rules.ensure_periode(debut, terms["date_fin"])
    rules.ensure_bareme(annexe.mesure, annexe.row["departement"], debut, terms["montant_unitaire"], saisis)
    mois = duree_mois(debut, terms["date_fin"])
    return terms | {"montant_socle": montant_annexe(terms["etp"], terms["montant_unitaire"], mois)}


def _reprendre(
    row: RowMapping,
    annexe_id: UUID,
    annexe: Annexe,
    mois: Sequence[str],
    saisis: Saisis,
    line: Line,
    writer: Writer,
) -> tuple[Row, NewFact]:
    """Return a line of cofinancing of the replaced annexe, on the one that replaces it."""
    identity = uuid7()
    state = {name: row[name] for name in ("financeur", "montant", "circuit", "postes", "date_accord")}
    told = theorie_publiee(state["financeur"], state["postes"], state["montant"], mois, saisis)
    fact = CofinancementInscrit(
        cofinancement_id=identity,
        annexe_id=annexe_id,
        structure_id=annexe.row["structure_id"],
        **state,
        **told,
    )
    stored = {"id": identity, "version": 1, "annexe_id": annexe_id, **state}
    return (cofinancement, stored), writer.fact(identity, 1, fact, line, writer.today)


AVENANTS = Nature(
    name="avenants",
    line=AvenantLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_avenants,
    decide=signer_avenant,
    constraints={
        **CONSTRAINTS,
        "uq_annexe_financiere_numero_actif": rules.deja_active,
        "ck_annexe_financiere_cofinancement": excessif,
    },
)

"""Receiving the money side of an annexe in a file of the ASP: the same row again changes nothing.

The ASP pays: what its file says is recorded as it is, once it holds together (F05, hours, forecasts). The barème is not
checked here, real avenants carry amounts of several texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import COLUMNS, Annexe, Connues, load_connues
from services.funding.commands.engagement import CONSTRAINTS
from services.funding.commands.quantites import Etp, Euros, Heures, Numero, Taux
from services.funding.commands.structure import Located, locate_structures
from services.funding.domain import annexe as rules
from services.funding.domain import cofinancement as parts
from services.funding.domain.formules import duree_mois
from services.funding.domain.saisi import Saisis
from services.funding.queries.bareme import list_saisis
from services.funding.tables import annexe_asp, cofinancement
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import CofinancementInscrit
from shared.messaging.journal import NewFact
from shared.types import Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer

SAME = text("""
    select a.id, a.numero, a.structure_id, a.date_debut, a.etat, d.donnees
    from annexe_financiere a left join annexe_asp d on d.annexe_id = a.id
    where a.numero = any(cast(:numeros as text[]))
""")
COFUNDED = text("select * from cofinancement where annexe_id = any(cast(:ids as uuid[]))")
Texte500 = Annotated[str, StringConstraints(max_length=500)]
Key = tuple[UUID, str, date]


class AnnexeAspLine(Line):
    """A row of the file AnnexeFinanciere, without what the registry takes; ``donnees`` holds the other columns."""

    numero: Numero
    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI"]
    mesure: Literal["ACI_DC", "AI_DC", "EI_DC", "ETTI_DC", "EITI_DC"]
    numero_convention: Texte | None = None
    etat: Literal["BROUILLON", "SAISI", "REJETE", "PROVISOIRE", "VALIDE", "HISTORISE", "CLOTURE", "ANNULE"]
    date_debut: Jour
    date_fin: Jour
    etp: Etp
    heures_par_etp: Heures | None = None
    montant_unitaire: Euros
    montant_total: Euros = Field(description="Part de l'État et part cofinancée.")
    cofinanceur: Texte | None = Field(None, description="Code de l'ASP, comme CD FINISTERE.")
    montant_cofinance: Euros = Decimal(0)
    sorties_prevues: int | None = Field(None, ge=0, le=100_000)
    taux_dynamique_prevu: Taux | None = None
    taux_durable_prevu: Taux | None = None
    taux_transition_prevu: Taux | None = None
    taux_positive_prevu: Taux | None = None
    donnees: dict[str, Texte500] = Field(default_factory=dict, max_length=128)


@dataclass(frozen=True, slots=True)
class Lues:
    """The structures, the annexes already recorded and the lines of cofinancing that some rows speak of."""

    structures: Located
    cles: Mapping[Key, RowMapping]
    actives: Mapping[str, UUID]
    connues: Connues
    cofinancements: Mapping[UUID, Sequence[RowMapping]]
    saisis: Saisis


async def load_annexes_asp(conn: AsyncConnection, lines: Sequence[AnnexeAspLine], _: Writer) -> Lues:
    """Return what the rows speak of."""
    rows = (await conn.execute(SAME, {"numeros": [line.numero for line in lines]})).mappings().all()
    ids = [row["id"] for row in rows]
    cofunded: dict[UUID, list[RowMapping]] = {}
    for row in (await conn.execute(COFUNDED, {"ids": ids})).mappings():
        cofunded.setdefault(row["annexe_id"], []).append(row)
    return Lues(
        structures=await locate_structures(conn, [line.siret for line in lines]),
        cles={(row["structure_id"], row["numero"], row["date_debut"]): row for row in rows},
        actives={row["numero"]: row["id"] for row in rows if row["etat"] in rules.ACTIFS},
        connues=await load_connues(conn, ids, [line.date_debut.year for line in lines]),
        cofinancements=cofunded,
        saisis=await list_saisis(conn),
    )


def recevoir_annexe(line: AnnexeAspLine, known: Lues, writer: Writer) -> Change:
    """Decide what a row changes: a new annexe, another state or amount, a cofunder that appears, or nothing.

    Raises
    ------
    StructureInconnue, MesureIncoherente, NumeroIncoherent, PeriodeInversee, PeriodeTropLongue, HeuresEtpManquantes,
    MontantSocleIncoherent, CofinancementExcessif, PrevisionsIncoherentes, AnnexeDejaActive
        See ``domain.annexe``.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    structure = known.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_FINANCEMENT, Target(structure.id, structure.departement))
    terms = _termes(line, structure.id, structure.departement)
    before = known.cles.get((structure.id, line.numero, line.date_debut))
    if line.etat in rules.ACTIFS and known.actives.get(line.numero) not in (None, before and before["id"]):
        raise rules.deja_active()
    identity = before["id"] if before else uuid7()
    rows: list[Row] = []
    facts: list[NewFact] = []
    if before is None:
        modele = Annexe(cast("RowMapping", dict.fromkeys(COLUMNS) | {"departement": structure.departement}))
        rows, fact = known.connues.creer(modele, line, writer, motif="ASP", **terms, id=identity)
        facts.append(fact)
    else:
        annexe = known.connues.trouver(identity, writer)
        if any(annexe.row[name] != value for name, value in terms.items()):
            rows, fact = known.connues.changer(annexe, line, writer, motif="ASP", **terms)
            facts.append(fact)
    for row, told in _cofinancement(line, identity, structure.id, structure.departement, known, writer):
        rows.append(row)
        facts.append(told)
    if before is None or before["donnees"] != line.donnees:
        rows.append((annexe_asp, {"annexe_id": identity, "donnees": line.donnees}))
    return Change(identity, tuple(rows), tuple(facts))


def _termes(line: AnnexeAspLine, structure_id: UUID, departement: str) -> dict[str, Any]:
    mesure = rules.mesure_de(line.mesure)
    rules.ensure_mesure(mesure, line.type_structure)
    rules.ensure_numero(line.numero, mesure, departement)
    rules.ensure_periode(line.date_debut, line.date_fin)
    heures = rules.ensure_heures(line.heures_par_etp)
    mois = duree_mois(line.date_debut, line.date_fin)
    rules.ensure_socle(line.montant_total, line.etp, line.montant_unitaire, mois)
    parts.ensure_cofinance(line.montant_total, line.montant_cofinance)
    previsions = (line.taux_durable_prevu, line.taux_transition_prevu, line.taux_positive_prevu)
    rules.ensure_previsions(line.taux_dynamique_prevu, previsions)
    return {
        "structure_id": structure_id,
        "numero": line.numero,
        "mesure": line.mesure,
        "numero_convention": line.numero_convention,
        "etat": line.etat,
        "date_debut": line.date_debut,
        "date_fin": line.date_fin,
        "etp": line.etp,
        "heures_par_etp": heures,
        "montant_unitaire": line.montant_unitaire,
        "montant_socle": line.montant_total,
        "montant_cofinance": line.montant_cofinance,
        "sorties_prevues": line.sorties_prevues,
        "taux_durable_prevu": line.taux_durable_prevu,
        "taux_transition_prevu": line.taux_transition_prevu,
        "taux_positive_prevu": line.taux_positive_prevu,
    }


def _cofinancement(
    line: AnnexeAspLine, annexe_id: UUID, structure_id: UUID, departement: str, known: Lues, writer: Writer
) -> list[tuple[Row, NewFact]]:
    """Return the one line of cofinancing that a row of the ASP holds, when it says something new."""
    if not line.montant_cofinance:
        return []
    financeur = parts.financeur_asp(line.cofinanceur, departement)
    held = next((c for c in known.cofinancements.get(annexe_id, ()) if c["financeur"] == financeur), None)
    if held and held["montant"] == line.montant_cofinance:
        return []
    identity = held["id"] if held else uuid7()
    version = held["version"] + 1 if held else 1
    state: dict[str, Any] = {
        "annexe_id": annexe_id,
        "financeur": financeur,
        "montant": line.montant_cofinance,
        "circuit": "ASP",
        "postes": None,
        "date_accord": held["date_accord"] if held else line.date_debut,
    }
    fact = CofinancementInscrit(cofinancement_id=identity, structure_id=structure_id, **state)
    row = {"id": identity, "version": version, **state}
    return [((cofinancement, row), writer.fact(identity, version, fact, line, line.date_debut))]


ANNEXES_ASP = Nature(
    name="annexes_asp",
    line=AnnexeAspLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_annexes_asp,
    decide=recevoir_annexe,
    constraints={
        **CONSTRAINTS,
        "uq_annexe_financiere_numero_actif": rules.deja_active,
        "ck_annexe_financiere_cofinancement": parts.excessif,
    },
)

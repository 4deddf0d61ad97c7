"""Recording annexes financières."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.engagement import CONSTRAINTS, Engagements, load_engagements
from services.funding.commands.quantites import Etp, Euros, Heures, Numero, Taux
from services.funding.commands.structure import Located, locate_structures
from services.funding.domain import annexe as rules
from services.funding.domain.enveloppe import engageable
from services.funding.domain.formules import duree_mois
from services.funding.domain.saisi import Saisis
from services.funding.queries.bareme import list_saisis
from services.funding.tables import annexe_financiere
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import AnnexeFinanciereEnregistree
from shared.types import Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

TypeStructure = Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"]

TAKEN = text("""
    select numero from annexe_financiere
    where numero = any(cast(:numeros as text[])) and etat = any(cast(:actifs as text[]))
""")


class AnnexeLine(Line):
    """An annexe financière with its state and its money."""

    numero: Numero
    siret: Siret
    type_structure: TypeStructure
    mesure: Literal[
        "ACI_DC", "AI_DC", "EI_DC", "ETTI_DC", "EITI_DC", "ACI_MP", "EI_MP", "AUTRE", "FDI_DC", "ACIPA_DC", "EIPA_DC",
    ]  # fmt: skip
    numero_convention: Texte | None = None
    date_debut: Jour
    date_fin: Jour = Field(description="Dernier jour, compris.")
    etat: Literal[
        "BROUILLON", "SAISI", "REJETE", "PROVISOIRE", "VALIDE", "HISTORISE", "CLOTURE", "ANNULE",
    ]  # fmt: skip
    etp: Etp = Field(description="Postes d'insertion, ETP en moyenne mensuelle.")
    heures_par_etp: Heures | None = Field(None, description="Heures annuelles d'un ETP ; refusé sans elles.")
    montant_unitaire: Euros = Field(description="Euros pour un ETP sur douze mois, ceux du barème.")
    montant_socle: Euros
    montant_module: Euros | None = None
    montant_fdi: Euros | None = None
    postes_cddi_cd: int | None = Field(None, ge=0, description="Postes CDDI cofinancés par le département.")
    sorties_prevues: int | None = Field(None, ge=0, le=100_000, description="Nombre de sorties prévues.")
    taux_dynamique_prevu: Taux | None = Field(None, description="Somme des trois suivants ; 0.6 pour 60 %.")
    taux_durable_prevu: Taux | None = None
    taux_transition_prevu: Taux | None = None
    taux_positive_prevu: Taux | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What deciding annexes takes: the structures they name, the numbers that active annexes have, envelopes, barèmes."""

    structures: Located
    taken: frozenset[str]
    engagements: Engagements
    saisis: Saisis


async def load_annexes(conn: AsyncConnection, lines: Sequence[AnnexeLine], _: Writer) -> Known:
    """Return what the lines name."""
    structures = await locate_structures(conn, [line.siret for line in lines])
    numeros = {"numeros": [line.numero for line in lines], "actifs": list(rules.ACTIFS)}
    engagements = await load_engagements(conn, [line.date_debut.year for line in lines])
    taken = frozenset((await conn.execute(TAKEN, numeros)).scalars())
    return Known(structures, taken, engagements, await list_saisis(conn))


def enregistrer_annexe(line: AnnexeLine, known: Known, writer: Writer) -> Change:
    """Decide an annexe.

    Raises
    ------
    StructureInconnue, MesureHorsChamp, MesureIncoherente, NumeroIncoherent, PeriodeInversee, PeriodeTropLongue,
    HeuresEtpManquantes, BaremeAbsent, MontantUnitaireHorsBareme, MontantSocleIncoherent, ModulationExcessive,
    PrevisionsIncoherentes, AnnexeDejaActive
        See ``domain.annexe``.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    structure = known.structures.find(line.siret, line.type_structure)
    target = Target(structure_id=structure.id, departement=structure.departement)
    ensure(writer.caller, Action.ECRIRE_FINANCEMENT, target)
    mesure = rules.mesure_de(line.mesure)
    rules.ensure_mesure(mesure, structure.type_structure)
    rules.ensure_numero(line.numero, mesure, structure.departement)
    rules.ensure_periode(line.date_debut, line.date_fin)
    heures_par_etp = rules.ensure_heures(line.heures_par_etp)
    rules.ensure_bareme(mesure, structure.departement, line.date_debut, line.montant_unitaire, known.saisis)
    mois = duree_mois(line.date_debut, line.date_fin)
    rules.ensure_socle(line.montant_socle, line.etp, line.montant_unitaire, mois)
    rules.ensure_modulation(mesure, line.montant_socle, line.montant_module)
    previsions = (line.taux_durable_prevu, line.taux_transition_prevu, line.taux_positive_prevu)
    rules.ensure_previsions(line.taux_dynamique_prevu, previsions)
    if line.etat in rules.ACTIFS and line.numero in known.taken:
        raise rules.deja_active()
    identity = uuid7()
    state: dict[str, Any] = {
        "structure_id": structure.id,
        "numero": line.numero,
        "mesure": line.mesure,
        "etat": line.etat,
        "date_debut": line.date_debut,
        "date_fin": line.date_fin,
        "etp": line.etp,
        "heures_par_etp": heures_par_etp,
        "montant_unitaire": line.montant_unitaire,
        "montant_socle": line.montant_socle,
        "montant_module": line.montant_module,
        "montant_fdi": line.montant_fdi,
        "postes_cddi_cd": line.postes_cddi_cd,
        "montant_cofinance": Decimal(0),
        "avenant_de": None,
        "sorties_prevues": line.sorties_prevues,
        "taux_durable_prevu": line.taux_durable_prevu,
        "taux_transition_prevu": line.taux_transition_prevu,
        "taux_positive_prevu": line.taux_positive_prevu,
    }
    row = {"id": identity, "version": 1, "numero_convention": line.numero_convention, **state}
    fact = AnnexeFinanciereEnregistree(annexe_id=identity, **state)
    wanted = engageable(line.etat, line.montant_socle, Decimal(0))
    engaged = known.engagements.engager(
        identity, structure.departement, line.date_debut.year, wanted, motif="ANNEXE", le=writer.today
    )
    return Change(
        identity,
        ((annexe_financiere, row), *engaged),
        (writer.fact(identity, 1, fact, line, line.date_debut),),
    )


ANNEXES = Nature(
    name="annexes",
    line=AnnexeLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_annexes,
    decide=enregistrer_annexe,
    constraints={**CONSTRAINTS, "uq_annexe_financiere_numero_actif": rules.deja_active},
)

"""The field of every figure: which structures and which annexes count for a region and a year."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.sql.elements import TextClause

from services.gateway.queries.known import as_known
from shared import clock
from shared.reference.territories import departements_of_region

ETATS = "('VALIDE', 'PROVISOIRE', 'CLOTURE')"
"""States of annexes that count (rule R10 of the dictionary of indicators; HISTORISE would count twice)."""

# Every statement starts with these two: structures of the field, annexes that meet the year (FDI excluded).
CHAMP = f"""
    with champ as (
        select structure_id, siret, type_structure, raison_sociale, code_insee, departement, annee,
               permanents, chiffre_affaires
        from structure
        where departement = any(cast(:departements as text[]))
          and (cast(:type as text) is null or type_structure = :type)
          and (cast(:structure as uuid) is null or structure_id = :structure)
    ),
    af as (
        select a.structure_id, a.numero, a.etp, a.heures_par_etp, a.montant_unitaire, a.montant_socle,
               a.montant_module, a.montant_cofinance, a.postes_cddi_cd, a.sorties_prevues,
               a.taux_durable_prevu + a.taux_transition_prevu + a.taux_positive_prevu as taux_prevu, c.departement,
               c.type_structure, greatest(a.date_debut, :debut) as debut, least(a.date_fin, :fin) as fin
        from annexe a join champ c using (structure_id)
        where a.etat in {ETATS} and a.mesure not like 'FDI%' and a.date_debut <= :fin and a.date_fin >= :debut
    )
"""  # noqa: S608 # constants of this module
MONTHS = "(extract(year from fin) - extract(year from debut)) * 12 + extract(month from fin) - extract(month from debut) + 1"
"""Months of the period that a row of ``af`` covers."""


@dataclass(frozen=True, slots=True)
class Champ:
    """A region, a civil year, and what narrows them.

    Attributes
    ----------
    type
        One type of structure, or all (None).
    connu_le
        Day the facts were known by, included; None for all that is known now.
    mois
        First and last month of the period, both included.
    structure
        One structure, or all (None).
    """

    region: str
    annee: int
    type: str | None = None
    connu_le: date | None = None
    mois: tuple[int, int] = (1, 12)
    structure: UUID | None = None

    @property
    def departements(self) -> tuple[str, ...]:
        """Codes of the départements of the region."""
        return departements_of_region(self.region)

    def parameters(self) -> dict[str, Any]:
        """Return the bind values of ``CHAMP``."""
        return {
            "region": self.region,
            "departements": list(self.departements),
            "type": self.type,
            "annee": self.annee,
            "debut": self.debut,
            "fin": self.fin,
            "mois1": self.mois[0],
            "mois2": self.mois[1],
            "structure": self.structure,
            "connu_le": self.connu_le,
            "arret": self.arret,
        }

    @property
    def arret(self) -> date:
        """Day at which states are counted: the end of the period, or the day of the reading if it is before."""
        return min(self.fin, self.connu_le or clock.today())

    @property
    def debut(self) -> date:
        """First day of the period."""
        return date(self.annee, self.mois[0], 1)

    @property
    def fin(self) -> date:
        """Last day of the period, included."""
        return date(self.annee, self.mois[1], monthrange(self.annee, self.mois[1])[1])

    def statement(self, statement: TextClause) -> TextClause:
        """Return a statement as it reads the facts of this field: as they are, or as they were known."""
        return as_known(statement) if self.connu_le else statement

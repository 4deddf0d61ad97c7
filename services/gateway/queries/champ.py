"""The field of every figure: which structures and which annexes count for a region and a year."""

from dataclasses import dataclass
from datetime import date
from typing import Any

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
    ),
    af as (
        select a.structure_id, a.numero, a.etp, a.heures_par_etp, a.postes_cddi_cd, c.departement,
               c.type_structure, greatest(a.date_debut, :debut) as debut, least(a.date_fin, :fin) as fin
        from annexe a join champ c using (structure_id)
        where a.etat in {ETATS} and a.mesure not like 'FDI%' and a.date_debut <= :fin and a.date_fin >= :debut
    )
"""  # noqa: S608 # constants of this module


@dataclass(frozen=True, slots=True)
class Champ:
    """A region, a civil year, and one type of structure or all (None)."""

    region: str
    annee: int
    type: str | None = None

    @property
    def departements(self) -> tuple[str, ...]:
        """Codes of the départements of the region."""
        return departements_of_region(self.region)

    def parameters(self) -> dict[str, Any]:
        """Return the bind values of ``CHAMP``."""
        return {
            "departements": list(self.departements),
            "type": self.type,
            "annee": self.annee,
            "debut": date(self.annee, 1, 1),
            "fin": date(self.annee, 12, 31),
        }

"""Which structures the rules of the PASS IAE bind: the five SIAE of the law."""

from datetime import date

from services.parcours.domain.errors_pass import ExperimentationFermee, TypeHorsIae
from services.parcours.domain.regles import Regle, en_vigueur
from shared.errors import BusinessError

SIAE = ("ACI", "AI", "EI", "ETTI", "EITI")
GEIQ = "GEIQ"
NON_PRECISE = "AUTRE"
"""A structure whose type the source does not say; judged as an ACI, the most common type."""

SOURCE = "CT L5132-4 ; structures §1.1 et §1.2"

EXPERIMENTATIONS = (
    Regle(
        "EITI",
        "Loi du 5 septembre 2018, art. 83 : expérimentation jusqu'au 22 décembre 2026 (à confirmer)",
        date(2018, 9, 5),
        date(2026, 12, 22),
    ),
)
"""Types of structure that the law only tries, and the days it does: a law that goes on with it changes the last one."""


def type_de_regle(type_structure: str) -> str:
    """Return the type whose rules bind a structure."""
    return "ACI" if type_structure == NON_PRECISE else type_structure


def refus_du_type(type_structure: str | None) -> list[BusinessError]:
    """Return the refusal of a type outside the PASS IAE; a type that is not given is not judged."""
    if type_structure is None or type_de_regle(type_structure) in SIAE:
        return []
    return [
        TypeHorsIae(
            f"Une structure {type_structure} n'est pas soumise aux règles du PASS IAE.",
            champ="type_structure",
            source=SOURCE,
        )
    ]


def refus_d_experimentation(type_structure: str, jour: date) -> list[BusinessError]:
    """Return why nobody enters a structure of this type on a day: the experiment is not open."""
    tried = [regle for regle in EXPERIMENTATIONS if regle.valeur == type_structure]
    if not tried or en_vigueur(tried, jour):
        return []
    return [
        ExperimentationFermee(
            f"Aucune embauche en {type_structure} ne commence à cette date.",
            champ="date_embauche",
            source=tried[-1].source,
        )
    ]

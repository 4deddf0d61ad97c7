"""Which structures the rules of the PASS IAE bind: the five SIAE of the law."""

from services.parcours.domain.errors_pass import TypeHorsIae
from shared.errors import BusinessError

SIAE = ("ACI", "AI", "EI", "ETTI", "EITI")
GEIQ = "GEIQ"
NON_PRECISE = "AUTRE"
"""A structure whose type the source does not say; judged as an ACI, the most common type."""

SOURCE = "CT L5132-4 ; structures §1.1 et §1.2"


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

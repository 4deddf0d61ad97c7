"""What a fiche de poste may offer, and how long it lives without news."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from services.structures.domain.errors import ContratNonAdmis

SAISIE, EMBAUCHE, OFFRE_FT = "SAISIE", "EMBAUCHE", "OFFRE_FT"
SOURCES_POSTE = (SAISIE, EMBAUCHE, OFFRE_FT)

HEURES_MAX = 48
"""CT L3121-20; registre §6."""
SANS_NOUVELLE = timedelta(days=90)
"""Without update, a fiche typed here is closed (registre §6)."""
A_RAFRAICHIR = timedelta(days=60)
"""Without update, a fiche is told to be old (registre §6)."""
SPONTANEES = timedelta(days=90)
"""How long spontaneous candidatures stay open, to be renewed (registre §6)."""

_COMMUNS = ("CDDI", "CDD_USAGE", "MISSION", "PROFESSIONNALISATION", "CDI_INCLUSION", "AUTRE")
_INDEPENDANT = ("ACCOMPAGNEMENT_CREATION", "AUTRE")
_GEIQ = ("APPRENTISSAGE", "PROFESSIONNALISATION", "AUTRE")
CONTRATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ACI": (*_COMMUNS, "CDDI_PHC", "CDDI_CVG"),
        "EI": _COMMUNS,
        "AI": _COMMUNS,
        "ETTI": _COMMUNS,
        "EITI": _INDEPENDANT,
        "AUTRE": _COMMUNS,
        "GEIQ": _GEIQ,
    }
)
"""Contracts that a fiche may offer, by type of structure (parcours §7); OPCS hire nobody."""
SOURCE = "Parcours §7 ; CT L5132-5 à L5132-15-1 : contrats par type de structure"


def ensure_contrat(type_structure: str, type_contrat: str) -> None:
    """Return if a structure of this type may offer this contract.

    Raises
    ------
    ContratNonAdmis
        It may not.
    """
    admis = CONTRATS.get(type_structure, ())
    if type_contrat not in admis:
        raise ContratNonAdmis(
            f"Une structure de type {type_structure} ne propose pas ce contrat.",
            champ="type_contrat",
            correction=f"Contrats admis : {', '.join(admis) or 'aucun'}.",
            source=SOURCE,
        )


def a_rafraichir(mise_a_jour_le: date, le: date) -> bool:
    """Tell whether a fiche was not updated for 60 days."""
    return le - mise_a_jour_le >= A_RAFRAICHIR

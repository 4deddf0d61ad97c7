"""Which indicators are told of one structure, and why the others are not."""

from collections.abc import Mapping
from types import MappingProxyType

from services.gateway.catalogue.indicateur import Indicateur

_COMPTE = "il compte des structures, des organismes ou des communes : d'une structure, il ne dirait rien"
_DROIT = "un droit appartient à une personne, non à la structure qui l'emploie"
_ORIENTATION = (
    "les orientations se publient par territoire et par intercommunalité : ajoutées par structure, elles se "
    "retrouveraient par soustraction"
)
_PUBLIC = "un public se compte par territoire et par type : d'une structure, il dirait ce qu'est chacun de ses salariés"
_TERRITOIRE = "il se mesure sur un territoire entier"
SANS_STRUCTURE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("OFF-01", "OFF-02", "OFF-03", "OFF-04", "OFF-08"), _COMPTE),
        **dict.fromkeys(("PAR-01", "PAR-06", "PAR-08", "PAR-09"), _DROIT),
        **dict.fromkeys(("FIN-11", "PAR-12"), _TERRITOIRE),
        "ORI": _ORIENTATION,
        "CLA": _TERRITOIRE,
        "PUB": _PUBLIC,
    }
)
"""Reasons, by code or by family."""


def raison_sans_structure(indicateur: Indicateur) -> str | None:
    """Return why an indicator is not told of one structure; None when it is."""
    return SANS_STRUCTURE.get(indicateur.code) or SANS_STRUCTURE.get(indicateur.code[:3])


REALISES = frozenset(
    {"FIN-03", "FIN-04", "FIN-05", "FIN-06", "FIN-07", "FIN-08", "FIN-10", "FIN-16", "FIN-17", "FIN-22"}
)
"""What a structure without any declared hour does not tell: unknown, not zero (rule R2)."""

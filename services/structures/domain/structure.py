"""What a structure is, and where it stands."""

from services.structures.domain.errors import CommuneInconnue
from shared.reference.files import UnknownCode
from shared.reference.territories import departement_of_commune, resolve_commune

TYPES = ("ACI", "AI", "EI", "ETTI", "EITI", "AUTRE")
"""Kinds of SIAE (CT L5132-4; ``domaine/structures.md`` §1.1); AUTRE when the source does not say."""

AVIS = ("FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE", "AJOURNE")
OBJETS = ("CREATION", "RENOUVELLEMENT", "EXTENSION")


def locate(code_insee: str) -> tuple[str, str, str | None]:
    """Return the present commune, the département and the EPCI (when it is held) of an INSEE code.

    A commune that disappeared is brought to the one that holds it today.

    Raises
    ------
    CommuneInconnue
        The code belongs to no département.
    """
    try:
        commune = resolve_commune(code_insee)
    except UnknownCode:
        commune = None
    try:
        if commune is not None:
            return commune.code_insee, commune.code_departement, commune.code_epci
        return code_insee, departement_of_commune(code_insee), None
    except UnknownCode as unknown:
        raise CommuneInconnue(
            "Ce code INSEE ne désigne aucune commune.",
            champ="code_insee",
            correction="Vérifiez le code officiel.",
        ) from unknown

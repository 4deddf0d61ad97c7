"""The catalogue of indicators: one figure, one definition, one function; pages, files and API read the same value.

Codes follow the public dictionary of indicators of the field; VER and COF are ours, nobody defines them.
"""

from services.gateway.catalogue.financement import CLAUSES, FINANCEMENT
from services.gateway.catalogue.indicateur import VERSION, Indicateur, Manquant
from services.gateway.catalogue.manquants import MANQUANTS
from services.gateway.catalogue.offre import OFFRE
from services.gateway.catalogue.personnes import ACCOMPAGNEMENT, ORIENTATION, PARCOURS, SORTIES
from services.gateway.catalogue.publics import PUBLICS, REFUS
from services.gateway.catalogue.qualite import QUALITE

INDICATEURS: tuple[Indicateur, ...] = (
    *OFFRE,
    *FINANCEMENT,
    *ORIENTATION,
    *REFUS,
    *PARCOURS,
    *PUBLICS,
    *ACCOMPAGNEMENT,
    *SORTIES,
    *CLAUSES,
    *QUALITE,
)
PAR_CODE = {indicateur.code: indicateur for indicateur in INDICATEURS}

__all__ = ["INDICATEURS", "MANQUANTS", "PAR_CODE", "VERSION", "Indicateur", "Manquant"]

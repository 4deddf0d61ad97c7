"""Open posts of the demonstration: what a prescriber looks for today, so known today and not in 2017.

Nothing here is drawn: two structures out of three offer what they do, and the generated files do not depend on it.
"""

from collections.abc import Iterable, Iterator
from itertools import cycle
from types import MappingProxyType
from typing import Any

from deploy.demo.tables import Row

CONTRAT = MappingProxyType({"ACI": "CDDI", "EI": "CDDI", "AI": "CDD_USAGE", "ETTI": "MISSION"})
HEURES = MappingProxyType({"ACI": "26", "EI": "35", "AI": "20", "ETTI": "35"})
POSTES = (1, 0, 2, 1, 0, 3)


def fiches(structures: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the fiches de poste of some structures: one to three posts, in the activity of each; none for AUTRE."""
    for structure, postes in zip(structures, cycle(POSTES), strict=False):
        kind = structure["type"]
        if postes and kind in CONTRAT:
            yield {
                "reference": f"FICHE-{structure['id_structure']}",
                "siret": structure["siret"],
                "type_structure": kind,
                "code_rome": structure["code_rome"],
                "appellation": structure["activite"],
                "type_contrat": CONTRAT[kind],
                "postes_ouverts": postes,
                "heures_hebdo": HEURES[kind],
            }

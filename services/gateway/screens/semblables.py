"""A structure among those like it: same type, a comparable size, its département when enough of them are there.

No text defines who is alike: these are choices of this project, told beside every comparison. Only values that may
be published are compared.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.gateway.catalogue.lecture import Compteur
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.queries.counts import ENTIER, Cellule
from shared.reference.territories import departements, regions

TAILLE = ("annexes",)
"""Source of the size of a structure: its ETP conventionnés."""
MINIMUM = 5
RAPPORT = 2
"""Alike: between half and twice the ETP conventionnés."""
QUARTILES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))

Value = Callable[[Cellule], Valeur]


@dataclass(frozen=True, slots=True)
class Semblables:
    """The quartiles of one indicator among the structures alike; « sans objet » under five values.

    ``nombre`` counts the structures that have a value to compare, the one asked for left out.
    """

    critere: str
    nombre: int
    q1: Valeur
    mediane: Valeur
    q3: Valeur


def quartiles(value: Value, compteurs: Mapping[str, Compteur], cell: Cellule) -> Semblables:
    """Return how an indicator is spread among the structures like one of them.

    Parameters
    ----------
    value
        The indicator, for the cell of any structure.
    compteurs
        Each structure of its type counted, its size among them.
    """
    size, where = _size(compteurs, cell), departements()[str(cell[0])]
    alike = [
        other
        for other in compteurs["annexes"].comptes
        if len(other) > len(ENTIER)
        and other != cell
        and size / RAPPORT <= _size(compteurs, other) <= size * RAPPORT
    ]
    near = [other for other in alike if other[0] == cell[0]]
    place = where.nom
    found = _values(value, near)
    if len(found) < MINIMUM:
        place, found = regions()[where.code_region].nom, _values(value, alike)
    words = f"même type, de la moitié au double de ses ETP conventionnés, {place}"
    if len(found) < MINIMUM:
        return Semblables(words, len(found), *(Absence.SANS_OBJET,) * len(QUARTILES))
    return Semblables(words, len(found), *(found[-(-len(found) * part // 1) - 1] for part in QUARTILES))


def _size(compteurs: Mapping[str, Compteur], cell: Cellule) -> Fraction:
    return Fraction(compteurs["annexes"].comptes.get(cell, {}).get("etp_mois") or 0)


def _values(value: Value, cells: Iterable[Cellule]) -> list[Decimal]:
    values = [value(cell) for cell in cells]
    return sorted(Decimal(each) for each in values if each is not None and not isinstance(each, Absence))

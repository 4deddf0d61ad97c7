"""Amounts that an administrator enters when a text comes out: dated, with the reference of the text, never overwriting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

AIDE_POSTE, RSA = "AIDE_POSTE", "RSA"
GRANDEURS = MappingProxyType(
    {AIDE_POSTE: "montant socle d'un ETP, par an", RSA: "RSA forfaitaire d'une personne seule, par mois"}
)
"""What can be entered."""


@dataclass(frozen=True, slots=True)
class Saisi:
    """An amount from a day until the next one known; ``cas`` and ``type_structure`` are empty for the RSA."""

    grandeur: str
    cas: str
    type_structure: str
    a_compter_du: date
    montant: Decimal
    source: str


Saisis = Sequence[Saisi]


def en_vigueur(
    saisis: Iterable[Saisi], grandeur: str, cas: str, type_structure: str, jour: date
) -> Saisi | None:
    """Return the amount entered that holds on a day; None when none does."""
    own = (
        s
        for s in saisis
        if (s.grandeur, s.cas, s.type_structure) == (grandeur, cas, type_structure) and s.a_compter_du <= jour
    )
    return max(own, key=lambda s: s.a_compter_du, default=None)

"""Publics: who counts in which one, and how many distinct persons there are at each level.

Criteria, training and sex are those of the day the person entered; the age is that of the year. ``domaine/indicateurs.md``
R4, R8 and §6.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.reference.territories import departements

_PUBLICS = UUID("5e4f4c2b-8f0a-4b66-9d7e-3a1c6f0b2d95")
FEMME, JEUNE, SENIOR, LONGUE_DUREE = "FEMME", "JEUNE", "SENIOR", "LONGUE_DUREE"
SANS_DIPLOME, NIVEAU_INCONNU, INCONNU = "SANS_DIPLOME", "NIVEAU_INCONNU", "INCONNU"
AUTRE_SITUATION = "AUTRE_SITUATION"
SANS_DIPLOME_ASP = "70"
AGES = MappingProxyType({JEUNE: range(26), SENIOR: range(50, 200)})
"""Ages of a public, in the year of observation less that of birth: under 26 (PUB-10), 50 and over (PUB-11)."""
CHOMAGE = frozenset({"DELD", "DETLD"})
"""Registered for 12 to 23 months, for 24 and over: one or the other (PUB-07 to PUB-09)."""
SITUATIONS = frozenset({"PI", "PSH_PR", "REF_DA", "DETENTION_MJ", "ASE", "FLE", "PM"})
"""Criteria of PUB-15: who meets several counts once."""


class Profil(NamedTuple):
    """What is counted of a person; it never leaves the service."""

    femme: bool
    naissance: int
    niveau_formation: str | None
    criteres: tuple[str, ...]


class Presence(NamedTuple):
    """A person with at least one hour declared in a year, by structures of one type in one département."""

    personne_id: UUID
    annee: int
    departement: str
    type_structure: str


class Refus(NamedTuple):
    """Orientations of a year refused for one reason, None when it is not known."""

    annee: int
    departement: str
    type_structure: str
    motif: str | None
    nombre: int


class Cellule(NamedTuple):
    """A year, a région or one of its départements, all types of structure or one."""

    annee: int
    region: str
    departement: str | None
    type_structure: str | None

    @property
    def identifier(self) -> UUID:
        """The key under which its counts are published."""
        return uuid5(_PUBLICS, "/".join(str(part or "") for part in self))


@dataclass(slots=True)
class Comptes:
    """What is counted in one cell."""

    effectif: int = 0
    publics: Counter[str] = field(default_factory=Counter)
    refus: Counter[str] = field(default_factory=Counter)


def publics_de(profil: Profil | None, annee: int) -> set[str]:
    """Return the publics of a person in a year; of somebody erased, only that nothing is known."""
    if profil is None:
        return {INCONNU}
    age = annee - profil.naissance
    found = {public for public, ages in AGES.items() if age in ages}
    found |= set(profil.criteres) - AGES.keys()
    if profil.femme:
        found.add(FEMME)
    if found & CHOMAGE:
        found.add(LONGUE_DUREE)
    if found & SITUATIONS:
        found.add(AUTRE_SITUATION)
    if profil.niveau_formation is None:
        found.add(NIVEAU_INCONNU)
    elif profil.niveau_formation == SANS_DIPLOME_ASP:
        found.add(SANS_DIPLOME)
    return found


def cellules(annee: int, departement: str, type_structure: str) -> tuple[Cellule, ...]:
    """Return the four levels of a place: none where the département is of no région."""
    known = departements().get(departement)
    if known is None:
        return ()
    return tuple(
        Cellule(annee, known.code_region, place, kind)
        for place in (None, departement)
        for kind in (None, type_structure)
    )


def compter(
    presences: Iterable[Presence], profils: Mapping[UUID, Profil | None], refus: Iterable[Refus]
) -> dict[Cellule, Comptes]:
    """Return the counts of each cell where somebody worked or something was refused."""
    present: dict[tuple[UUID, int], set[Cellule]] = {}
    for one in presences:
        present.setdefault((one.personne_id, one.annee), set()).update(cellules(*one[1:]))
    counts: dict[Cellule, Comptes] = {}
    for (personne_id, annee), places in present.items():
        publics = publics_de(profils.get(personne_id), annee)
        for place in places:
            comptes = counts.setdefault(place, Comptes())
            comptes.effectif += 1
            comptes.publics.update(publics)
    for each in refus:
        for place in cellules(each.annee, each.departement, each.type_structure) if each.motif else ():
            counts.setdefault(place, Comptes()).refus[str(each.motif)] += each.nombre
    return counts

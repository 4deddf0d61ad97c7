"""What the page of pathways shows: steps, delays, outcomes, exits. Never a person, never a lone count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from services.gateway.pages.formats import Unite, Valeur
from services.gateway.pages.models import CategorieSortie, Etape, Filtre
from services.gateway.pages.site import Adresse, Freshness
from services.gateway.pages.tables import ETAPES, Colonne


@dataclass(frozen=True, slots=True)
class Delai:
    """A delay in days: median and quartiles of ``effectif`` observations."""

    code: str
    libelle: str
    effectif: Valeur
    premier: Valeur
    mediane: Valeur
    troisieme: Valeur
    note: str


@dataclass(frozen=True, slots=True)
class Compte:
    """A count, its share of a whole, and what to know of it."""

    code: str
    libelle: str
    nombre: Valeur
    part: Valeur
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A part of the page that no fact allows, and why."""

    libelle: str
    raison: str


@dataclass(frozen=True, slots=True)
class ParcoursPage:
    """From orientation to exit, at one territory and one year."""

    titre: str
    nom: str
    code: str
    annee: int
    adresse: Adresse
    api: str
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    connu_le: date | None
    type: str | None
    etapes: tuple[Etape, ...]
    delais: tuple[Delai, ...]
    tranches: tuple[Compte, ...]
    suites: tuple[Compte, ...]
    refus: tuple[Compte, ...]
    publics: tuple[Compte, ...]
    accompagnement: tuple[Compte, ...]
    sorties: tuple[CategorieSortie, ...]
    ecartees: tuple[Compte, ...]
    absents: tuple[Absent, ...]

    @property
    def populations(self) -> list[tuple[str, list[Etape]]]:
        """Steps grouped by population, in order."""
        return [(nom, list(etapes)) for nom, etapes in groupby(self.etapes, lambda etape: etape.population)]

    @property
    def vide(self) -> bool:
        """Whether the filter leaves nothing at all."""
        return all(etape.nombre == 0 for etape in self.etapes)

    def tableau(self, nom: str) -> tuple[tuple[Colonne[object], ...], Sequence[object]]:
        """Return the columns and the rows of a block, by the name of its file.

        Raises
        ------
        KeyError
            No such block.
        """
        tables: dict[str, tuple[tuple[Colonne[object], ...], Sequence[object]]] = {
            "etapes": (ETAPES, self.etapes),  # type: ignore[dict-item] # columns and rows go together
            "delais": (DELAIS, self.delais),  # type: ignore[dict-item] # idem
            "tranches": (COMPTES, self.tranches),  # type: ignore[dict-item] # idem
            "suites": (COMPTES, self.suites),  # type: ignore[dict-item] # idem
            "refus": (COMPTES, self.refus),  # type: ignore[dict-item] # idem
            "publics": (COMPTES, self.publics),  # type: ignore[dict-item] # idem
            "accompagnement": (COMPTES, self.accompagnement),  # type: ignore[dict-item] # idem
            "sorties": (SORTIES, self.sorties),  # type: ignore[dict-item] # idem
            "ecartees": (COMPTES, self.ecartees),  # type: ignore[dict-item] # idem
        }
        return tables[nom]


DELAIS: tuple[Colonne[Delai], ...] = (
    Colonne("libelle", "Délai", lambda d: d.libelle),
    Colonne("code", "Code", lambda d: d.code),
    Colonne("premier_quartile", "Premier quartile", lambda d: d.premier, Unite.JOURS),
    Colonne("mediane", "Médiane", lambda d: d.mediane, Unite.JOURS),
    Colonne("troisieme_quartile", "Troisième quartile", lambda d: d.troisieme, Unite.JOURS),
    Colonne("effectif", "Observations", lambda d: d.effectif, Unite.NOMBRE),
    Colonne("note", "À lire ainsi", lambda d: d.note),
)
COMPTES: tuple[Colonne[Compte], ...] = (
    Colonne("libelle", "Libellé", lambda c: c.libelle),
    Colonne("code", "Code", lambda c: c.code),
    Colonne("nombre", "Nombre", lambda c: c.nombre, Unite.NOMBRE),
    Colonne("part", "Part", lambda c: c.part, Unite.TAUX),
    Colonne("note", "À lire ainsi", lambda c: c.note),
)
SORTIES: tuple[Colonne[CategorieSortie], ...] = (
    Colonne("libelle", "Catégorie", lambda c: c.libelle),
    Colonne("nombre", "Sorties comptées", lambda c: c.nombre, Unite.NOMBRE),
    Colonne("part", "Part", lambda c: c.part, Unite.TAUX),
)
DELAIS_A_L_ECRAN = tuple(c for c in DELAIS if c.cle != "code")
COMPTES_A_L_ECRAN = tuple(c for c in COMPTES if c.cle != "code")
"""Codes are for files: a screen has the words."""
BLOCS = (
    "etapes", "delais", "tranches", "suites", "refus", "publics", "accompagnement", "sorties", "ecartees",
)  # fmt: skip
"""Blocks of the page that are files."""

"""What the open data page shows: sets, their dictionary, their files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.gateway.pages.formats import Unite
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Cellule, Colonne

LICENCE = Lien("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/")
TYPES = {
    None: "texte",
    Unite.NOMBRE: "nombre entier",
    Unite.ETP: "décimal, ETP",
    Unite.EUROS: "décimal, euros",
    Unite.MILLIONS_EUROS: "décimal, euros",
    Unite.TAUX: "décimal, ratio de 0 à 1",
    Unite.HEURES: "décimal, heures",
    Unite.JOURS: "décimal, jours",
    Unite.MOIS: "décimal, mois",
}


@dataclass(frozen=True, slots=True)
class Champ:
    """One column of a set, as its dictionary says it."""

    cle: str
    libelle: str
    nature: str


@dataclass(frozen=True, slots=True)
class Jeu:
    """One open data set; ``long`` ones are made aside and asked for by an address of follow-up."""

    code: str
    titre: str
    description: str
    source: str
    secret: bool
    colonnes: tuple[Colonne[Mapping[str, Any]], ...]
    long: bool = False

    @property
    def dictionnaire(self) -> tuple[Champ, ...]:
        """Its columns."""
        return tuple(Champ(c.cle, c.libelle, TYPES[c.unite]) for c in self.colonnes)


@dataclass(frozen=True, slots=True)
class DonneesPage:
    """The open data of a year."""

    annee: int
    nom: str
    adresse: Adresse
    fraicheur: Freshness
    annees: tuple[int, ...]
    jeux: tuple[Jeu, ...]
    connu_le: date | None

    @property
    def champs(self) -> tuple[Colonne[Champ], ...]:
        """Columns of a dictionary."""
        return DICTIONNAIRE

    def fichier(self, jeu: Jeu, **parameters: str) -> str:
        """Return the address of a file of a set."""
        return Adresse(f"/donnees/{jeu.code}", self.adresse.parametres).avec(**parameters)


DICTIONNAIRE: tuple[Colonne[Champ], ...] = (
    Colonne("cle", "Champ", lambda c: c.cle),
    Colonne("libelle", "Libellé", lambda c: c.libelle),
    Colonne("nature", "Nature", lambda c: c.nature),
)


def colonne(cle: str, libelle: str, unite: Unite | None = None) -> Colonne[Mapping[str, Any]]:
    """Return a column that reads a field of a row by its name."""
    lire: Callable[[Mapping[str, Any]], Cellule] = lambda row: row[cle]  # noqa: E731 # typed
    return Colonne(cle, libelle, lire, unite)

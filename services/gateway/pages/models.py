"""What the pages show: frozen values that the routes fill from the views.

Counts of persons arrive here after ``secrecy``: a hidden one is ``Absence.SECRET``. Rates are exact ratios
(0.585 for 58.5 %), amounts euros, quantities ``Decimal``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby

from services.gateway.pages.formats import Unite, Valeur
from services.gateway.pages.site import Adresse, Freshness, Lien
from shared.french import INSECABLE


class Nature(StrEnum):
    """Kind of territory, as addresses write it."""

    REGION = "region"
    DEPARTEMENT = "departement"


_ARTICLES = {
    (Nature.REGION, "32"): "les ",
    (Nature.DEPARTEMENT, "02"): "l'",
    (Nature.DEPARTEMENT, "59"): "le ",
    (Nature.DEPARTEMENT, "60"): "l'",
    (Nature.DEPARTEMENT, "62"): "le ",
    (Nature.DEPARTEMENT, "80"): "la ",
}


def situe(nature: Nature, code: str, nom: str) -> str:
    """Return « dans le Nord », or « (Ain) » for a territory whose article is not in the table."""
    article = _ARTICLES.get((nature, code))
    return f"({nom})" if article is None else f"dans {article}{nom}"


class Tendance(StrEnum):
    """Sign of a comparison."""

    HAUSSE = "▲"
    BAISSE = "▼"
    STABLE = "■"


@dataclass(frozen=True, slots=True)
class Comparaison:
    """A sentence that says compared to what; ``favorable`` only when the direction really is good or bad."""

    texte: str
    tendance: Tendance | None = None
    favorable: bool | None = None


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure of the top of a page; ``code`` is its entry in the catalogue of indicators."""

    code: str
    libelle: str
    valeur: Valeur
    unite: Unite
    comparaison: Comparaison | None = None

    @property
    def definition_url(self) -> str:
        """Address of its definition."""
        return f"/indicateurs/{self.code}"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    valeur: str
    libelle: str
    choisie: bool = False


@dataclass(frozen=True, slots=True)
class Filtre:
    """One list of the form of filters; exactly one option is chosen."""

    nom: str
    libelle: str
    options: tuple[Option, ...]

    @property
    def choix(self) -> str:
        """Label of the option that is chosen."""
        return next(option.libelle for option in self.options if option.choisie)


@dataclass(frozen=True, slots=True)
class MonthlyEtp:
    """Monthly ETP (FIN-04) of the month of any day ``mois``."""

    mois: date
    etp: Valeur
    provisoire: bool = False


@dataclass(frozen=True, slots=True)
class TypeRow:
    """Figures of one type of structure over the year; ``cible`` is its monthly ETP conventionnés (FIN-01)."""

    type: str
    libelle: str
    structures: int
    personnes: Valeur
    etp_realises: Valeur
    etp_conventionnes: Valeur
    taux: Valeur
    mois: tuple[MonthlyEtp, ...] = ()
    cible: Valeur = None


@dataclass(frozen=True, slots=True)
class DepartementRow:
    """Figures of one département over the year."""

    code: str
    nom: str
    structures: int
    etp_realises: Valeur
    etp_conventionnes: Valeur
    taux_realisation: Valeur
    orientations: Valeur


@dataclass(frozen=True, slots=True)
class Etape:
    """One step from orientation to exit.

    Steps of the same ``population`` follow one another and are comparable; ``taux`` is the ratio to the step
    named by ``rapporte_a`` (« des orientations »), ``SANS_OBJET`` for the first one.
    """

    code: str
    libelle: str
    population: str
    nombre: Valeur
    taux: Valeur
    rapporte_a: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CategorieSortie:
    """Counted exits of one category and their share of all counted exits; at most four categories."""

    libelle: str
    nombre: Valeur
    part: Valeur


@dataclass(frozen=True, slots=True)
class StructureRow:
    """One structure over the year; ``financement_etat_eur`` is what the State paid in the year."""

    nom: str
    type: str
    commune: str
    departement: str
    etp_conventionnes: Valeur
    etp_realises: Valeur
    taux: Valeur
    financement_etat_eur: Valeur
    sorties_comptees: Valeur
    taux_sorties_dynamiques: Valeur
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StructureTotals:
    """Exact totals of all the structures of the filter, not of the page of the table."""

    etp_conventionnes: Valeur
    etp_realises: Valeur
    taux: Valeur
    financement_etat_eur: Valeur
    sorties_comptees: Valeur
    taux_sorties_dynamiques: Valeur


@dataclass(frozen=True, slots=True)
class StructuresTable:
    """One page of the table; ``tri`` is a sort key of ``tables.COLONNES``, preceded by ``-`` when decreasing."""

    rows: tuple[StructureRow, ...]
    tri: str
    page: int
    taille: int
    total: int
    totals: StructureTotals

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.taille))

    @property
    def premiere(self) -> int:
        """Rank of the first line shown, from one."""
        return (self.page - 1) * self.taille + 1


@dataclass(frozen=True, slots=True)
class Seance:
    """One sitting of the CDIAE; ``url`` is its agenda, for its members."""

    jour: date
    dossiers: int
    etp_demandes: Valeur
    etp_accordes: Valeur
    url: str


class Bloc(StrEnum):
    """The blocks of a territory page; the value is their anchor and the name of their file."""

    CHIFFRES = "chiffres"
    EVOLUTION = "etp-mensuels"
    CARTE = "departements"
    TYPES = "types"
    ETAPES = "etapes"
    STRUCTURES = "structures"
    CDIAE = "cdiae"
    ENVELOPPES = "enveloppes"
    SUIVI = "annexes"
    PREVISIONS = "previsions"
    FINANCEURS = "financeurs"
    ARBITRAGES = "arbitrages"
    ECARTS = "ecarts"
    CLAUSES = "clauses"
    REDEPLOIEMENTS = "redeploiements"


@dataclass(frozen=True, slots=True)
class TerritoryPage:
    """A steering page: one territory, one year.

    ``cible`` is the monthly ETP conventionnés (FIN-01) of the filter; ``contours`` the map paths by code of
    département; ``absents`` the blocks that cannot be shown, with a sentence saying why and since when;
    ``api`` the address of the same figures in JSON; ``complements`` the figures known for this territory only.
    """

    nature: Nature
    code: str
    nom: str
    annee: int
    type_filtre: Option | None
    adresse: Adresse
    api: str
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    chiffres: tuple[KeyFigure, ...]
    complements: tuple[KeyFigure, ...]
    mois: tuple[MonthlyEtp, ...]
    cible: Valeur
    departements: tuple[DepartementRow, ...]
    departements_total: DepartementRow
    contours: Mapping[str, str]
    types: tuple[TypeRow, ...]
    types_total: TypeRow
    etapes: tuple[Etape, ...]
    sorties: tuple[CategorieSortie, ...]
    structures: StructuresTable
    seances: tuple[Seance, ...] = ()
    connu_le: date | None = None
    absents: Mapping[Bloc, str] = field(default_factory=dict)

    @property
    def titre(self) -> str:
        """Title of the page, which says the filter on types."""
        titre = f"L'IAE {situe(self.nature, self.code, self.nom)} en {self.annee}"
        return f"{titre}{INSECABLE}: {self.type_filtre.libelle}" if self.type_filtre else titre

    @property
    def populations(self) -> list[tuple[str, list[Etape]]]:
        """Steps grouped by population, in order."""
        return [(nom, list(etapes)) for nom, etapes in groupby(self.etapes, lambda etape: etape.population)]


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """A territory in the list of the home page."""

    nom: str
    href: str
    structures: int
    etp_realises: Valeur
    taux: Valeur


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page: one region, its last full year, and what runs; ``donnees`` are files and API addresses."""

    code: str
    nom: str
    annee: int
    fraicheur: Freshness
    chiffres: tuple[KeyFigure, ...]
    territoires: tuple[TerritoryLine, ...]
    donnees: tuple[Lien, ...]

    @property
    def lieu(self) -> str:
        """The region in a sentence."""
        return situe(Nature.REGION, self.code, self.nom)

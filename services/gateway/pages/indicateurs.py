"""What the page of an indicator shows, and the columns of its table and of its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.gateway.pages.formats import Absence, Unite, Valeur, points, valeur
from services.gateway.pages.models import Comparaison, Filtre
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Colonne


@dataclass(frozen=True, slots=True)
class Fiche:
    """A definition, as the reader may contest it."""

    code: str
    libelle: str
    formule: str
    unite: str
    source: str
    secret: str
    limites: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class ValeurRow:
    """The value of one territory; ``avant`` and ``ecart`` are of the year before, at the same date."""

    nom: str
    code: str
    maille: str
    valeur: Valeur
    comparee: Valeur
    avant: Valeur
    ecart: Valeur


@dataclass(frozen=True, slots=True)
class IndicateurPage:
    """The page of an indicator: its definition, its value here, and that of each département."""

    fiche: Fiche
    titre: str
    adresse: Adresse
    api: str
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    annee: int
    nom: str
    unite: Unite
    valeur: Valeur
    comparaison: Comparaison
    periode: str
    provisoire: bool
    connu_le: date | None
    lignes: tuple[ValeurRow, ...]
    entier: ValeurRow
    entier_nom: str
    semblables: str = ""

    @property
    def colonnes(self) -> tuple[Colonne[ValeurRow], ...]:
        """Columns of the table: the unit decides how they are written; months compared are told when they differ."""
        return tuple(
            colonne
            for colonne in colonnes(self.unite, self.annee)
            if self.provisoire or colonne.cle != "a_date_egale"
        )


@dataclass(frozen=True, slots=True)
class Famille:
    """The indicators of one family, by code."""

    titre: str
    fiches: tuple[Fiche, ...]


@dataclass(frozen=True, slots=True)
class Absente:
    """An indicator of the public dictionary that is not computed here, and why."""

    code: str
    libelle: str
    raison: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """The catalogue."""

    familles: tuple[Famille, ...]
    absentes: tuple[Absente, ...]
    fichiers: tuple[Lien, ...]

    @property
    def nombre(self) -> int:
        """Number of indicators that are computed."""
        return sum(len(famille.fiches) for famille in self.familles)


def colonnes(unite: Unite, annee: int) -> tuple[Colonne[ValeurRow], ...]:
    """Return the columns of the values of an indicator, in the format of its unit."""
    return (
        Colonne("nom", "Territoire", lambda row: row.nom),
        Colonne("code", "Code", lambda row: row.code),
        Colonne("maille", "Maille", lambda row: row.maille),
        Colonne("valeur", f"{annee}", lambda row: row.valeur, unite, barre=unite is Unite.TAUX),
        Colonne("a_date_egale", f"{annee}, mois comparés", lambda row: row.comparee, unite),
        Colonne("avant", f"{annee - 1}, mêmes mois", lambda row: row.avant, unite),
        Colonne("ecart", "Écart", lambda row: row.ecart, unite, ecriture=lambda row: ecrit(row.ecart, unite)),
    )


def ecrit(value: Valeur, unite: Unite) -> str:
    """Return a difference with its sign; that of two rates is in points."""
    if unite is Unite.TAUX:
        return points(value)
    if value is None or isinstance(value, Absence):
        return valeur(value, unite)
    text = valeur(value, unite)
    return f"+{text}" if Decimal(value) > 0 else text


def tries(rows: Sequence[ValeurRow]) -> tuple[ValeurRow, ...]:
    """Return the rows, the greatest value first; those without a value last, by code."""
    known = [row for row in rows if isinstance(row.valeur, int | Decimal)]
    rest = [row for row in rows if not isinstance(row.valeur, int | Decimal)]
    known.sort(key=lambda row: (-Decimal(row.valeur), row.code))  # type: ignore[arg-type] # all are numbers
    return (*known, *sorted(rest, key=lambda row: row.code))

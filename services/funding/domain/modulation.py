"""The part modulée (F11): its ceiling, and the grid that turns scores into a rate.

The national grid of points was never published: each region sets its own, so grids are data, by region and
year, and the one below is only a default of demonstration.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from services.funding.domain.errors import GrilleIncoherente, ModulationExcessive
from services.funding.domain.formules import arrondir

MODULATION_MAX = MappingProxyType({False: Decimal("0.10"), True: Decimal("0.05")})
"""Ceiling of the part modulée, ratio of the socle, in prisons (True) or elsewhere."""
SOURCE_MODULATION = "décret n° 2014-197 ; arrêtés annuels fixant les montants des aides au poste"
DECIMALES_TAUX = 3
"""A rate from scores is rounded to a tenth of a point."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores from 0 to 1: persons hired, effort of insertion, results at exit."""

    publics: Decimal
    effort: Decimal
    resultats: Decimal


@dataclass(frozen=True, slots=True)
class Grille:
    """Weights of the scores, as ratios; ``plafond`` is the rate of perfect scores outside prisons."""

    publics: Decimal
    effort: Decimal
    resultats: Decimal
    plafond: Decimal
    source: str


GRILLE_PAR_DEFAUT = Grille(
    Decimal("0.40"),
    Decimal("0.35"),
    Decimal("0.25"),
    MODULATION_MAX[False],
    "grille de démonstration, à remplacer",
)


def plafond(*, penitentiaire: bool) -> Decimal:
    """Return the highest rate, a ratio of the socle."""
    return MODULATION_MAX[penitentiaire]


def ensure_grille(grille: Grille) -> None:
    """Return if the weights make one and the ceiling is under the legal one.

    Raises
    ------
    GrilleIncoherente, ModulationExcessive
        They do not; it is above.
    """
    if grille.publics + grille.effort + grille.resultats != 1:
        raise GrilleIncoherente(
            "Les poids d'une grille de modulation font 1.",
            champ="publics",
            correction="Revoyez les trois poids.",
        )
    ensure_taux(grille.plafond, penitentiaire=False, champ="plafond")


def taux_module(
    scores: Scores, grille: Grille = GRILLE_PAR_DEFAUT, *, penitentiaire: bool = False
) -> Decimal:
    """Return the rate that scores earn, rounded half up to a tenth of a point (``0.065``).

    In prisons the same scores share out the lower ceiling.
    """
    score = (
        Fraction(grille.publics) * Fraction(scores.publics)
        + Fraction(grille.effort) * Fraction(scores.effort)
        + Fraction(grille.resultats) * Fraction(scores.resultats)
    )
    ceiling = min(grille.plafond, plafond(penitentiaire=penitentiaire))
    return arrondir(Fraction(ceiling) * score, DECIMALES_TAUX)


def ensure_taux(taux: Decimal, *, penitentiaire: bool, champ: str = "taux") -> None:
    """Return if a rate is under its ceiling.

    Raises
    ------
    ModulationExcessive
        It passes 10 % of the socle, 5 % in prisons.
    """
    ceiling = plafond(penitentiaire=penitentiaire)
    if taux > ceiling:
        raise ModulationExcessive(
            f"La part modulée dépasse {ceiling * 100:.0f} % du montant socle.",
            champ=champ,
            source=SOURCE_MODULATION,
        )


def part_modulee(socle_du: Decimal, taux: Decimal) -> Decimal:
    """F11: return the part modulée of the socle due, to the cent; the rate is known to be under its ceiling.

    Source: décret n° 2014-197 and yearly arrêtés; choice of this project, for what the rate is taken on.
    """
    return arrondir(Fraction(socle_du) * Fraction(taux))

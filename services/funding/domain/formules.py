"""Formulas of the financing, each under its reference (F03, F05…), on exact decimals.

Euros, ETP as monthly averages unless said otherwise, dates included at both ends. Rounding is commercial (half
up) to the cent, only where a formula says so.

Source
------
F03, F04, F12, F13: public calculation on the files of the ASP. F05: found again on 71 real annexes out of 71.
F06: choice of this project. F07: the monthly twelfth of the arrêtés, the last month absorbing the rounding.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

FORMULES = MappingProxyType(
    {
        "F03": ("Durée de l'annexe, en mois", "calcul public sur les fichiers de l'ASP"),
        "F04": ("ETP annuel : ETP mensuel moyen × mois / 12", "calcul public sur les fichiers de l'ASP"),
        "F05": ("Montant de l'annexe à barème unique", "retrouvé sur 71 annexes réelles de l'ASP"),
        "F06": ("Montant de l'annexe à barèmes successifs", "règle de projet, par périodes homogènes"),
        "F07": ("Acompte mensuel : un douzième", "arrêtés annuels ; le dernier mois absorbe l'arrondi"),
        "F12": ("Part du département", "calcul public sur les fichiers de l'ASP"),
        "F13": ("ETP du département et de l'État", "calcul public sur les fichiers de l'ASP"),
    }
)
"""Label and source of each formula, in French, for those to whom a result is shown."""

CENTIME = Decimal("0.01")
MOIS_PAR_AN = 12


def arrondir(montant: Decimal) -> Decimal:
    """Return an amount to the cent, half up."""
    return montant.quantize(CENTIME, ROUND_HALF_UP)


def duree_mois(debut: date, fin: date) -> int:
    """F03: return the number of months that a period touches; below 1 when it is reversed by months."""
    return (fin.year - debut.year) * MOIS_PAR_AN + fin.month - debut.month + 1


def etp_annuel(etp: Decimal, mois: int) -> Decimal:
    """F04: return the yearly ETP of an annexe of some months, not rounded."""
    return etp * mois / MOIS_PAR_AN


def montant_annexe(etp: Decimal, montant_unitaire: Decimal, mois: int) -> Decimal:
    """F05: return the amount of an annexe under one barème.

    Over twelve months the product is rounded once; otherwise the month is rounded first, as real annexes do.
    """
    if mois == MOIS_PAR_AN:
        return arrondir(etp * montant_unitaire)
    return arrondir(etp * montant_unitaire / MOIS_PAR_AN) * mois


def montant_par_periodes(etp: Decimal, periodes: Sequence[tuple[Decimal, int]]) -> list[Decimal]:
    """F06: return the amount of each homogeneous period (unit amount, months) of an annexe; their sum is its amount.

    One period alone is F05.
    """
    if len(periodes) == 1:
        return [montant_annexe(etp, *periodes[0])]
    return [arrondir(etp * unitaire / MOIS_PAR_AN) * mois for unitaire, mois in periodes]


def acomptes(montant: Decimal, mois: int) -> list[Decimal]:
    """F07: return the monthly advances of an annexe, one a month; the last absorbs the rounding."""
    part = arrondir(montant / mois)
    return [part] * (mois - 1) + [montant - part * (mois - 1)]


def part_cofinancee(montant: Decimal, cofinancement: Decimal) -> Decimal:
    """F12: return the share of the département as a ratio, 0 without an amount."""
    return cofinancement / montant if montant else Decimal(0)


def etp_par_financeur(etp: Decimal, part: Decimal, mois: int) -> tuple[Decimal, Decimal]:
    """F13: return the yearly ETP of the département and of the State for the département's share (a ratio)."""
    annuel = etp_annuel(etp, mois)
    return annuel * part, annuel * (1 - part)

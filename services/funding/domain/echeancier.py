"""When the money of an annexe comes: advances, regularisations, balance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.funding.domain.formules import MOIS_PAR_AN, acomptes, duree_mois
from services.funding.domain.realisation import regularisation, solde


@dataclass(frozen=True, slots=True)
class Calendrier:
    """Months of regularisation, counted from the first month of an annexe (1) or from its last (0, -1…)."""

    a_compter_du: date
    mois: tuple[int, ...]
    source: str


CALENDRIERS = (
    Calendrier(
        date(2013, 1, 1), (-1, 0), "arrêtés de 2013 à 2016 : régularisation sur les deux derniers mois"
    ),
    Calendrier(date(2017, 1, 1), (5, 8, 11), "arrêtés depuis 2017 : régularisation aux 5e, 8e et 11e mois"),
)


def mois_apres(jour: date, nombre: int) -> str:
    """Return the month some months after a day's, ``AAAA-MM``."""
    return mois_du_rang(jour.year * MOIS_PAR_AN + jour.month - 1 + nombre)


def rang_du_mois(mois: str) -> int:
    """Return a number that grows by one each month, for ``AAAA-MM``."""
    return int(mois[:4]) * MOIS_PAR_AN + int(mois[5:]) - 1


def mois_du_rang(rang: int) -> str:
    """Return the month of a rank, ``AAAA-MM``."""
    return f"{rang // MOIS_PAR_AN:04d}-{rang % MOIS_PAR_AN + 1:02d}"


def calendrier(debut: date) -> Calendrier | None:
    """Return the calendar of an annexe by its first day; None before the first one known."""
    return next((c for c in reversed(CALENDRIERS) if c.a_compter_du <= debut), None)


def jalons(debut: date, fin: date) -> list[str]:
    """Return the months of regularisation, ``AAAA-MM``, that the period has; the balance is not one."""
    rules = calendrier(debut)
    duree = duree_mois(debut, fin)
    ranks = [rank if rank > 0 else duree + rank for rank in rules.mois] if rules else []
    return [mois_apres(debut, rank - 1) for rank in ranks if 1 <= rank <= duree]


def mois_de(debut: date, fin: date) -> list[str]:
    """Return the months that a period touches, ``AAAA-MM``, in order."""
    return [mois_apres(debut, n) for n in range(duree_mois(debut, fin))]


@dataclass(frozen=True, slots=True)
class Echeance:
    """A line of the plan of payments, euros; None while hours are missing. ``formule`` tells how it is computed."""

    mois: str
    nature: str
    montant: Decimal | None
    formule: str


def echeancier(
    montant: Decimal, debut: date, fin: date, du: Callable[[str], Decimal | None]
) -> list[Echeance]:
    """Return the plan of an annexe: a twelfth each month, regularisations, balance.

    Parameters
    ----------
    du
        The socle due for all the months up to one (F08), None while one of them is not declared.
    """
    months = mois_de(debut, fin)
    regularised = {*jalons(debut, fin)}
    plan: list[Echeance] = []
    paid = Decimal(0)
    for mois, advance in zip(months, acomptes(montant, len(months)), strict=True):
        plan.append(Echeance(mois, "ACOMPTE", advance, "F07"))
        paid += advance
        if mois in regularised:
            due = du(mois)
            change = None if due is None else regularisation(due, paid)
            plan.append(Echeance(mois, "REGULARISATION", change, "F09"))
            paid += change or 0
    due = du(months[-1])
    last = None if due is None else solde(due, paid)
    return [*plan, Echeance(mois_apres(fin, 1), "SOLDE", last, "F10")]

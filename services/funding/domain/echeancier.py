"""When the money of an annexe comes: advances, regularisations, balance."""

from dataclasses import dataclass
from datetime import date

from services.funding.domain.formules import MOIS_PAR_AN, duree_mois


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
    year, month = divmod(jour.year * MOIS_PAR_AN + jour.month - 1 + nombre, MOIS_PAR_AN)
    return f"{year:04d}-{month + 1:02d}"


def calendrier(debut: date) -> Calendrier | None:
    """Return the calendar of an annexe by its first day; None before the first one known."""
    return next((c for c in reversed(CALENDRIERS) if c.a_compter_du <= debut), None)


def jalons(debut: date, fin: date) -> list[str]:
    """Return the months of regularisation, ``AAAA-MM``, that the period has; the balance is not one."""
    rules = calendrier(debut)
    duree = duree_mois(debut, fin)
    ranks = [rank if rank > 0 else duree + rank for rank in rules.mois] if rules else []
    return [mois_apres(debut, rank - 1) for rank in ranks if 1 <= rank <= duree]

"""One function per French format; the same for pages, letters and printed documents.

Every function takes the exact value and rounds it (half up) for reading only. ``None`` is a value that nobody
communicated; an ``Absence`` says why a known value is not written. Nothing depends on the system's locale.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from shared.clock import PARIS
from shared.french import FINE, INSECABLE, rounded, written

NON_COMMUNIQUE = "non communiqué"
MILLION = Decimal(1_000_000)

_MOIS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905 -- reads as a sentence
)
_MOIS_ABREGES = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()  # noqa: SIM905 -- idem


class Absence(StrEnum):
    """Why a known value is not written, in the words of the screen."""

    SECRET = "secret"  # noqa: S105 -- a word of the screen
    SANS_OBJET = "sans objet"


Valeur: TypeAlias = int | Decimal | Absence | None
"""A figure; ``None`` when nobody communicated it."""


class Unite(StrEnum):
    """Unit of a figure, hence its format."""

    NOMBRE = "nombre"
    ETP = "ETP"
    EUROS = "€"
    MILLIONS_EUROS = "M€"
    TAUX = "%"
    HEURES = "h"
    JOURS = "jours"
    MOIS = "mois"


def _unless_absent(value: Valeur, written: Callable[[int | Decimal], str]) -> str:
    if value is None:
        return NON_COMMUNIQUE
    return str(value) if isinstance(value, Absence) else written(value)


def nombre(value: Valeur, decimales: int = 0) -> str:
    """Return « 18 000 », thousands separated by U+202F, a true minus sign."""
    return _unless_absent(value, lambda v: written(v, decimales))


def etp(value: Valeur) -> str:
    """Return « 134,8 », or « 13 000 » from a thousand on: a tenth no longer says anything there."""
    return _unless_absent(value, lambda v: written(v, 0 if abs(rounded(v, 1)) >= 1000 else 1))


def taux(value: Valeur, decimales: int = 1) -> str:
    """Return « 58,5 % » from the ratio 0.585."""
    return _unless_absent(value, lambda v: f"{written(Decimal(v) * 100, decimales)}{FINE}%")


def ecart(value: Valeur, decimales: int = 0) -> str:
    """Return « +6 », « −6 » or « 0 »."""
    return _unless_absent(value, lambda v: ("+" if rounded(v, decimales) > 0 else "") + written(v, decimales))


def points(value: Valeur) -> str:
    """Return « +3,2 points » from a difference of ratios of 0.032."""
    return _unless_absent(
        value,
        lambda v: (
            f"{ecart(Decimal(v) * 100, 1)} point{'s' if abs(rounded(Decimal(v) * 100, 1)) >= 2 else ''}"
        ),
    )


def euros(value: Valeur) -> str:
    """Return « 1 958 480 € », rounded to the euro."""
    return _unless_absent(value, lambda v: f"{written(v, 0)}{INSECABLE}€")


def millions_euros(value: Valeur) -> str:
    """Return « 140,0 M€ » from an amount in euros."""
    return _unless_absent(value, lambda v: f"{written(Decimal(v) / MILLION, 1)}{INSECABLE}M€")


def heures(value: Valeur) -> str:
    """Return « 575 000 h »."""
    return _unless_absent(value, lambda v: f"{written(v, 0)}{INSECABLE}h")


def jours(value: Valeur) -> str:
    """Return « 28 jours », « 1 jour »."""
    return _unless_absent(
        value, lambda v: f"{written(v, 0)}{INSECABLE}jour{'s' if rounded(v, 0) >= 2 else ''}"
    )


def duree_en_mois(value: Valeur) -> str:
    """Return « 8,4 mois »."""
    return _unless_absent(value, lambda v: f"{written(v, 1)}{INSECABLE}mois")


_PAR_UNITE: dict[Unite, Callable[[Valeur], str]] = {
    Unite.NOMBRE: nombre,
    Unite.ETP: etp,
    Unite.EUROS: euros,
    Unite.MILLIONS_EUROS: millions_euros,
    Unite.TAUX: taux,
    Unite.HEURES: heures,
    Unite.JOURS: jours,
    Unite.MOIS: duree_en_mois,
}


def valeur(value: Valeur, unite: Unite) -> str:
    """Return a figure in the format of its unit."""
    return _PAR_UNITE[unite](value)


def date_longue(jour: date) -> str:
    """Return « 31 décembre 2017 », « 1er mars 2017 »."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme} {_MOIS[jour.month - 1]} {jour.year}"


def date_courte(jour: date) -> str:
    """Return « 31/12/2017 »."""
    return f"{jour:%d/%m/%Y}"


def mois(jour: date) -> str:
    """Return « décembre 2017 » for any day of that month."""
    return f"{_MOIS[jour.month - 1]} {jour.year}"


def mois_nomme(rang: int) -> str:
    """Return « mars » for 3."""
    return _MOIS[rang - 1]


def mois_abrege(jour: date) -> str:
    """Return « déc. » for any day of that month."""
    return _MOIS_ABREGES[jour.month - 1]


def heure(instant: datetime) -> str:
    """Return « 14 h 10 », the hour in France of an aware instant."""
    local = instant.astimezone(PARIS)
    return f"{local.hour}{INSECABLE}h{INSECABLE}{local.minute:02d}"


def date_heure(instant: datetime) -> str:
    """Return « 24 novembre 2026 à 14 h 10 », in France."""
    return f"{date_longue(instant.astimezone(PARIS).date())} à {heure(instant)}"


def duree(ecoule: timedelta) -> str:
    """Return an age in its largest unit, never rounded up: « 3 s », « 12 min », « 5 h », « 2 jours »."""
    secondes = max(0, int(ecoule.total_seconds()))
    for taille, unite in ((86400, "jour"), (3600, "h"), (60, "min")):
        if secondes >= taille:
            count = secondes // taille
            pluriel = "s" if unite == "jour" and count > 1 else ""
            return f"{count}{INSECABLE}{unite}{pluriel}"
    return f"{secondes}{INSECABLE}s"


def depuis(instant: datetime, maintenant: datetime) -> str:
    """Return « 14 h 10 » for an instant of today, « le 24 novembre 2026 à 14 h 10 » for an older one."""
    same_day = instant.astimezone(PARIS).date() == maintenant.astimezone(PARIS).date()
    return heure(instant) if same_day else f"le {date_heure(instant)}"

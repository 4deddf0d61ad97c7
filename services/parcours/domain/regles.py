"""Rules as data: a value, the days it holds, and where it comes from; and the calendar they share."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

REFORME = date(2021, 9, 1)
"""First day of the PASS IAE; before it, agréments of Pôle emploi (décret 2021-1128 du 30 août 2021)."""


class Periode(NamedTuple):
    """Days, both included."""

    debut: date
    fin: date


class Citation(NamedTuple):
    """A rule as told to whoever asks why: stable code, sentence, where it comes from."""

    code: str
    libelle: str
    source: str


@dataclass(frozen=True, slots=True)
class Regle(Generic[V]):
    """A value of the law.

    Attributes
    ----------
    depuis
        First day it holds.
    jusqu_a
        Last day it holds, included; None while it does.
    source
        Article or circular, as told to the person who is refused.
    """

    valeur: V
    source: str
    depuis: date
    jusqu_a: date | None = None


def en_vigueur(regles: Sequence[Regle[V]], jour: date) -> Regle[V] | None:
    """Return the rule that holds on a day, or None where the texts say nothing."""
    for regle in regles:
        if regle.depuis <= jour and (regle.jusqu_a is None or jour <= regle.jusqu_a):
            return regle
    return None


def plus_mois(jour: date, mois: int) -> date:
    """Return the same day some months later (earlier when negative), else the last day of that month."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    if jour.day <= 28:
        return date(annee, rang + 1, jour.day)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))


@cache
def jours_du_mois(mois: str) -> tuple[date, date]:
    """Return the first and last days of a month ``AAAA-MM``."""
    annee, rang = int(mois[:4]), int(mois[5:])
    return date(annee, rang, 1), date(annee, rang, monthrange(annee, rang)[1])

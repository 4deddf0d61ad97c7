"""Rules as data: a value, the days it holds, and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

V = TypeVar("V")


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
        Article or reference, as told to the person who is refused.
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

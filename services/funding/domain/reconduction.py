"""Annexes carried over while they wait for their signature: until when they pay, when they are paid back.

Source: decree of 30 December 2023 (CT R. 5132-3-1, R. 5132-10-8-1, R. 5132-14, R. 5132-29-1): the terms of the
former annexe go on until an arrêté's day, 31 May at the latest; without a signature payments stop then, and on
30 September what was paid beyond the actions done is paid back. Before 2024 each year had its own circular.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.funding.domain.errors import ReconductionExpiree
from services.funding.domain.realisation import reversement

PROVISOIRE = "PROVISOIRE"
EN_VIGUEUR_LE = date(2024, 1, 1)
SOURCE = "CT R. 5132-3-1, R. 5132-10-8-1, R. 5132-14, R. 5132-29-1 (décret en vigueur au 30 décembre 2023)"


class Situation(StrEnum):
    """Where the carrying over of an annexe stands."""

    SANS_OBJET = "SANS_OBJET"
    EN_COURS = "EN_COURS"
    SUSPENDUE = "SUSPENDUE"
    A_REVERSER = "A_REVERSER"


@dataclass(frozen=True, slots=True)
class Reconduction:
    """Where it stands, the last days of payment and before paying back (None when nothing is carried over), euros."""

    situation: Situation
    derniers_paiements: date | None
    reversement_le: date | None
    a_reverser: Decimal


def reconduction(etat: str, debut: date, le: date, verse: Decimal, du_net: Decimal) -> Reconduction:
    """Return where the carrying over of an annexe stands on a day.

    Parameters
    ----------
    debut
        First day of the annexe, whose year the two deadlines are of; both are included in what they allow.
    verse, du_net
        Paid on it, and due for the actions done, euros.
    """
    if etat != PROVISOIRE or debut < EN_VIGUEUR_LE:
        return Reconduction(Situation.SANS_OBJET, None, None, Decimal(0))
    stop, back = date(debut.year, 5, 31), date(debut.year, 9, 30)
    if le <= stop:
        return Reconduction(Situation.EN_COURS, stop, back, Decimal(0))
    if le <= back:
        return Reconduction(Situation.SUSPENDUE, stop, back, Decimal(0))
    return Reconduction(Situation.A_REVERSER, stop, back, reversement(verse, du_net))


def ensure_payable(etat: str, debut: date, mois: str) -> None:
    """Return if a month (``AAAA-MM``) of an annexe can be paid: of one carried over, May is the last.

    Raises
    ------
    ReconductionExpiree
        It still waits for its signature after 31 May.
    """
    if etat == PROVISOIRE and debut >= EN_VIGUEUR_LE and mois > f"{debut.year:04d}-05":
        raise ReconductionExpiree(
            "Cette annexe est reconduite sans être signée : les paiements sont suspendus après le 31 mai.",
            champ="mois",
            correction="Enregistrez la signature de l'annexe, puis le versement.",
            source=SOURCE,
        )

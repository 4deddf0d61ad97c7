"""The agrément of Pôle emploi, the act by which a pathway began before the PASS IAE."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.parcours.domain.errors import AgrementIncomplet, AgrementInvalide
from services.parcours.domain.regles import REFORME, Periode, Regle, en_vigueur, plus_mois

DUREES = (
    Regle(
        24,
        "CT L5132-3 et R5112-15 (rédactions de 2017) ; décret 99-106 : 24 mois à compter de l'embauche",
        date(1999, 2, 18),
        REFORME - timedelta(1),
    ),
)
"""Longest agrément, in months, by the day it starts; none can start since the PASS IAE."""


@dataclass(frozen=True, slots=True)
class Agrement:
    """An agrément; both days included."""

    numero: str
    debut: date
    fin: date


def lire_agrement(numero: str | None, debut: date | None, fin: date | None) -> Agrement | None:
    """Return the agrément that three optional fields describe, or None when all are empty.

    Raises
    ------
    AgrementIncomplet
        Some are given, not all.
    AgrementInvalide
        It ends before it starts, lasts too long, or starts when none was delivered any more.
    """
    if numero is None and debut is None and fin is None:
        return None
    if numero is None or debut is None or fin is None:
        raise AgrementIncomplet(
            "Un agrément se donne avec son numéro, son début et sa fin.",
            champ="numero_agrement",
            correction="Remplissez les trois champs, ou aucun.",
            source="Parcours §11 : agrément historique",
        )
    regle = en_vigueur(DUREES, debut)
    if regle is None:
        raise AgrementInvalide(
            "Aucun agrément de Pôle emploi n'a pu commencer ce jour-là.",
            champ="date_agrement_debut",
            source="Décret 2021-1128 du 30 août 2021 : PASS IAE depuis le 1er septembre 2021",
        )
    if not debut <= fin < plus_mois(debut, regle.valeur):
        raise AgrementInvalide(
            f"Un agrément finit après son début et dure {regle.valeur} mois au plus.",
            champ="date_agrement_fin",
            correction="Vérifiez les deux dates.",
            source=regle.source,
        )
    return Agrement(numero, debut, fin)


def couvre(agrements: Iterable[Periode], debut: date, fin: date) -> bool:
    """Tell whether one of the agréments is valid at least one day between two days, both included."""
    for depuis, jusqu_a in agrements:  # noqa: SIM110 # one call per declared line: any() costs a generator
        if depuis <= fin and debut <= jusqu_a:
            return True
    return False

"""The monthly declaration of a structure: which contracts, how many hours, under which annexe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from services.parcours.domain.agrement import couvre
from services.parcours.domain.contrat import HEURES_JOUR, HEURES_SEMAINE, JOURS_SEMAINE
from services.parcours.domain.errors import (
    AnnexeAmbigue,
    AnnexeIntrouvable,
    ContratHorsMois,
    HeuresExcessives,
    MoisFutur,
)
from services.parcours.domain.regles import Periode, Regle, en_vigueur, jours_du_mois

LIGNES_MAX = 1_500
"""Lines of one declaration, which is one aggregate and one fact."""

ETATS_ANNEXE = Regle(
    frozenset({"VALIDE", "PROVISOIRE", "CLOTURE"}),
    "Parcours §10.3 : annexe financière à l'état VALIDE, PROVISOIRE ou CLOTURE",
    date(2008, 12, 10),
)
"""States of an annexe that may carry hours."""

SOURCE = "Produit §3, déclarations mensuelles"

_DECLARATIONS = UUID("5b8a4c1e-2f1d-5a57-9d39-6f6c2f1b7e10")


class Engagement(NamedTuple):
    """What a declaration needs of a contract.

    Attributes
    ----------
    fin
        Last day, included: that of the exit, else the planned one.
    agrements
        Days under which hours are eligible.
    """

    contrat_id: UUID
    personne_id: UUID
    structure_id: UUID
    debut: date
    fin: date
    sorti: bool
    agrements: tuple[Periode, ...]

    def lie(self, personne_id: UUID, structure_id: UUID) -> bool:
        """Tell whether the contract binds this person and this structure."""
        return (self.personne_id, self.structure_id) == (personne_id, structure_id)


@dataclass(frozen=True, slots=True)
class Annexe:
    """An annexe financière of the structure; both days included."""

    numero: str
    etat: str
    debut: date
    fin: date


def identifier(structure_id: UUID, mois: str) -> UUID:
    """Return the key of the declaration of a structure for a month."""
    return uuid5(_DECLARATIONS, f"{structure_id}/{mois}")


def verifier_mois(mois: str, jour: date) -> None:
    """Return if a month has begun on a day.

    Raises
    ------
    MoisFutur
    """
    if jours_du_mois(mois)[0] > jour:
        raise MoisFutur("Ce mois n'a pas commencé.", champ="mois", source=SOURCE)


def jours_declares(engagement: Engagement, mois: str) -> tuple[date, date]:
    """Return the first and last days of a contract in a month.

    Raises
    ------
    ContratHorsMois
        It had not begun, or was over.
    """
    premier, dernier = jours_du_mois(mois)
    debut, fin = max(premier, engagement.debut), min(dernier, engagement.fin)
    if fin < debut:
        raise ContratHorsMois(
            "Ce contrat ne court pas pendant le mois déclaré.",
            champ="contrat",
            correction="Vérifiez le mois, ou les dates du contrat.",
            source=f"{SOURCE} : contrat actif ce mois-là",
        )
    return debut, fin


def verifier_heures(heures: Decimal, debut: date, fin: date) -> None:
    """Return if that many hours may be worked between two days of a month, both included.

    Raises
    ------
    HeuresExcessives
    """
    if heures > plafond_heures(debut, fin):
        raise HeuresExcessives(
            f"Au plus {plafond_heures(debut, fin)} heures pouvaient être travaillées sur les jours du contrat ce mois-là.",
            champ="heures",
            correction="Vérifiez les heures et les dates du contrat.",
            source="CT L3121-18 (10 h par jour), L3121-20 (48 h par semaine), L3132-1 (six jours par semaine)",
        )


@lru_cache(maxsize=4096)
def plafond_heures(debut: date, fin: date) -> int:
    """Return the most hours the law lets work from a day to another, both included.

    Week by week (Monday to Sunday): the days of the period, six at most, at the daily maximum, and no more
    than the weekly one. Days before any text known here have no bound.

    Source
    ------
    CT L3121-18, L3121-20, L3132-1
    """
    semaine, jour, jours = (en_vigueur(r, debut) for r in (HEURES_SEMAINE, HEURES_JOUR, JOURS_SEMAINE))
    if semaine is None or jour is None or jours is None:
        return 24 * ((fin - debut).days + 1)
    total, first = Decimal(0), debut
    while first <= fin:
        last = min(fin, first + timedelta(6 - first.weekday()))
        total += min(semaine.valeur, jour.valeur * min(jours.valeur, (last - first).days + 1))
        first = last + timedelta(1)
    return int(total.to_integral_value(ROUND_CEILING))


def choisir_annexe(annexes: Sequence[Annexe], mois: str, numero: str | None) -> str:
    """Return the number of the annexe that carries hours: the one named, else the only one of the month.

    Raises
    ------
    AnnexeIntrouvable, AnnexeAmbigue
    """
    premier, dernier = jours_du_mois(mois)
    usable = [
        a.numero for a in annexes if a.etat in ETATS_ANNEXE.valeur and a.debut <= dernier and premier <= a.fin
    ]
    if numero is not None:
        usable = [known for known in usable if known == numero]
    match usable:
        case [one]:
            return one
        case []:
            raise AnnexeIntrouvable(
                "Aucune annexe financière utilisable de la structure ne couvre ce mois.",
                champ="annexe",
                correction="Vérifiez le numéro ; l'annexe doit être validée, provisoire ou clôturée.",
                source=ETATS_ANNEXE.source,
            )
        case _:
            raise AnnexeAmbigue(
                "Plusieurs annexes financières couvrent ce mois.",
                champ="annexe",
                correction="Donnez le numéro de l'annexe sur chaque ligne.",
                source=f"{SOURCE} : sans numéro, la seule annexe active ce mois-là",
            )


def heures_eligibles(heures: Decimal, agrements: Sequence[Periode], debut: date, fin: date) -> Decimal:
    """Return the hours that count: all when an agrément is valid at least one of the contract's days, else none.

    Hours are declared by month, without their days: a month begun under an agrément counts whole.
    """
    return heures if couvre(agrements, debut, fin) else Decimal(0)


def exactes(heures: Decimal) -> Decimal:
    """Return hours in one written form: no zero at the end, no exponent."""
    whole = heures.to_integral_value()
    return whole if whole == heures else heures.normalize()

"""Exits: their category, whether they count in the rates of exits, and these rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.parcours.domain.contrat import Contrat
from services.parcours.domain.errors import HeuresApresSortie, MotifInconnu, SortieHorsContrat
from services.parcours.domain.regles import Citation, Regle, en_vigueur
from shared.reference.files import UnknownCode
from shared.reference.nomenclatures import MotifSortie, motif_sortie

COMPTEE, DUREE_INSUFFISANTE, HEURES_INSUFFISANTES, RETRAIT = (
    "comptee",
    "duree_insuffisante",
    "heures_insuffisantes",
    "retrait",
)
MESURE_EXCLUE = "mesure_exclue"
CATEGORIES = ("DURABLE", "TRANSITION", "POSITIVE", "AUTRE", "RETRAIT")
DYNAMIQUES = CATEGORIES[:3]
RAISONS = (COMPTEE, DUREE_INSUFFISANTE, HEURES_INSUFFISANTES, RETRAIT)
"""Why an exit counts or not, as stored; `MESURE_EXCLUE` is not: no annexe of such a mesure is recorded."""


@dataclass(frozen=True, slots=True)
class Seuil:
    """What an exit needs to count.

    Attributes
    ----------
    jours
        Exit day minus first day, without adding one.
    heures
        Hours declared for the contract in the year of the exit.
    """

    jours: int
    heures: Decimal


SOURCE_SORTANT = "Parcours §10.3 : qui est sortant"

_CIRCULAIRE = date(2008, 12, 10)
_ACI_EI = Regle(
    Seuil(81, Decimal(1)),
    "Circulaire DGEFP 2008-21 et parcours §10.3 : plus de 2,65 mois, soit 81 jours, et 1 heure",
    _CIRCULAIRE,
)
_AI_ETTI = Regle(
    Seuil(0, Decimal(150)), "Circulaire DGEFP 2008-21 et parcours §10.3 : 150 heures travaillées", _CIRCULAIRE
)
SEUILS = {
    "ACI": (_ACI_EI,),
    "EI": (_ACI_EI,),
    "AUTRE": (_ACI_EI,),  # as its contracts: judged as an ACI
    "AI": (_AI_ETTI,),
    "ETTI": (_AI_ETTI,),
    "EITI": (Regle(Seuil(0, Decimal(1)), "Parcours §10.3 : 1 heure travaillée", date(2018, 9, 5)),),
}
"""What an exit needs to count, by type of structure, at the day of the exit."""


MESURES_EXCLUES = Regle(
    frozenset({"ACIPA_DC", "EIPA_DC"}), "Parcours §10.3 : mesures ACIPA_DC et EIPA_DC exclues", _CIRCULAIRE
)
"""Mesures of the ASP whose exits never count."""


@dataclass(frozen=True, slots=True)
class Sortie:
    """An exit as judged. ``raison`` is a code of ``RAISONS``."""

    date: date
    motif: str
    categorie: str
    dynamique: bool
    comptee: bool
    raison: str


def constater_sortie(
    contrat: Contrat,
    type_structure: str,
    jour: date,
    motif: str,
    heures: Mapping[str, Decimal],
    recrutement: date | None = None,
) -> Sortie:
    """Return the exit of a contract, judged with the hours declared so far.

    Parameters
    ----------
    heures
        Hours declared for the contract by month ``AAAA-MM``.
    recrutement
        First day of the first contract of which this one is a renewal; its own first day when it is none.

    Raises
    ------
    MotifInconnu, SortieHorsContrat, HeuresApresSortie
    """
    known = _motif(motif, jour)
    if not contrat.date_debut <= jour <= contrat.date_fin_prevue:
        raise SortieHorsContrat(
            "La sortie est hors des dates du contrat.",
            champ="date",
            correction="Vérifiez la date ; un contrat renouvelé est un nouveau contrat.",
            source=SOURCE_SORTANT,
        )
    mois = f"{jour:%Y-%m}"
    if any(worked for month, worked in heures.items() if month > mois):
        raise HeuresApresSortie(
            "Des heures sont déclarées après le mois de la sortie.",
            champ="date",
            correction="Corrigez d'abord la déclaration de ces mois, ou la date de sortie.",
            source=SOURCE_SORTANT,
        )
    annee = mois[:4]
    worked = sum((h for month, h in heures.items() if month[:4] == annee), Decimal(0))
    jours = (jour - (recrutement or contrat.date_debut)).days
    raison = juger(type_structure, known.categorie, jour, jours, worked)
    return Sortie(jour, motif, known.categorie, known.dynamique, raison == COMPTEE, raison)


def _motif(code: str, jour: date) -> MotifSortie:
    try:
        return motif_sortie(code, jour)
    except UnknownCode as unknown:
        raise MotifInconnu(
            "Ce motif de sortie n'est pas dans la nomenclature à la date de la sortie.",
            champ="motif",
            correction="Choisissez un code de la documentation.",
            source="Parcours §10.2, motifs de sortie",
        ) from unknown


def juger(
    type_structure: str, categorie: str, jour: date, jours: int, heures: Decimal, mesure: str | None = None
) -> str:
    """Return why an exit counts or not, as a code of ``RAISONS``, or ``MESURE_EXCLUE``.

    Parameters
    ----------
    jours
        Exit day minus first day.
    heures
        Hours declared for the contract in the year of the exit.
    mesure
        That of the annexe which carries these hours; one that is not given excludes nothing.
    """
    if categorie == "RETRAIT":
        return RETRAIT
    if mesure in MESURES_EXCLUES.valeur:
        return MESURE_EXCLUE
    regle = en_vigueur(SEUILS.get(type_structure, ()), jour)
    if regle is None:
        return COMPTEE
    if jours < regle.valeur.jours:
        return DUREE_INSUFFISANTE
    return COMPTEE if heures >= regle.valeur.heures else HEURES_INSUFFISANTES


CITATIONS = (
    Citation(
        "sortie_categorie",
        "Dynamique : emploi durable, emploi de transition ou sortie positive",
        "Circulaire DGEFP 2008-21 ; parcours §10.1 et §10.2",
    ),
    Citation(
        "sortie_seuil",
        "ACI et EI : 81 jours (sortie − entrée) et 1 heure ; AI et ETTI : 150 heures ; EITI : 1 heure",
        "Parcours §10.3",
    ),
    Citation("sortie_mesure", "Une sortie sous ACIPA_DC ou EIPA_DC ne compte jamais", MESURES_EXCLUES.source),
    Citation("sortie_retrait", "Un retrait des sorties constatées ne compte jamais", "Parcours §10.1"),
)
CITATIONS_TAUX = (
    Citation("taux_dynamique", "(durable + transition + positive) / dénominateur", "Parcours §10.3"),
    Citation("taux_durable", "durable / dénominateur", "Parcours §10.3"),
    Citation(
        "taux_denominateur",
        "Toutes les sorties comptées, retraits exclus ; à 0, aucun taux n'est calculable",
        "Parcours §10.1 et §10.3",
    ),
)


class Taux(NamedTuple):
    """Rates of exits, as ratios, not rounded; None when nothing is counted."""

    denominateur: int
    dynamique: Decimal | None
    durable: Decimal | None


def taux_de_sorties(durable: int, transition: int, positive: int, autre: int) -> Taux:
    """Return the rates of the exits counted in each category; withdrawals are in none."""
    total = durable + transition + positive + autre
    if total == 0:
        return Taux(0, None, None)
    return Taux(total, Decimal(durable + transition + positive) / total, Decimal(durable) / total)

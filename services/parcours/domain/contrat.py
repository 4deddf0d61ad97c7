"""Contracts of insertion: which type of structure signs which, for how long, under which act of entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.parcours.domain.agrement import couvre
from services.parcours.domain.errors import (
    DureeContrat,
    HeuresExcessives,
    PeriodeInversee,
    SansAgrement,
    TypeContratNonAdmis,
)
from services.parcours.domain.regles import REFORME, Periode, Regle, en_vigueur, plus_mois

CDDI, CDD_USAGE, CTT = "CDDI", "CDD_USAGE", "CTT"
TYPES = (CDDI, CDD_USAGE, CTT)

SOURCE = "Parcours §7, contrats de travail par type de structure"

_LOI_2008 = date(2009, 6, 1)  # loi 2008-1249 du 1er décembre 2008, which created the CDDI
_DEPUIS_TOUJOURS = date(1998, 7, 31)  # loi 98-657, which organises the four types of SIAE

ADMIS = {
    "ACI": (Regle(frozenset({CDDI}), "CT L5132-15-1 : CDDI en ACI", _LOI_2008),),
    "EI": (Regle(frozenset({CDDI}), "CT L5132-5 : CDDI en EI", _LOI_2008),),
    "AI": (
        Regle(
            frozenset({CDDI, CDD_USAGE}),
            "CT L5132-7 et L5132-11-1 : CDD d'usage ou CDDI en AI",
            _DEPUIS_TOUJOURS,
        ),
    ),
    "ETTI": (
        Regle(frozenset({CTT, CDDI}), "CT L5132-6 : contrat de mission ou CDDI en ETTI", _DEPUIS_TOUJOURS),
    ),
    # A structure whose type the source does not say is judged as an ACI, the most common type.
    "AUTRE": (Regle(frozenset({CDDI}), "CT L5132-15-1, type de structure non précisé", _LOI_2008),),
    "EITI": (
        Regle(
            frozenset[str](),
            "Loi du 5 septembre 2018, art. 83 : travail indépendant accompagné",
            date(2018, 9, 5),
        ),
    ),
}
"""Types of contract by type of structure. EITI signs none: its workers are self-employed."""

DUREES = {
    CDDI: (Regle((4, 730), "CT L5132-5 et L5132-15-1 : de 4 à 24 mois, 730 jours au plus", _LOI_2008),),
    CTT: (Regle((0, 730), "CT L5132-6 : 24 mois, 730 jours au plus", _DEPUIS_TOUJOURS),),
}
"""Shortest length in months and longest in days, both ends included; no bound for the other types."""


@dataclass(frozen=True, slots=True)
class Derogation:
    """What lets a CDDI last more than 24 months.

    Attributes
    ----------
    types
        Types of structure that it is for.
    mois
        Most months of the contract, its renewals added; None where the text tells none.
    """

    types: tuple[str, ...]
    mois: int | None


_ACI_60 = "CT L5132-15-1 : dérogations aux 24 mois en ACI, 60 mois au plus"
DEROGATIONS = {
    "FIN_DE_FORMATION": (Regle(Derogation(("ACI",), 60), _ACI_60, REFORME),),
    "SENIOR_OU_RQTH": (
        Regle(Derogation(("ACI",), 60), _ACI_60, REFORME),
        Regle(Derogation(("EI",), None), "CT L5132-5 : 50 ans et plus ou RQTH, par un prescripteur", REFORME),
    ),
    "DIFFICULTES": (Regle(Derogation(("ACI",), 60), _ACI_60, REFORME),),
}
"""Why a CDDI may pass 24 months; difficulties by decisions of one year at most."""

PEINE_AMENAGEE = Regle(0, "CT L5132-5 : durée minimale non applicable à une peine aménagée", _LOI_2008)
"""Shortest length, in months, of the contract of somebody whose sentence is adjusted."""

HEURES_MINI = Regle(
    Decimal(20), "Parcours §7 : 20 h par semaine en CDDI, dérogations possibles (à confirmer)", REFORME
)
"""Weekly hours of a CDDI under which a derogation is needed: told, and not refused, since none says if it has one."""

HEURES_SEMAINE = (
    Regle(Decimal(48), "CT L3121-20 (L3121-35 avant le 10 août 2016) : 48 h par semaine", date(2000, 1, 1)),
)
HEURES_JOUR = (
    Regle(Decimal(10), "CT L3121-18 (L3121-34 avant le 10 août 2016) : 10 h par jour", date(2000, 1, 1)),
)
JOURS_SEMAINE = (Regle(6, "CT L3132-1 : six jours par semaine", date(2000, 1, 1)),)

AI_SANS_AGREMENT = Regle(
    Decimal(16),
    "CT L5132-7 et circulaire DGEFP/DGAS 2003-24 : agrément exigé au-delà de 16 h de mise à disposition",
    date(1999, 2, 18),
    date(2021, 8, 31),
)
"""Hours a week up to which an AI needed no agrément. The texts count the hours made available to a company, which a
contract does not tell: the weekly hours stand for them."""


@dataclass(frozen=True, slots=True)
class Contrat:
    """A contract as stored; days included, exit fields empty while it runs."""

    id: UUID
    version: int
    personne_id: UUID
    structure_id: UUID
    type_contrat: str
    date_debut: date
    date_fin_prevue: date
    heures_hebdo: Decimal
    code_rome: str | None = None
    date_sortie: date | None = None
    motif_sortie: str | None = None
    categorie: str | None = None
    comptee: bool | None = None
    raison: str | None = None


def verifier_type(type_structure: str, type_contrat: str, jour: date) -> None:
    """Return if this type of structure may sign this type of contract on a day.

    Raises
    ------
    TypeContratNonAdmis
        It may not, or no text says so.
    """
    regle = en_vigueur(ADMIS.get(type_structure, ()), jour)
    if regle is None or type_contrat not in regle.valeur:
        raise TypeContratNonAdmis(
            f"Une structure de type {type_structure} ne signe pas de contrat {type_contrat} à cette date.",
            champ="type_contrat",
            source=regle.source if regle else SOURCE,
        )


def verifier_duree(
    type_contrat: str, debut: date, fin: date, *, peine_amenagee: bool = False, libre: bool = False
) -> None:
    """Return if a contract from a day to another, both included, has a lawful length.

    Parameters
    ----------
    peine_amenagee
        Whether the sentence of the person is adjusted: the contract may be short.
    libre
        Whether a derogation bounds the contract in the place of the usual 24 months.

    Raises
    ------
    PeriodeInversee, DureeContrat
    """
    if fin < debut:
        raise PeriodeInversee("Le contrat finit avant de commencer.", champ="date_fin_prevue", source=SOURCE)
    regle = en_vigueur(DUREES.get(type_contrat, ()), debut)
    if regle is None:
        return
    mois_mini, jours_maxi = regle.valeur
    if peine_amenagee:
        mois_mini = PEINE_AMENAGEE.valeur
    # Four months from 1 January end on 30 April: the day before the same day of the month.
    too_short = mois_mini and (fin - plus_mois(debut, mois_mini)).days < -1
    if too_short or (not libre and (fin - debut).days >= jours_maxi):
        bounds = f"de {mois_mini} mois à {jours_maxi} jours" if mois_mini else f"{jours_maxi} jours au plus"
        raise DureeContrat(
            f"Un contrat {type_contrat} dure {bounds}.", champ="date_fin_prevue", source=regle.source
        )


def verifier_derogation(derogation: str, type_structure: str, debut: date, fin: date) -> None:
    """Return if a derogation, a key of ``DEROGATIONS``, lets a CDDI last from a day to another, both included.

    Raises
    ------
    DureeContrat
        It is not for this type of structure on that day, or the contract is longer than it allows.
    """
    regles = [regle for regle in DEROGATIONS[derogation] if type_structure in regle.valeur.types]
    regle = en_vigueur(regles, debut)
    if regle is None:
        raise DureeContrat(
            f"Aucune dérogation {derogation} n'est ouverte à une structure {type_structure} à cette date.",
            champ="derogation",
            source=SOURCE,
        )
    mois = regle.valeur.mois
    if mois is not None and fin >= plus_mois(debut, mois):
        raise DureeContrat(
            f"Un CDDI dure {mois} mois au plus, dérogations comprises.", champ="date_fin", source=regle.source
        )


def verifier_horaire(heures_hebdo: Decimal, jour: date) -> None:
    """Return if the weekly hours are lawful.

    Raises
    ------
    HeuresExcessives
    """
    regle = en_vigueur(HEURES_SEMAINE, jour)
    if regle and heures_hebdo > regle.valeur:
        raise HeuresExcessives(
            f"L'horaire dépasse {regle.valeur} heures par semaine.", champ="heures_hebdo", source=regle.source
        )


def verifier_couverture(
    agrements: Iterable[Periode], type_structure: str, heures_hebdo: Decimal, debut: date
) -> None:
    """Return if the first day of a contract is under an agrément, where one is needed.

    Raises
    ------
    SansAgrement
    """
    if couvre(agrements, debut, debut):
        return
    seuil = en_vigueur((AI_SANS_AGREMENT,), debut)
    if type_structure == "AI" and seuil and heures_hebdo <= seuil.valeur:
        return
    acte = "agrément" if debut < REFORME else "agrément ni PASS IAE"
    raise SansAgrement(
        f"Aucun {acte} ne couvre le premier jour du contrat.",
        champ="date_debut",
        correction="Enregistrez l'agrément de la personne, ou corrigez la date.",
        source="CT L5132-3 et R5112-15 (rédactions de 2017) ; CT R5132-1-1 depuis le 1er septembre 2021",
    )

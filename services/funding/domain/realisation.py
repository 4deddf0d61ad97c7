"""What the declared hours of an annexe are worth: ETP, rates, class, money due, forecast.

Hours and ETP are exact fractions until a formula rounds or cuts them. A month that nobody declared is not a
month of zero hours: it counts nowhere, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from services.funding.domain.formules import (
    MOIS_PAR_AN,
    Exact,
    acomptes,
    arrondir,
    etp_annuel,
    montant_annexe,
    tronquer,
)

HEURES_ETP: Mapping[str, tuple[tuple[date, int], ...]] = MappingProxyType(
    {
        "ACI": ((date(1, 1, 1), 1820),),
        "AI": ((date(1, 1, 1), 1607),),
        "EI": ((date(1, 1, 1), 1505), (date(2025, 1, 1), 1607)),
        "EITI": ((date(1, 1, 1), 1505),),
    }
)
"""Hours of one ETP that real annexes carry, by type and first day: a check of plausibility, never a default.

Source: 72 annexes of the ASP (ACI, AI, EI); from 2025 the EI is deduced from its amount. ETTI: unknown.
"""

HEURES_EITI = 1505
"""Hours of work that give a travailleur indépendant the whole aid."""
MOIS_DE_TENDANCE = 3
"""The forecast goes on as the last months did."""


class Classement(StrEnum):
    """What was done against what was agreed."""

    SOUS = "SOUS"
    CONFORME = "CONFORME"
    SUR = "SUR"


def heures_vraisemblables(type_structure: str, jour: date) -> int | None:
    """Return the hours of one ETP that annexes of a type carry on a day; None when no source tells."""
    known = [heures for since, heures in HEURES_ETP.get(type_structure, ()) if since <= jour]
    return known[-1] if known else None


def etp_annuel_realise(heures: Exact, heures_par_etp: Decimal) -> Fraction:
    """F01: return the yearly ETP that hours make.

    Source: public calculation on the files of the ASP.
    """
    return Fraction(heures) / Fraction(heures_par_etp)


def etp_mensuel_realise(heures: Exact, heures_par_etp: Decimal) -> Fraction:
    """F02: return the monthly ETP that the hours of one month make.

    Source: public calculation on the files of the ASP.
    """
    return etp_annuel_realise(heures, heures_par_etp) * MOIS_PAR_AN


def du_cumule(
    heures_eligibles: Exact, heures_par_etp: Decimal, montant_unitaire: Decimal, montant: Decimal
) -> Decimal:
    """F08: return the socle due for all the eligible hours so far, to the cent, never above the annexe's amount.

    Source: choice of this project, no text was found.
    """
    earned = etp_annuel_realise(heures_eligibles, heures_par_etp) * Fraction(montant_unitaire)
    return min(arrondir(earned), montant)


def regularisation(du: Decimal, verse: Decimal) -> Decimal:
    """F09: return what a regularisation adds to the advances, or holds back from the next ones when negative.

    Source: choice of this project, no text was found.
    """
    return du - verse


def solde(du: Decimal, verse: Decimal) -> Decimal:
    """F10: return the balance of the month after the end; ``du`` is that of the whole annexe.

    Source: choice of this project, no text was found.
    """
    return du - verse


def taux_mensuel(etp_mensuels: Fraction, etp: Decimal) -> Fraction:
    """F16: return the rate of a month as a ratio, 0 when no ETP is agreed.

    Source: public calculation on the files of the ASP.
    """
    return etp_mensuels / Fraction(etp) if etp else Fraction(0)


def taux_cumule(etp_annuels: Fraction, etp: Decimal, mois: int) -> Fraction:
    """F17: return the rate of the first months as a ratio, 0 when no ETP is agreed.

    Source: choice of this project, no text was found.
    """
    return etp_annuels / etp_annuel(etp, mois) if etp else Fraction(0)


def moyenne_mensuelle(etp_mensuels: Sequence[Fraction]) -> Fraction:
    """F18: return the average over the months declared (at least one), holes left out.

    Source: public calculation on the files of the ASP, which counts the holes; these are told instead.
    """
    return sum(etp_mensuels, Fraction(0)) / len(etp_mensuels)


def classement(realise: Fraction, etp: Decimal) -> Classement:
    """F19: return the class of an average, both terms cut (not rounded) to two decimals.

    Source: public calculation on the files of the ASP.
    """
    done, agreed = tronquer(realise), tronquer(etp)
    if done == agreed:
        return Classement.CONFORME
    return Classement.SOUS if done < agreed else Classement.SUR


def montant_consomme(
    etp_annuels: Fraction, montant_unitaire: Decimal, part_cd: Fraction = Fraction(0)
) -> Decimal:
    """F20: return the money that yearly ETP use, to the cent; with the département's share, the State's part of it.

    Source: public calculation on the files of the ASP.
    """
    return arrondir(etp_annuels * Fraction(montant_unitaire) * (1 - part_cd))


def atterrissage(etp_mensuels: Sequence[Fraction], duree: int) -> Fraction:
    """F21: return the yearly ETP at the end of an annexe of ``duree`` months, if it goes on as its last months.

    ``etp_mensuels`` are those of the months declared, in order, at least one.

    Source: choice of this project, no text was found.
    """
    last = etp_mensuels[-MOIS_DE_TENDANCE:]
    rest = max(0, duree - len(etp_mensuels))
    return (sum(etp_mensuels, Fraction(0)) + moyenne_mensuelle(last) * rest) / MOIS_PAR_AN


def etp_reprenables(etp: Decimal, duree: int, prevu: Fraction) -> Decimal:
    """Return the yearly ETP that can be taken back, cut to two decimals: what the forecast leaves unused.

    What stays is never under what is done, since the forecast holds it.

    Source: choice of this project, no text was found.
    """
    return max(Decimal(0), tronquer(etp_annuel(etp, duree) - prevu))


def etp_plafonnes(realise: Fraction, conventionne: Fraction) -> Fraction:
    """F27: return the ETP done that the annexe pays for, by annexe and by funder.

    Source: column of the weekly national file of the DGEFP.
    """
    return min(realise, conventionne)


def delta(realise: Fraction, conventionne: Fraction) -> Fraction:
    """F28: return what is done less what is agreed, both monthly or both yearly.

    Source: public calculation on the files of the ASP.
    """
    return realise - conventionne


SEUIL_ALERTE = (Fraction(95, 100), Fraction(105, 100))
SEUIL_AJUSTEMENT = Fraction(90, 100)
REVUES = ("05", "08", "10")
"""Reviews at the end of May, August and October; thresholds are choices of this project."""


class Alerte(StrEnum):
    """What a review of an annexe says."""

    A_ALERTER = "A_ALERTER"
    A_AJUSTER = "A_AJUSTER"


def alerte(etp: Decimal, mensuels: Mapping[str, Fraction]) -> Alerte | None:
    """Return what the reviews say of an annexe by its monthly ETP, ``AAAA-MM`` in order.

    To be adjusted: under 90 % at the last two reviews. To be warned: out of 95–105 % so far.
    """
    if not mensuels:
        return None
    rates: dict[str, Fraction] = {}
    total = Fraction(0)
    for count, (mois, value) in enumerate(mensuels.items(), 1):
        total += value
        rates[mois] = taux_cumule(total / MOIS_PAR_AN, etp, count)
    reviews = [rate for mois, rate in rates.items() if mois[5:] in REVUES]
    if len(reviews) > 1 and max(reviews[-2:]) < SEUIL_AJUSTEMENT:
        return Alerte.A_AJUSTER
    low, high = SEUIL_ALERTE
    return None if low <= list(rates.values())[-1] <= high else Alerte.A_ALERTER


MOIS_AVANT_SUSPENSION = 2
"""Payments stop after two months without a declaration (choice of this project)."""


def suspendue(manquants: int) -> bool:
    """Tell whether so many missing declarations suspend the payments."""
    return manquants >= MOIS_AVANT_SUSPENSION


def aide_eiti(heures: Decimal, montant_maximal: Decimal) -> Decimal:
    """F29: return the aid for one travailleur indépendant, to the cent.

    Source: yearly arrêtés, for the amount; choice of this project, for the part of the hours.
    """
    return arrondir(min(Fraction(heures) / HEURES_EITI, Fraction(1)) * Fraction(montant_maximal))


def reversement(verse: Decimal, du_net: Decimal) -> Decimal:
    """F30: return what is to be paid back when an annexe carried over was never signed; nothing when all was due.

    Source: CT R. 5132-3-1, R. 5132-10-8-1, R. 5132-14, R. 5132-29-1 (decree in force on 30 December 2023).
    """
    return max(Decimal(0), verse - du_net)


@dataclass(frozen=True, slots=True)
class Annexe:
    """The terms of an annexe that its realisation is measured against."""

    etp: Decimal
    montant_unitaire: Decimal
    heures_par_etp: Decimal
    duree_mois: int

    @property
    def montant(self) -> Decimal:
        """Amount of the whole annexe (F05)."""
        return montant_annexe(self.etp, self.montant_unitaire, self.duree_mois)


@dataclass(frozen=True, slots=True)
class Realisation:
    """Where an annexe stands after the months declared.

    Attributes
    ----------
    mois
        Monthly ETP, by month in order. Rates are ratios, ``etp_annuel`` and ``atterrissage`` yearly ETP.
    moyenne_mensuelle, taux_cumule, classement, atterrissage, etp_reprenables
        None when no month is declared: nothing can be said.
    """

    etp_annuel: Fraction
    mois: Sequence[Fraction]
    moyenne_mensuelle: Fraction | None
    taux_cumule: Fraction | None
    classement: Classement | None
    atterrissage: Fraction | None
    etp_reprenables: Decimal | None
    du_cumule: Decimal
    verse_cumule: Decimal
    regularisation: Decimal


def verse_theorique(montant: Decimal, duree: int, mois: int) -> Decimal:
    """Return the advances of the first months of an annexe (F07)."""
    return sum(acomptes(montant, duree)[:mois], Decimal(0))


def realiser(
    annexe: Annexe,
    heures: Sequence[Exact],
    *,
    eligibles: Sequence[Exact] | None = None,
    montant: Decimal | None = None,
    verse: Decimal | None = None,
) -> Realisation:
    """Return where an annexe stands.

    Parameters
    ----------
    heures
        Declared hours, one total by month declared, in order: the ETP are made of them.
    eligibles
        Those under a valid PASS or agrément: the money due is made of them; all, when not given.
    montant, verse
        Amount of the annexe and what was really paid; computed (F05, F07) when not given.
    """
    whole = annexe.montant if montant is None else montant
    monthly = [etp_mensuel_realise(h, annexe.heures_par_etp) for h in heures]
    yearly = sum(monthly, Fraction(0)) / MOIS_PAR_AN
    due = du_cumule(
        sum((Fraction(h) for h in (heures if eligibles is None else eligibles)), Fraction(0)),
        annexe.heures_par_etp,
        annexe.montant_unitaire,
        whole,
    )
    paid = verse_theorique(whole, annexe.duree_mois, len(heures)) if verse is None else verse
    average = moyenne_mensuelle(monthly) if monthly else None
    forecast = atterrissage(monthly, annexe.duree_mois) if monthly else None
    return Realisation(
        etp_annuel=yearly,
        mois=monthly,
        moyenne_mensuelle=average,
        taux_cumule=taux_cumule(yearly, annexe.etp, len(monthly)) if monthly else None,
        classement=None if average is None else classement(average, annexe.etp),
        atterrissage=forecast,
        etp_reprenables=None
        if forecast is None
        else etp_reprenables(annexe.etp, annexe.duree_mois, forecast),
        du_cumule=due,
        verse_cumule=paid,
        regularisation=regularisation(due, paid),
    )

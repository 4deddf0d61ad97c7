"""Formulas of an annexe, each under its reference (F03, F05…), and the register of all the formulas of the money.

Everything is exact: decimals and fractions, never a binary float. Euros, ETP as monthly averages unless said
otherwise, dates included at both ends. Rounding is commercial (half up, away from zero), only where a formula
says so. The other formulas are in ``realisation``, ``modulation``, ``cofinancement``, ``fdi``, ``enveloppe``,
``marche`` and ``cits``, each told by its reference and its source.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

CALCUL_PUBLIC = "calcul public sur les fichiers de l'ASP"
PROJET = "règle de projet, aucun texte trouvé"
ARRETES = "arrêtés annuels fixant les montants des aides au poste"

FORMULES = MappingProxyType(
    {
        "F01": ("ETP annuel réalisé : heures / heures d'un ETP", CALCUL_PUBLIC),
        "F02": ("ETP mensuel réalisé : heures du mois / heures d'un ETP × 12", CALCUL_PUBLIC),
        "F03": ("Durée de l'annexe, en mois", CALCUL_PUBLIC),
        "F04": ("ETP annuel : ETP mensuel moyen × mois / 12", CALCUL_PUBLIC),
        "F05": ("Montant de l'annexe à barème unique", "retrouvé sur 71 annexes réelles de l'ASP"),
        "F06": ("Montant de l'annexe à barèmes successifs", "règle de projet, par périodes homogènes"),
        "F07": ("Acompte mensuel : un douzième", "arrêtés annuels ; le dernier mois absorbe l'arrondi"),
        "F08": ("Dû cumulé : heures éligibles / heures d'un ETP × montant unitaire, plafonné", PROJET),
        "F09": ("Régularisation : dû cumulé − versé cumulé", PROJET),
        "F10": ("Solde : dû de toute l'annexe − versé", PROJET),
        "F11": ("Part modulée : socle dû × taux", "décret n° 2014-197 ; arrêtés annuels"),
        "F12": ("Part du département", CALCUL_PUBLIC),
        "F13": ("ETP du département et de l'État", CALCUL_PUBLIC),
        "F14": ("Participation du département : 88 % du RSA par poste et par mois", "CT L. 5132-3-1 ; décret n° 2014-728"),
        "F15": ("Bénéficiaires du RSA équivalents à un cofinancement", CALCUL_PUBLIC),
        "F16": ("Taux de réalisation mensuel", CALCUL_PUBLIC),
        "F17": ("Taux de réalisation cumulé", PROJET),
        "F18": ("Moyenne mensuelle, sur les mois saisis", CALCUL_PUBLIC),
        "F19": ("Classement : moyenne et ETP tronqués à deux décimales", CALCUL_PUBLIC),
        "F20": ("Montant consommé : ETP annuels réalisés × montant unitaire", CALCUL_PUBLIC),
        "F21": ("Atterrissage, d'après les trois derniers mois", PROJET),
        "F22": ("Avance FDI : montant × part d'avance", "retrouvé sur 13 actions réelles de l'ASP sur 14"),
        "F23": ("Enveloppe disponible : notifié + abondements − retraits − engagé", PROJET),
        "F24": ("Heures de clause : montant × main-d'œuvre × effort / coût horaire", "guides de la clause sociale d'insertion"),
        "F25": ("ETP de clause : heures / 1 607", PROJET),
        "F26": ("CITS : 4 % des salaires − abattement de taxe sur les salaires", "CGI art. 231 A, salaires de 2017 et 2018"),
        "F27": ("ETP plafonnés au conventionné", "suivi hebdomadaire national"),
        "F28": ("Écart : réalisé − conventionné", CALCUL_PUBLIC),
        "F29": ("EITI : part des 1 505 heures × montant maximal", "arrêtés annuels ; proratisation : règle de projet"),
        "F30": ("Reversement : versé − dû net des actions réalisées", "CT R. 5132-3-1, R. 5132-10-8-1, R. 5132-14, R. 5132-29-1"),
        "ETP_REPRENABLES": ("ETP reprenables : conventionné − atterrissage, au centième inférieur", PROJET),
    }
)  # fmt: skip
"""Label and source of each formula, in French, for those to whom a result is shown."""

MOIS_PAR_AN = 12
Exact = Decimal | Fraction
"""A number without rounding."""


def arrondir(valeur: Exact, decimales: int = 2) -> Decimal:
    """Return a value rounded half up (away from zero), to the cent unless said otherwise."""
    scaled = Fraction(valeur) * 10**decimales
    units = int(abs(scaled) + Fraction(1, 2))
    return Decimal(units if scaled >= 0 else -units).scaleb(-decimales)


def tronquer(valeur: Exact, decimales: int = 2) -> Decimal:
    """Return a value cut towards zero, to two decimals unless said otherwise."""
    return Decimal(int(Fraction(valeur) * 10**decimales)).scaleb(-decimales)


def duree_mois(debut: date, fin: date) -> int:
    """F03: return the number of months that a period touches; below 1 when it is reversed by months.

    Source: public calculation on the files of the ASP.
    """
    return (fin.year - debut.year) * MOIS_PAR_AN + fin.month - debut.month + 1


def etp_annuel(etp: Decimal, mois: int) -> Fraction:
    """F04: return the yearly ETP of an annexe of some months, not rounded.

    Source: public calculation on the files of the ASP.
    """
    return Fraction(etp) * mois / MOIS_PAR_AN


def montant_annexe(etp: Decimal, montant_unitaire: Decimal, mois: int) -> Decimal:
    """F05: return the amount of an annexe under one barème.

    Over twelve months the product is rounded once; otherwise the month is rounded first, as real annexes do.

    Source: found again on 71 real annexes of the ASP out of 71.
    """
    annuel = Fraction(etp) * Fraction(montant_unitaire)
    if mois == MOIS_PAR_AN:
        return arrondir(annuel)
    return arrondir(annuel / MOIS_PAR_AN) * mois


def montant_par_periodes(etp: Decimal, periodes: Sequence[tuple[Decimal, int]]) -> list[Decimal]:
    """F06: return the amount of each homogeneous period (unit amount, months) of an annexe; their sum is its amount.

    One period alone is F05.

    Source: choice of this project, no text was found.
    """
    if len(periodes) == 1:
        return [montant_annexe(etp, *periodes[0])]
    return [arrondir(Fraction(etp) * Fraction(unitaire) / MOIS_PAR_AN) * mois for unitaire, mois in periodes]


def acomptes(montant: Decimal, mois: int) -> list[Decimal]:
    """F07: return the monthly advances of an annexe, one a month; the last absorbs the rounding.

    Source: yearly arrêtés, for the twelfth (found again on an annexe of 2026); choice of this project, for the last month.
    """
    part = arrondir(Fraction(montant) / mois)
    return [part] * (mois - 1) + [montant - part * (mois - 1)]


def part_cofinancee(montant: Decimal, cofinancement: Decimal) -> Fraction:
    """F12: return the share of the département as a ratio, 0 without an amount.

    Source: public calculation on the files of the ASP.
    """
    return Fraction(cofinancement) / Fraction(montant) if montant else Fraction(0)


def etp_par_financeur(etp: Decimal, part: Fraction, mois: int) -> tuple[Fraction, Fraction]:
    """F13: return the yearly ETP of the département and of the State for the département's share (a ratio).

    Source: public calculation on the files of the ASP.
    """
    annuel = etp_annuel(etp, mois)
    return annuel * part, annuel * (1 - part)

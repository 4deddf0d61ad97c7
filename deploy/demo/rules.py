"""Figures of the source and rules that the data set follows; ``checks.py`` counts what breaks them.

Dates are inclusive at both ends. The year is 2017 throughout.
"""

from datetime import date, timedelta
from math import ceil

from deploy.demo.hypotheses import MONTANT_UNITAIRE_AUTRE
from shared.reference.nomenclatures import bareme_aide_poste

DEBUT_2017, FIN_2017 = date(2017, 1, 1), date(2017, 12, 31)
TYPES = ("ACI", "EI", "AI", "ETTI", "AUTRE")

# Summary of the regional conference of 24 October 2017.
STRUCTURES = {"ACI": 250, "EI": 87, "AI": 80, "ETTI": 30, "AUTRE": 7}
CIBLES = {
    "structures": 454,
    "personnes": 34_000,
    "etp_realises": 13_000,
    "etp_conventionnes": 9_977,
    "permanents": 4_000,
    "chiffre_affaires_eur": 220_000_000,
    "orientations": 18_000,
    "financement_etat_eur": 140_000_000,
    "cddi_cd62": 1_310,
    "heures_clauses_62": 575_000,
}
# Hours per ETP and year; those of ETTI and AUTRE are assumptions, each annexe carries its own.
HEURES_PAR_ETP = {"ACI": 1_820, "EI": 1_505, "AI": 1_607, "ETTI": 1_600, "AUTRE": 1_820}

HEURES_AN, HEURES_MOIS = 1_820, 208  # of one person; 48 hours a week over a month
JOURS_MAX = timedelta(729)  # from the first day to the planned last one: 730 days, both included
INCOMPATIBLES = (frozenset({"SENIOR", "JEUNE"}), frozenset({"DETLD", "DELD"}))
NIVEAUX_CAP = frozenset({"00", "01", "50", "51", "70"})  # ASP levels that open the criterion CAP_BEP
MOTIFS_REFUS = frozenset(
    {
        "did_not_come",
        "did_not_come_to_interview",
        "hired_elsewhere",
        "training",
        "non_eligible",
        "not_mobile",
        "not_interested",
        "lacking_skills",
        "incompatible",
        "prevent_objectives",
        "no_position",
        "duplicate",
        "other",
    }
)


def _montant_unitaire(type_structure: str) -> int:
    bareme = bareme_aide_poste(2017, type_structure)
    return int(bareme.montant_socle) if bareme else MONTANT_UNITAIRE_AUTRE


MONTANT_UNITAIRE = {t: _montant_unitaire(t) for t in TYPES}  # euros per ETP and year


def luhn_key(digits: str) -> str:
    """Return the digit which, added to the right, makes a string of digits satisfy the Luhn key."""
    total = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(reversed(digits)))
    return str(-total % 10)


def fin_de_mois(annee: int, mois: int) -> date:
    """Return the last day of a month."""
    return date(annee + mois // 12, mois % 12 + 1, 1) - timedelta(1)


MOIS = {m: (date(2017, m, 1), fin_de_mois(2017, m)) for m in range(1, 13)}  # first and last days


def plus_mois(jour: date, mois: int) -> date:
    """Return the same day of the month, some months later (or earlier when negative), else the last of the month."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    if jour.day <= 28:
        return date(annee, rang + 1, jour.day)
    return date(annee, rang + 1, min(jour.day, fin_de_mois(annee, rang + 1).day))


def age(naissance: date, jour: date) -> int:
    """Return the age in full years on a day."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def plafond_mois(hebdo: float, debut: date, fin: date, mois: int) -> int:
    """Return the most hours a contract may have in a month of 2017.

    1.35 times the weekly hours over 52/12 weeks, in proportion of the days of the contract in the month, rounded
    up, 208 at most; 0 in a month that the contract does not touch.
    """
    premier, dernier = MOIS[mois]
    jours = (min(fin, dernier) - max(debut, premier)).days + 1
    return min(HEURES_MOIS, ceil(1.35 * hebdo * 52 / 12 * jours / dernier.day)) if jours > 0 else 0


def acomptes(centimes: int) -> list[int]:
    """Return the twelve monthly advances of an amount, in cents (rule F07).

    A twelfth rounded to the cent, half up; the last month absorbs the difference.
    """
    part = (2 * centimes + 12) // 24
    return [part] * 11 + [centimes - part * 11]


def sortie_comptee(type_structure: str, jours: int, heures: int, *, retrait: bool) -> bool:
    """Tell whether an exit enters the denominator.

    150 hours in AI and ETTI; elsewhere 81 days and at least one hour; never a reason of the category RETRAIT.
    """
    if retrait:
        return False
    return heures >= 150 if type_structure in ("AI", "ETTI") else jours >= 81 and heures >= 1

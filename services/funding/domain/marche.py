"""What a contract with a social clause must satisfy."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.funding.domain.errors import AnneeAvantNotification, CoutHoraireNul, HeuresNonDeclarees
from services.funding.domain.formules import Exact

MODALITES = ("MISE_A_DISPOSITION", "EMBAUCHE_DIRECTE", "SOUS_TRAITANCE")
"""Ways to do the hours of a clause (code de la commande publique, L. 2112-2)."""

HEURES_ETP = 1607
"""Hours of one ETP of a clause (choice of this project)."""


def heures_clause(
    montant: Decimal, part_main_oeuvre: Decimal, effort: Decimal, cout_horaire: Decimal
) -> Fraction:
    """F24: return the hours of insertion of a contract, not rounded; both shares are ratios, the rest euros.

    Raises
    ------
    CoutHoraireNul
        An hour would cost nothing.
    """
    if not cout_horaire:
        raise CoutHoraireNul(
            "Le coût horaire est nul : aucune heure ne s'en déduit.",
            champ="cout_horaire",
            correction="Donnez le coût d'une heure de travail, 25 à 30 € en général.",
        )
    return Fraction(montant) * Fraction(part_main_oeuvre) * Fraction(effort) / Fraction(cout_horaire)


def etp_clause(heures: Exact) -> Fraction:
    """F25: return the yearly ETP that hours of a clause make."""
    return Fraction(heures) / HEURES_ETP


def ensure_mois(mois: str, date_notification: date) -> None:
    """Return if hours of a month (``AAAA-MM``) are done once the contract is notified.

    Raises
    ------
    AnneeAvantNotification
        The month is over before.
    """
    if mois < f"{date_notification:%Y-%m}":
        raise AnneeAvantNotification(
            "Les heures seraient réalisées avant la notification du marché.", champ="mois"
        )


def ensure_declarees(heures: Decimal, declarees: Decimal) -> None:
    """Return if no more hours are counted than were declared for the contract and the month.

    Raises
    ------
    HeuresNonDeclarees
        More are.
    """
    if heures > declarees:
        raise HeuresNonDeclarees(
            f"{declarees} heures sont déclarées pour ce contrat et ce mois par la structure du marché.",
            champ="heures",
            correction="Déclarez d'abord les heures, ou imputez-en moins.",
            source="heures de clause au plus égales aux heures de l'état mensuel (règle de projet)",
        )


def ensure_annee(annee: int, date_notification: date) -> None:
    """Return if the hours of a year are done once the contract is notified.

    Raises
    ------
    AnneeAvantNotification
        The year is over before.
    """
    if annee < date_notification.year:
        raise AnneeAvantNotification(
            "Les heures seraient réalisées avant la notification du marché.",
            champ="annee",
            correction="Donnez l'année civile des heures réalisées.",
        )

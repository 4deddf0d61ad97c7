"""What a contract with a social clause must satisfy."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.funding.domain.errors import (
    AnneeAvantNotification,
    CoutHoraireNul,
    HeuresNonDeclarees,
    MoisHorsMarche,
    PeriodeInversee,
)
from services.funding.domain.formules import Exact
from shared import french

MODALITES = ("MISE_A_DISPOSITION", "EMBAUCHE_DIRECTE", "SOUS_TRAITANCE")
"""Ways to do the hours of a clause (code de la commande publique, L. 2112-2)."""

HEURES_ETP = 1607
"""Hours of one ETP of a clause (choice of this project)."""


def heures_clause(
    montant: Decimal, part_main_oeuvre: Decimal, effort: Decimal, cout_horaire: Decimal
) -> Fraction:
    """F24: return the hours of insertion of a contract, not rounded; both shares are ratios, the rest euros.

    Source: guides of the social clause of insertion.

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
    """F25: return the yearly ETP that hours of a clause make.

    Source: choice of this project, no text was found.
    """
    return Fraction(heures) / HEURES_ETP


SEUIL_ALERTE = Fraction(80, 100)
"""A contract is told under this part of what the time elapsed asks for (choice of this project)."""


def heures_attendues(prevues: Decimal, debut: date, fin: date, le: date) -> Fraction:
    """Return the hours that the time elapsed on a day asks for; first and last days of the period included."""
    whole = max(1, (fin - debut).days + 1)
    elapsed = min(max(0, (le - debut).days + 1), whole)
    return Fraction(prevues) * elapsed / whole


def en_retard(prevues: Decimal, realisees: Decimal, debut: date, fin: date, le: date) -> bool:
    """Tell whether a contract has done under 80 % of what the time elapsed asks for."""
    return Fraction(realisees) < SEUIL_ALERTE * heures_attendues(prevues, debut, fin, le)


def periode_de_l_annee(annee: int, date_notification: date, date_fin: date | None) -> tuple[date, date]:
    """Return the first and last days of a contract within the year of its hours."""
    start = max(date_notification, date(annee, 1, 1))
    end = min(date_fin or date(annee, 12, 31), date(annee, 12, 31))
    return start, max(start, end)


def ensure_fin(date_notification: date, date_fin: date | None) -> None:
    """Return if a contract ends after it is notified.

    Raises
    ------
    PeriodeInversee
        It would end before.
    """
    if date_fin and date_fin < date_notification:
        raise PeriodeInversee("Le marché finirait avant sa notification.", champ="date_fin")


def ensure_mois(mois: str, annee: int, date_notification: date, date_fin: date | None) -> None:
    """Return if hours of a month (``AAAA-MM``) are of the year of the contract's hours, from its first month to its last.

    Raises
    ------
    AnneeAvantNotification, MoisHorsMarche
        The month is over before it is notified; it is after its end, or of another year.
    """
    if mois < f"{date_notification:%Y-%m}":
        raise AnneeAvantNotification(
            "Les heures seraient réalisées avant la notification du marché.", champ="mois"
        )
    if mois[:4] != f"{annee:04d}" or (date_fin and mois > f"{date_fin:%Y-%m}"):
        raise MoisHorsMarche(
            "Ce mois est après la fin du marché, ou d'une autre année que ses heures.",
            champ="mois",
            correction="Imputez les heures sur le marché enregistré pour leur année.",
            source="règle de projet : des heures comptent pour l'année où elles sont faites",
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
            f"{french.written(declarees, 2)} heures sont déclarées pour ce contrat et ce mois par la structure du marché.",
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

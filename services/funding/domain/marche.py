"""What a contract with a social clause must satisfy."""

from datetime import date

from services.funding.domain.errors import AnneeAvantNotification

MODALITES = ("MISE_A_DISPOSITION", "EMBAUCHE_DIRECTE", "SOUS_TRAITANCE")
"""Ways to do the hours of a clause (code de la commande publique, L. 2112-2)."""


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

"""Hours that an AI may make a person available to one company (``domaine/parcours.md`` §7)."""

from datetime import date
from decimal import Decimal

from services.parcours.domain.errors_pass import MiseADispositionExcessive
from services.parcours.domain.regles import REFORME, Citation, Regle, plus_mois
from shared.errors import BusinessError

ENTREPRISE = "ENTREPRISE"
UTILISATEURS = (ENTREPRISE, "PARTICULIER", "ASSOCIATION", "COLLECTIVITE")
"""Who has the work done; only a company is bounded."""

PLAFOND = Regle(
    (Decimal(480), 24), "CT L5132-9 et R5132-18 : 480 h sur 24 mois, par salarié et par entreprise", REFORME
)
"""Most hours, in that many months, of one person in one company."""

DEROGATION = Regle(36, "CT L5132-9 et D5132-18-1 : dérogation préfectorale, 3 ans renouvelable", REFORME)
"""Months that a derogation of the préfet lasts."""

CITATIONS = (
    Citation(
        "mise_a_disposition_plafond", "En entreprise, 480 heures sur 24 mois par salarié", PLAFOND.source
    ),
    Citation(
        "mise_a_disposition_derogation", "Une dérogation du préfet lève le plafond 3 ans", DEROGATION.source
    ),
)


def refus_de_mise_a_disposition(
    utilisateur: str, heures: Decimal, derogation: date | None, jour: date
) -> list[BusinessError]:
    """Return why a person may not work that many hours for a user.

    Parameters
    ----------
    heures
        Of the person for this user in the 24 months that end on the day.
    derogation
        First day of the derogation of the préfet, when there is one.
    """
    if utilisateur != ENTREPRISE or heures <= PLAFOND.valeur[0]:
        return []
    if derogation is not None and derogation <= jour < plus_mois(derogation, DEROGATION.valeur):
        return []
    hours, months = PLAFOND.valeur
    return [
        MiseADispositionExcessive(
            f"Un salarié fait {hours} heures au plus en {months} mois dans une même entreprise.",
            champ="heures",
            correction="Demandez une dérogation au préfet, ou proposez une embauche.",
            source=PLAFOND.source,
        )
    ]

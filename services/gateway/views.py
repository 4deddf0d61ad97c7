"""The view of the gateway, with all its projections registered, and the facts that none of them follows."""

from services.gateway.projections import (
    VIEW,
    funding,
    gouvernance,
    parcours,
    projections,
    projets,
    structures,
)
from shared.contracts.asp import AnnexeAspLue
from shared.contracts.fact import Fact
from shared.contracts.structures import PRESCRIPTEUR_FACTS, ExerciceDeclare

PASSED_OVER: tuple[type[Fact], ...] = (
    ExerciceDeclare,  # the last year is on the structure itself, and pages show no other
    *PRESCRIPTEUR_FACTS,  # no page shows an organisation that sends people
    AnnexeAspLue,  # pages show the annexes of funding
)
"""Facts of ``structures`` that no view of the gateway needs."""

__all__ = [
    "PASSED_OVER",
    "VIEW",
    "funding",
    "gouvernance",
    "parcours",
    "projections",
    "projets",
    "structures",
]

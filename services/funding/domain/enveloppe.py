"""Envelopes: credits of a year, from the nation to the régions to the départements (F23)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from uuid import UUID

from services.funding.domain.errors import TerritoireInconnu
from services.funding.domain.formules import arrondir, part_cofinancee
from shared.reference.territories import departements, regions

NATIONAL, REGIONAL, DEPARTEMENTAL = "NATIONAL", "REGIONAL", "DEPARTEMENTAL"
NIVEAUX = (NATIONAL, REGIONAL, DEPARTEMENTAL)
"""Each level receives its credits from the one before."""
FRANCE = "FR"
AIDE_POSTE, FDI = "AIDE_POSTE", "FDI"
NATURES = (AIDE_POSTE, FDI, "PIC_IAE", "AUTRE")
PROGRAMMES = MappingProxyType({AIDE_POSTE: "102-03.02"})
"""Programme, action and sub-action of the State's budget, by kind of credit."""

NOTIFICATION, ABONDEMENT, RETRAIT, DELEGATION, ENGAGEMENT = (
    "NOTIFICATION", "ABONDEMENT", "RETRAIT", "DELEGATION", "ENGAGEMENT",
)  # fmt: skip
MOUVEMENTS: Mapping[str, str] = MappingProxyType(
    {
        NOTIFICATION: "notifie",
        ABONDEMENT: "abondements",
        RETRAIT: "retraits",
        DELEGATION: "delegue",
        ENGAGEMENT: "engage",
    }
)
"""Sum of the envelope that each movement adds to."""
MOTIFS = ("ABONDEMENT", "GEL", "FONGIBILITE", "BOURSE_AUX_POSTES", "AUTRE")
"""Why credits move: more from above, taken back, to another measure, between régions."""

ENGAGEANTS = ("VALIDE", "PROVISOIRE", "CLOTURE")
"""States of an annexe that hold credits: the active ones, and those that are settled (their money is spent)."""


def disponible(notifie: Decimal, abondements: Decimal, retraits: Decimal, engage: Decimal) -> Decimal:
    """F23: return what can still be committed, euros; ``engage`` is the State's part of the annexes in force.

    Source: choice of this project, no text was found.
    """
    return notifie + abondements - retraits - engage


def realise_etat(du: Decimal, socle: Decimal, cofinance: Decimal) -> Decimal:
    """Return the State's part of the socle due on an annexe (F08, F12), to the cent."""
    return arrondir(Fraction(du) * (1 - part_cofinancee(socle, cofinance)))


def cumuler(parents: Mapping[UUID, UUID | None], montants: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """Return the amounts of envelopes, each with those of the levels below; ``parents`` names all the envelopes."""
    sums = dict.fromkeys(parents, Decimal(0))
    for enveloppe, montant in montants.items():
        above: UUID | None = enveloppe
        while above in sums:
            sums[above] += montant
            above = parents[above]
    return sums


def region_de(departement: str) -> str:
    """Return the région of a known département."""
    return departements()[departement].code_region


def parent(niveau: str, territoire: str) -> tuple[str, str] | None:
    """Return the level and the territory that credits come from; None for the nation.

    Raises
    ------
    TerritoireInconnu
        The code is none of that level.
    """
    known = {NATIONAL: (FRANCE,), REGIONAL: regions(), DEPARTEMENTAL: departements()}[niveau]
    if territoire not in known:
        raise TerritoireInconnu(
            "Ce code ne désigne aucun territoire de ce niveau.",
            champ="territoire",
            correction="FR, le code d'une région ou celui d'un département.",
        )
    if niveau == NATIONAL:
        return None
    return (NATIONAL, FRANCE) if niveau == REGIONAL else (REGIONAL, region_de(territoire))


def engageable(etat: str, socle: Decimal, cofinance: Decimal) -> Decimal:
    """Return the credits that an annexe holds: the State's part while it is in force, euros."""
    return socle - cofinance if etat in ENGAGEANTS else Decimal(0)


def departements_de(niveau: str, territoire: str) -> list[str]:
    """Return the départements of a known territory."""
    if niveau == DEPARTEMENTAL:
        return [territoire]
    return [code for code, d in departements().items() if niveau == NATIONAL or d.code_region == territoire]

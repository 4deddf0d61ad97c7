"""Actions of the FDI: what is paid before the action, what after."""

from decimal import Decimal
from fractions import Fraction

from services.funding.domain.formules import arrondir

TOLERANCE = Decimal(1)
"""A real advance may be rounded to the euro."""


def avance(montant: Decimal, part: Decimal) -> Decimal:
    """F22: return the advance of an action, to the cent; ``part`` is a ratio.

    Source: found again on 13 real actions of the ASP out of 14; the other is rounded to the euro.
    """
    return arrondir(Fraction(montant) * Fraction(part))


def avance_inscrite_conforme(inscrite: Decimal, montant: Decimal, part: Decimal) -> bool:
    """Tell whether a written advance is the computed one, to a euro."""
    return abs(inscrite - avance(montant, part)) <= TOLERANCE

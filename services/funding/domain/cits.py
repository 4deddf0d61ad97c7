"""The crédit d'impôt de taxe sur les salaires (F26), on the wages of 2017 and 2018 only."""

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from services.funding.domain.formules import arrondir

TAUX = Decimal("0.04")
"""Ratio of the wages up to 2.5 SMIC."""
ANNEES = (2017, 2018)
"""Wages paid from 1 January 2017; the credit ends on 1 January 2019."""
ABATTEMENTS = MappingProxyType({2016: 20283, 2017: 20304})
"""Allowance of the taxe sur les salaires by year, euros; the last one known goes on."""


def abattement(annee: int) -> Decimal:
    """Return the allowance of the taxe sur les salaires in a year from 2016 on, euros."""
    return Decimal(ABATTEMENTS[max(year for year in ABATTEMENTS if year <= annee)])


def credit_impot(masse_salariale: Decimal, annee: int) -> Decimal:
    """F26: return the credit for a year, euros to the cent; 0 out of 2017 and 2018, and under the allowance.

    ``masse_salariale`` is that of the wages up to 2.5 SMIC.

    Source: CGI art. 231 A, abolished on 1 January 2019.
    """
    if annee not in ANNEES:
        return Decimal("0.00")
    credit = Fraction(masse_salariale) * Fraction(TAUX) - Fraction(abattement(annee))
    return arrondir(max(Fraction(0), credit))

"""Reconciling what an annexe says, what its hours earn, what was to be paid and what was paid: every gap is told.

A gap is explained when one or several known causes make it up to a euro; else it is listed as not explained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from services.funding.domain.echeancier import Echeance
from services.funding.domain.formules import arrondir

TOLERANCE = Decimal(1)
"""Cents lost month after month are no gap (choice of this project)."""
REGULARISATIONS = "REGULARISATIONS_A_PASSER"
COFINANCEMENT = "PART_COFINANCEE_VERSEE_PAR_L_ETAT"
ACOMPTES = "ACOMPTES_A_VERSER"
RIEN = "RIEN_DE_VERSE"
ACOMPTE = "ACOMPTE"


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """An annexe to the last month over, euros.

    Attributes
    ----------
    inscrit, declare, calcule, verse
        The State's and its cofunders' socle through the ASP; what the eligible hours earn (F08); what the plan of
        payments says so far; what was paid.
    ecart
        Paid less computed.
    explications
        Euros by cause; they make the gap. Empty when there is none, or when nothing explains it.
    manquants
        Months over that nobody declared: their regularisations cannot be computed.
    """

    inscrit: Decimal
    declare: Decimal
    calcule: Decimal
    verse: Decimal
    ecart: Decimal
    explications: Mapping[str, Decimal]
    manquants: int

    @property
    def conforme(self) -> bool:
        """Whether there is no gap."""
        return abs(self.ecart) < TOLERANCE

    @property
    def inexplique(self) -> Decimal:
        """What no cause makes up."""
        if self.conforme or self.explications:
            return Decimal(0)
        return self.ecart


def rapprocher(
    plan: Sequence[Echeance],
    *,
    inscrit: Decimal,
    declare: Decimal,
    verse: Decimal,
    cofinance: Decimal,
    manquants: int,
    dernier_mois: str,
) -> Rapprochement:
    """Return the reconciliation of an annexe.

    Parameters
    ----------
    plan
        Its plan of payments; lines after ``dernier_mois`` (``AAAA-MM``, the last one over) are not due yet.
    cofinance
        Part of ``inscrit`` that others than the State pay, euros.
    """
    due = [line for line in plan if line.mois <= dernier_mois and line.montant is not None]
    advances = sum((x.montant for x in due if x.nature == ACOMPTE and x.montant), Decimal(0))
    others = sum((x.montant for x in due if x.nature != ACOMPTE and x.montant), Decimal(0))
    computed = advances + others
    gap = verse - computed
    share = arrondir(Fraction(cofinance) * Fraction(advances) / Fraction(inscrit)) if inscrit else Decimal(0)
    months = [x.montant for x in due if x.nature == ACOMPTE and x.montant]
    causes = {REGULARISATIONS: -others, COFINANCEMENT: -share}
    for count in (1, 2):  # the last advances are not paid yet
        if len(months) > count:
            causes[f"{ACOMPTES}_{count}"] = -sum(months[-count:], Decimal(0))
    if not verse:
        causes[RIEN] = -computed
    return Rapprochement(inscrit, declare, computed, verse, gap, _expliquer(gap, causes), manquants)


def _expliquer(gap: Decimal, causes: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the fewest causes that make a gap, to a euro."""
    if abs(gap) < TOLERANCE:
        return {}
    known = [(name, euros) for name, euros in causes.items() if abs(euros) >= TOLERANCE]
    for size in range(1, len(known) + 1):
        for chosen in combinations(known, size):
            if abs(gap - sum((euros for _, euros in chosen), Decimal(0))) < TOLERANCE:
                return dict(chosen)
    return {}

"""What an annexe to be would be worth, and what a movement between annexes costs, by the very formulas of real ones."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from services.funding.domain import bareme, formules
from services.funding.domain.cofinancement import ensure_cofinance
from services.funding.domain.saisi import Saisis

SANS_BAREME = "montant donné"


@dataclass(frozen=True, slots=True)
class Periode:
    """Consecutive months of an annexe with one unit amount; both days included."""

    debut: date
    fin: date
    montant_unitaire: Decimal
    source: str

    @property
    def mois(self) -> int:
        """Number of months."""
        return formules.duree_mois(self.debut, self.fin)


def periodes(
    type_structure: str,
    debut: date,
    fin: date,
    unitaire: Decimal | None,
    cas: bareme.Cas = bareme.Cas.GENERAL,
    saisis: Saisis = (),
) -> list[Periode]:
    """Cut an annexe where its unit amount changes; a given amount holds over the whole.

    Parameters
    ----------
    debut, fin
        Both included, in order. A month is judged by its first day within the annexe.

    Raises
    ------
    BaremeAbsent
        No amount is given and none is known for one of the months.
    """
    if unitaire is not None:
        return [Periode(debut, fin, unitaire, SANS_BAREME)]
    days = [debut, *_first_days(debut, fin)]
    amounts = [(day, bareme.montant_unitaire(type_structure, day, cas, saisis)) for day in days]
    cut: list[Periode] = []
    for _, group in groupby(amounts, key=lambda item: item[1].euros):
        (start, amount), *_ = months = list(group)
        last = months[-1][0]
        end = last.replace(day=monthrange(last.year, last.month)[1])
        cut.append(Periode(start, min(end, fin), amount.euros, amount.source))
    return cut


def _first_days(debut: date, fin: date) -> list[date]:
    """Return the first days of the months after the first one, up to the end."""
    count = formules.duree_mois(debut, fin)
    months = (debut.year * 12 + debut.month - 1 + n for n in range(1, count))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


@dataclass(frozen=True, slots=True)
class Montants:
    """Money of an annexe: periods with their amount, total and advances, one a month."""

    periodes: list[tuple[Periode, Decimal]]
    total: Decimal
    acomptes: list[Decimal]


def chiffrer(etp: Decimal, cut: Sequence[Periode]) -> Montants:
    """Return the money of an annexe cut in periods (F05 or F06, F07)."""
    amounts = formules.montant_par_periodes(etp, [(p.montant_unitaire, p.mois) for p in cut])
    total = sum(amounts, Decimal(0))
    mois = sum(p.mois for p in cut)
    return Montants(list(zip(cut, amounts, strict=True)), total, formules.acomptes(total, mois))


@dataclass(frozen=True, slots=True)
class Parts:
    """Who funds an annexe: the département's share (a ratio) and the yearly ETP of both, not rounded."""

    part_cd: Fraction
    etp_cd: Fraction
    etp_etat: Fraction


def partager(etp: Decimal, total: Decimal, cofinancement: Decimal, mois: int) -> Parts:
    """Return the shares of the département and of the State (F12, F13).

    Raises
    ------
    CofinancementExcessif
        The département would pay more than the whole.
    """
    part = formules.part_cofinancee(total, cofinancement)
    if total:  # without an amount the share is zero, whatever is given
        ensure_cofinance(total, cofinancement)
    return Parts(part, *formules.etp_par_financeur(etp, part, mois))

"""The annexe simulator: what an annexe would be worth, by the very formulas of real ones."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from services.funding.domain import bareme, formules

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


def periodes(type_structure: str, debut: date, fin: date, unitaire: Decimal | None) -> list[Periode]:
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
    amounts = [(day, bareme.montant_unitaire(type_structure, day)) for day in days]
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
    """Money of an annexe: periods with their amount, total, advances (one a month), share and ETP by funder.

    ETP are yearly, ``part_cd`` is a ratio; neither is rounded.
    """

    periodes: list[tuple[Periode, Decimal]]
    total: Decimal
    acomptes: list[Decimal]
    part_cd: Decimal
    etp_cd: Decimal
    etp_etat: Decimal


def chiffrer(etp: Decimal, cut: list[Periode], cofinancement: Decimal) -> Montants:
    """Return the money of an annexe cut in periods (F05 or F06, F07, F12, F13)."""
    amounts = formules.montant_par_periodes(etp, [(p.montant_unitaire, p.mois) for p in cut])
    total = sum(amounts, Decimal(0))
    mois = sum(p.mois for p in cut)
    part = formules.part_cofinancee(total, cofinancement)
    etp_cd, etp_etat = formules.etp_par_financeur(etp, part, mois)
    return Montants(
        list(zip(cut, amounts, strict=True)), total, formules.acomptes(total, mois), part, etp_cd, etp_etat
    )

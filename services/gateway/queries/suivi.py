"""Where an annexe stands, as ``funding`` says it: the formulas that the views apply to what they have read.

``funding`` decides with its own; a test holds these equal to them. Hours and ETP are exact until a formula cuts
or rounds them; rates are ratios. A month that nobody declared counts nowhere, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

SEUIL_ALERTE = (Fraction(95, 100), Fraction(105, 100))
SEUIL_AJUSTEMENT = Fraction(90, 100)
REVUES = (5, 8, 10)
"""Reviews at the end of May, August and October (choices of this project)."""
MOIS_DE_TENDANCE = 3
MOIS_AVANT_SUSPENSION = 2
SEUIL_CLAUSE = Fraction(80, 100)
"""A contract with a clause is told under this part of what the time elapsed asks for (choice of this project)."""
CENT = Decimal("0.01")

Mois = tuple[int, int]
"""Year and month."""


@dataclass(frozen=True, slots=True)
class Termes:
    """The terms of an annexe: monthly ETP, hours of one, euros of one over a year, period with both days included."""

    etp: Decimal
    heures_par_etp: Decimal
    montant_unitaire: Decimal
    socle: Decimal
    cofinance: Decimal
    debut: date
    fin: date

    @property
    def mois(self) -> list[Mois]:
        """Months of the period, in order (F03)."""
        first = self.debut.year * 12 + self.debut.month - 1
        last = self.fin.year * 12 + self.fin.month - 1
        return [(n // 12, n % 12 + 1) for n in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Etat:
    """Where an annexe stands; what no declared month tells is None. ETP are yearly but for the average.

    Attributes
    ----------
    conventionne, realise, atterrissage, reprenables
        F04, F01, F21, and what the forecast leaves unused.
    moyenne, taux, classement
        F18; F17; F19, ``SOUS`` ``CONFORME`` ``SUR``.
    alerte
        ``A_AJUSTER`` ``A_ALERTER``, or None.
    du_etat
        The State's part of the socle due for the eligible hours (F08, F12), euros.
    manquants
        Months over that nobody declared; ``suspendu`` when they stop the payments.
    """

    conventionne: Fraction
    realise: Fraction
    moyenne: Fraction | None
    taux: Fraction | None
    classement: str | None
    atterrissage: Fraction | None
    reprenables: Decimal | None
    alerte: str | None
    du_etat: Decimal
    manquants: int

    @property
    def suspendu(self) -> bool:
        """Whether missing declarations suspend the payments."""
        return self.manquants >= MOIS_AVANT_SUSPENSION


def etat_de(termes: Termes, heures: Mapping[Mois, tuple[Decimal, Decimal]], dernier: Mois) -> Etat:
    """Return where an annexe stands.

    Parameters
    ----------
    heures
        Declared and eligible hours by month of its period.
    dernier
        Last month that is over: later ones are not missing yet.
    """
    months = termes.mois
    known = [month for month in months if month in heures]
    monthly = [Fraction(heures[month][0]) * 12 / Fraction(termes.heures_par_etp) for month in known]
    agreed = Fraction(termes.etp) * len(months) / 12
    average = sum(monthly, Fraction(0)) / len(monthly) if monthly else None
    forecast = _atterrissage(monthly, len(months)) if monthly else None
    rates = _cumulative(monthly, termes.etp)
    eligible = sum((Fraction(heures[month][1]) for month in known), Fraction(0))
    return Etat(
        conventionne=agreed,
        realise=sum(monthly, Fraction(0)) / 12,
        moyenne=average,
        taux=rates[-1] if rates else None,
        classement=None if average is None else _classement(average, termes.etp),
        atterrissage=forecast,
        reprenables=None if forecast is None else max(Decimal(0), _cut(agreed - forecast)),
        alerte=_alerte(known, rates),
        du_etat=_du_etat(termes, eligible),
        manquants=sum(month <= dernier and month not in heures for month in months),
    )


def attendu_clause(prevues: Decimal, debut: date, fin: date, le: date) -> Fraction:
    """Return the hours of a clause that the time elapsed on a day asks for; both days of the period included."""
    whole = max(1, (fin - debut).days + 1)
    elapsed = min(max(0, (le - debut).days + 1), whole)
    return Fraction(prevues) * elapsed / whole


def en_retard(prevues: Decimal, realisees: Decimal, debut: date, fin: date, le: date) -> bool:
    """Tell whether a contract has done under 80 % of what the time elapsed asks for."""
    return Fraction(realisees) < SEUIL_CLAUSE * attendu_clause(prevues, debut, fin, le)


def _atterrissage(monthly: Sequence[Fraction], duration: int) -> Fraction:
    last = monthly[-MOIS_DE_TENDANCE:]
    trend = sum(last, Fraction(0)) / len(last)
    return (sum(monthly, Fraction(0)) + trend * max(0, duration - len(monthly))) / 12


def _cumulative(monthly: Sequence[Fraction], etp: Decimal) -> list[Fraction]:
    rates, total = [], Fraction(0)
    for count, value in enumerate(monthly, 1):
        total += value
        rates.append(total / count / Fraction(etp) if etp else Fraction(0))
    return rates


def _alerte(known: Sequence[Mois], rates: Sequence[Fraction]) -> str | None:
    if not rates:
        return None
    reviews = [rate for month, rate in zip(known, rates, strict=True) if month[1] in REVUES]
    if len(reviews) > 1 and max(reviews[-2:]) < SEUIL_AJUSTEMENT:
        return "A_AJUSTER"
    low, high = SEUIL_ALERTE
    return None if low <= rates[-1] <= high else "A_ALERTER"


def _classement(average: Fraction, etp: Decimal) -> str:
    done, agreed = _cut(average), _cut(Fraction(etp))
    return "CONFORME" if done == agreed else "SOUS" if done < agreed else "SUR"


def _du_etat(termes: Termes, eligible: Fraction) -> Decimal:
    earned = eligible / Fraction(termes.heures_par_etp) * Fraction(termes.montant_unitaire)
    due = min(_cents(earned), termes.socle)
    share = Fraction(termes.cofinance) / Fraction(termes.socle) if termes.socle else Fraction(0)
    return _cents(Fraction(due) * (1 - share))


def _cents(value: Fraction) -> Decimal:
    scaled = int(value * 100 + Fraction(1, 2))  # amounts due are never negative
    return Decimal(scaled).scaleb(-2).quantize(CENT, ROUND_HALF_UP)


def _cut(value: Fraction) -> Decimal:
    return Decimal(int(value * 100)).scaleb(-2)

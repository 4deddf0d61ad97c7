"""Draw of the monthly hours: whole, within every ceiling, and whose sum is exactly the ETP of the source."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from deploy.demo.hypotheses import ETP_REALISES
from deploy.demo.rules import (
    CIBLES,
    DEBUT_2017,
    FIN_2017,
    HEURES_AN,
    HEURES_PAR_ETP,
    MOIS,
    TYPES,
    plafond_mois,
    sortie_comptee,
)
from deploy.demo.tables import Contrat
from deploy.demo.world import World, apportion

HoursRow = tuple[str, str, int, str]
"""id_contrat, mois (``AAAA-MM``), whole hours, day the hours are known (ISO)."""


@dataclass(slots=True, eq=False)
class Month:
    """Hours of a contract in a month: as drawn, at most, and as fixed."""

    mois: int
    brut: float
    plafond: int
    heures: int = 0


@dataclass(slots=True, eq=False)
class Year:
    """Months of a contract in 2017, and the hours it may not pass in the year."""

    contrat: Contrat
    months: list[Month]
    budget: int


def draw_heures(world: World, contrats: Sequence[Contrat], scale: float) -> list[HoursRow]:
    """Return the monthly states sorted by contract and month; set hours and counted exit of each contract."""
    years = _draw_years(world, contrats)
    totals = apportion(round(CIBLES["etp_realises"] * scale), ETP_REALISES.values(), least=1)
    for type_structure, etp in zip(TYPES, totals, strict=True):
        group = [y for y in years if y.contrat.structure.type == type_structure]
        _settle(group, etp * HEURES_PAR_ETP[type_structure])
    retraits = {code for code, _ in world.motifs["RETRAIT"]}
    for contrat in contrats:
        if contrat.date_sortie:
            contrat.sortie_comptabilisee = int(
                sortie_comptee(
                    contrat.structure.type,
                    (contrat.date_sortie - contrat.date_debut).days,
                    contrat.heures,
                    retrait=contrat.motif_sortie in retraits,
                )
            )
    known = {m: (f"2017-{m:02d}", str(last + timedelta(10))) for m, (_, last) in MOIS.items()}
    rows = []
    for year in years:
        for month in year.months:
            mois, connu_le = known[month.mois]
            rows.append((year.contrat.id_contrat, mois, month.heures, connu_le))
    return sorted(rows)


def _draw_years(world: World, contrats: Sequence[Contrat]) -> list[Year]:
    years = [Year(k, _draw_months(world, k), 0) for k in contrats]
    months_of: Counter[str] = Counter()
    for year in years:
        months_of[year.contrat.personne.id_personne] += len(year.months)
    for year in years:  # a person's yearly ceiling is shared between contracts
        year.budget = HEURES_AN * len(year.months) // months_of[year.contrat.personne.id_personne]
    return years


def _draw_months(world: World, contrat: Contrat) -> list[Month]:
    debut, fin = contrat.date_debut, contrat.dernier_jour
    first = debut.month if debut >= DEBUT_2017 else 1
    last = fin.month if fin <= FIN_2017 else 12
    intermittent = contrat.structure.type in ("AI", "ETTI")
    months: list[Month] = []
    for mois in range(first, last + 1):
        if months and intermittent and world.rng.random() < 0.22:
            continue  # a month without a mission
        premier, dernier = MOIS[mois]
        days = world.working_days(max(debut, premier), min(fin, dernier))
        brut = max(0.5, contrat.heures_hebdo / 5 * days * world.rng.uniform(0.75, 1.08))
        months.append(Month(mois, brut, plafond_mois(contrat.heures_hebdo, debut, fin, mois)))
    return months


def _settle(years: Sequence[Year], target: int) -> None:
    """Fix whole hours, at least one a month, whose sum is the target, within monthly ceilings and yearly budgets."""
    factor = _factor(years, target)
    rests: list[tuple[float, int, Year, Month]] = []
    for year in years:
        reduction = min(1, year.budget / _scaled(year, factor))
        for month in year.months:
            exact = min(month.plafond, month.brut * factor) * reduction
            month.heures = max(1, int(exact))
            year.contrat.heures += month.heures
            rests.append((month.heures - exact, len(rests), year, month))
    missing = target - sum(y.contrat.heures for y in years)
    rests.sort()
    advancing = True
    while missing > 0 and advancing:
        advancing = False
        for _, _, year, month in rests:
            if missing > 0 and month.heures < month.plafond and year.contrat.heures < year.budget:
                month.heures += 1
                year.contrat.heures += 1
                missing -= 1
                advancing = True


def _factor(years: Sequence[Year], target: int) -> float:
    """Return by how much to multiply drawn hours: as full months are capped, the others make up for it."""
    # Plain additions, not sum(): see apportion.
    total = 0.0
    for year in years:
        for month in year.months:
            total += month.brut
    factor = target / total
    for _ in range(8):
        total = 0.0
        for year in years:
            hours = _scaled(year, factor)
            total += min(hours, year.budget)
        factor *= target / total
    return factor


def _scaled(year: Year, factor: float) -> float:
    total = 0.0
    for month in year.months:
        hours = month.brut * factor
        total += min(hours, month.plafond)
    return total

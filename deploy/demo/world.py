"""What every draw shares: the random source, communes, working days, and exact apportionment."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Generic, TypeVar

from deploy.demo.rules import DEBUT_2017
from shared.reference.nomenclatures import jours_feries, motifs_sortie
from shared.reference.territories import Commune, communes

T = TypeVar("T")


class Urn(Generic[T]):
    """Elements to draw from, each with a weight; the order of the elements is part of the result."""

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        elements, weights = zip(*weighted, strict=True)
        self.elements: Sequence[T] = elements
        self.cumulated: Sequence[float] = tuple(accumulate(weights))


def apportion(total: int, weights: Iterable[float], least: int = 0) -> list[int]:
    """Return integers in proportion to the weights, whose sum is exactly the total.

    Largest remainders; each part is at least ``least``, what is missing being taken from the largest parts.
    """
    weights = list(weights)
    # Not sum(): since Python 3.12 it compensates rounding, and the files would depend on the version.
    whole = reduce(add, weights, 0)
    assert whole > 0, weights
    assert total >= least * len(weights), (total, len(weights))
    exact = [total * w / whole for w in weights]
    parts = [int(e) for e in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    missing = sum(max(0, least - p) for p in parts)
    parts = [max(least, p) for p in parts]
    for i in sorted(range(len(parts)), key=lambda i: (-parts[i], i)):
        taken = min(missing, (parts[i] - least) // 2 + 1, parts[i] - least)
        parts[i] -= taken
        missing -= taken
        if not missing:
            break
    return parts


class World:
    """The state that draws share. Every draw goes through ``rng``: the order of the calls is part of the result.

    Attributes
    ----------
    rng
        Seeded source.
    motifs
        Reasons of exit and their weights, by category.
    zrr
        EPCI classed as ZRR: an invented classification, about one communauté de communes in two.
    identites
        (nom, prénom, date de naissance) already given.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        known = [(c, c.population_2016) for c in communes().values() if c.population_2016 is not None]
        rural = sorted({c.code_epci for c, _ in known if c.nom_epci.startswith("CC ")})
        self.zrr = frozenset(e for e in rural if self.rng.random() < 0.5)
        self.identites: set[tuple[str, str, date]] = set()
        self.motifs: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for motif in motifs_sortie().values():
            self.motifs[motif.categorie].append((motif.code, motif.poids_synthetique))
        self._zones = _zones(known)
        self._feries = frozenset(jours_feries())
        self._ouvres_avant = self._count_working_days()

    def draw(self, urn: Urn[T]) -> T:
        """Return one element, drawn by its weight."""
        return self.rng.choices(urn.elements, cum_weights=urn.cumulated)[0]

    def commune(self, zone: str) -> Commune:
        """Return a commune of a département or of an EPCI, drawn by its population."""
        return self.draw(self._zones[zone])

    def working_day(self, jour: date) -> date:
        """Return the first working day (Monday to Friday, not a holiday) on or after a day."""
        while jour.weekday() > 4 or jour in self._feries:
            jour += timedelta(1)
        return jour

    def working_days(self, debut: date, fin: date) -> int:
        """Return the number of working days between two days of 2017, both included."""
        return self._ouvres_avant[fin + timedelta(1)] - self._ouvres_avant[debut]

    def _count_working_days(self) -> dict[date, int]:
        before, count = {}, 0
        for i in range(366):
            jour = DEBUT_2017 + timedelta(i)
            before[jour] = count
            count += jour.weekday() < 5 and jour not in self._feries
        return before


def _zones(known: Iterable[tuple[Commune, int]]) -> dict[str, Urn[Commune]]:
    """Return the communes of each EPCI, and those of each département with 1,500 inhabitants or more."""
    zones: dict[str, list[tuple[Commune, float]]] = defaultdict(list)
    for commune, population in known:
        zones[commune.code_epci].append((commune, population))
        if population >= 1500:
            zones[commune.code_departement].append((commune, population**0.85))
    return {zone: Urn(pairs) for zone, pairs in zones.items()}

"""Counts of persons hidden over territories, types and structures at once: nobody is found by solving every sum."""

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.gateway.catalogue.lecture import Compteur
from services.gateway.catalogue.secret import SOMMES, hide_cells
from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import SEUIL, as_known
from services.gateway.queries.counts import Cellule, Comptes
from services.gateway.queries.epci import Demande
from services.gateway.screens.diagnostic import hide_epcis
from tests.factories.attack import solve

PLACES, KINDS = ("02", "59", "62"), ("ACI", "EI", "ETTI")
Cle = tuple[str, Cellule]
ENVOIS = ("envoyees", "acceptees", "sans_reponse", "refusees")
EXACT = ("sorties",)
"""Parts make the whole of their total."""
SEEDS = {"sorties": 8, "candidatures": 4, "contrats": 8, "presents": 8, "publics": 3, "refus": 3}


def make_counts(source: str, seed: int) -> Comptes:
    """Counts of some structures, many of them small, and the sums of each level."""
    chance = random.Random(seed)
    comptes: Comptes = {}
    for place in PLACES:
        for kind in KINDS:
            for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
                own = _one(source, chance)
                cells: list[Cellule] = [(None, None), (place, None), (None, kind), (place, kind)]
                for cell in [*cells, (place, kind, UUID(int=chance.getrandbits(128)))]:
                    into = comptes.setdefault(cell, {})
                    for name, count in own.items():
                        into[name] = int(into.get(name) or 0) + count
    return comptes


def _one(source: str, chance: random.Random) -> dict[str, int]:
    if source in EXACT:
        return _exact(source, chance)
    counts: dict[str, int] = {}
    for total, parts in SOMMES[source]:
        if total not in counts:
            counts[total] = chance.choice((0, 3, 7, 12, 30, 60))
        left = counts[total]
        for part in parts:
            if part not in counts:
                counts[part] = min(left, chance.choice((0, 0, 1, 2, 4, 9, left)))
            left = max(0, left - counts[part])
    return counts


def _exact(source: str, chance: random.Random) -> dict[str, int]:
    counts: dict[str, int] = {}
    for total, parts in reversed(SOMMES[source]):
        counts |= {part: chance.choice((0, 0, 1, 2, 4, 9, 30)) for part in parts if part not in counts}
        counts[total] = sum(counts[part] for part in parts)
    return counts


def sums_of(source: str, comptes: Comptes) -> Iterator[tuple[Cle, ...]]:
    """Every sum that a reader knows to hold; what is left of a total is a count that nobody publishes."""
    names = {name for values in comptes.values() for name in values}
    structures = [cell for cell in comptes if len(cell) == 3]
    for name in names:
        for kind in (None, *KINDS):
            yield ((name, (None, kind)), *((name, (place, kind)) for place in PLACES))
        for place in (None, *PLACES):
            yield ((name, (place, None)), *((name, (place, kind)) for kind in KINDS))
            for kind in KINDS if place else ():
                yield (
                    (name, (place, kind)),
                    *((name, cell) for cell in structures if cell[:2] == (place, kind)),
                )
    for rank, (total, parts) in enumerate(SOMMES[source]):
        for cell, values in comptes.items():
            if parts and sum(int(values[part] or 0) for part in parts) <= int(values[total] or 0):
                rest = () if source in EXACT else ((f"reste {rank}", cell),)
                yield ((total, cell), *((part, cell) for part in parts), *rest)


@pytest.mark.parametrize(("source", "seeds"), SEEDS.items())
def test_no_small_count_is_found_by_solving_the_sums_of_every_level(source: str, seeds: int) -> None:
    hidden_somewhere = 0
    for seed in range(seeds):
        comptes = make_counts(source, seed)
        shown = hide_cells(source, comptes)
        known = {
            (name, cell): 0 for name in {n for n, _ in shown} for cell in _every_cell() if cell not in comptes
        }
        known |= {
            key: int(count)
            for key, count in shown.items()
            if isinstance(count, int) and "reste" not in key[0]
        }
        secret = {key for key, count in shown.items() if count is Absence.SECRET and "reste" not in key[0]}
        hidden_somewhere += len(secret)
        found = solve(known, sums_of(source, comptes))
        small = {key: found[key] for key in secret & set(found) if 0 < found[key] < SEUIL}
        assert not small, f"graine {seed}"
    assert hidden_somewhere > 20


def _every_cell() -> list[Cellule]:
    return [(place, kind) for place in (None, *PLACES) for kind in (None, *KINDS)]


def make_demandes(seed: int) -> tuple[list[Demande], Comptes]:
    """Orientations by intercommunal body and type, many of them few, and the counts of the territories they make."""
    chance = random.Random(seed)
    demandes, comptes = [], Comptes()
    for place in PLACES[:2]:
        for epci in range(chance.choice((1, 2, 4))):
            whole = [0, 0, 0, 0]
            for kind in KINDS:
                sent = [chance.choice((0, 0, 1, 3, 8, 25)) for _ in range(3)]
                own = [sum(sent), *sent]
                if own[0]:
                    demandes.append(Demande(place, f"E{place}{epci}", kind, *own[:3]))
                    cells: list[Cellule] = [(None, None), (place, None), (None, kind), (place, kind)]
                    for cell in cells:
                        into = comptes.setdefault(cell, dict.fromkeys(ENVOIS, 0))
                        for name, count in zip(ENVOIS, own, strict=True):
                            into[name] = int(into[name] or 0) + count
                    whole = [a + b for a, b in zip(whole, own, strict=True)]
            if whole[0]:
                demandes.append(Demande(place, f"E{place}{epci}", None, *whole[:3]))
    return demandes, comptes


def test_no_small_count_of_an_intercommunal_body_is_found_beside_its_territory() -> None:
    hidden_somewhere = 0
    for seed in range(12):
        demandes, comptes = make_demandes(seed)
        compteur = Compteur("candidatures", comptes)
        epcis = hide_epcis(demandes, compteur)
        shown: dict[Any, Any] = {
            (name, place, "*", kind): count
            for (name, (place, kind, *_)), count in compteur.montres.items()
            if name in ENVOIS
        } | {key: count for key, count in epcis.items() if key[2] != "*" and key[0] != "reste"}
        places = {(d.departement, d.epci, d.type) for d in demandes} | {(p, "*", k) for p, k, *_ in comptes}
        sums: list[list[Any]] = [
            [("envoyees", *place), *((name, *place) for name in ENVOIS[1:])] for place in places
        ]
        for name in ENVOIS:
            for whole in {(p, "*", k) for p, _, k in places if p}:
                parts = [x for x in places if x[1] != "*" and (x[0], x[2]) == (whole[0], whole[2])]
                sums.append([(name, *whole), *((name, *part) for part in parts)])
            for p, e in {(p, e) for p, e, _ in places}:
                sums.append([(name, p, e, None), *((name, *x) for x in places if x[:2] == (p, e) and x[2])])
            for kind in (None, *KINDS):
                inside = [x for x in places if x[0] and x[1] == "*" and x[2] == kind]
                sums.append([(name, None, "*", kind), *((name, *x) for x in inside)])
        known = {key: count for key, count in shown.items() if isinstance(count, int)}
        secret = {key for key, count in shown.items() if count is Absence.SECRET}
        hidden_somewhere += len(secret)
        found = solve(known, sums)
        small = {key: found[key] for key in secret & set(found) if 0 < found[key] < SEUIL}
        assert not small, f"graine {seed}"
    assert hidden_somewhere > 20


def test_territories_hide_the_same_whether_their_structures_are_read_or_not() -> None:
    for seed in range(20):
        comptes = make_counts("sorties", seed)
        alone = hide_cells("sorties", {cell: values for cell, values in comptes.items() if len(cell) == 2})
        together = hide_cells("sorties", comptes)
        assert {key: together[key] for key in alone} == alone


def make_employees(seed: int, mean: int) -> Comptes:
    """Distinct persons of each level, a few of whom work for two types; the question has no answer within one type."""
    chance = random.Random(seed)
    seen: dict[Cellule, dict[int, set[str]]] = {}
    person = 0
    for place in PLACES:
        for kind in KINDS:
            for _ in range(int(chance.expovariate(1 / mean))):
                person += 1
                own = {kind, chance.choice(KINDS)} if chance.random() < 0.04 else {kind}
                for each in own:
                    for cell in ((None, None), (place, None), (None, each), (place, each)):
                        seen.setdefault(cell, {}).setdefault(person, set()).add(each)
    return {
        cell: {
            "personnes": len(persons),
            "personnes_deux_types": None if cell[1] else sum(len(kinds) > 1 for kinds in persons.values()),
        }
        for cell, persons in seen.items()
    }


@pytest.mark.parametrize(("mean", "least"), [(4, 20), (40, 8)])
def test_persons_of_two_types_are_not_found_by_adding_types_and_the_region_is_told(
    mean: int, least: int
) -> None:
    hidden_somewhere = 0
    for seed in range(8):
        comptes = make_employees(seed, mean)
        shown = {
            key: count
            for key, count in hide_cells("presents", comptes).items()
            if key[0] in ("personnes", "personnes_deux_types")
        }
        assert shown[("personnes", (None, None))] == comptes[(None, None)]["personnes"], f"graine {seed}"
        sums: list[list[Any]] = []
        for place in (None, *PLACES):
            # Here nobody is of three types: types make the total, and once more those of two.
            sums.append([("somme", place), *(("personnes", (place, kind)) for kind in KINDS)])
            sums.append(
                [("somme", place), ("personnes", (place, None)), ("personnes_deux_types", (place, None))]
            )
        for name, kinds in (("personnes", (None, *KINDS)), ("personnes_deux_types", (None,))):
            sums += [[(name, (None, kind)), *((name, (place, kind)) for place in PLACES)] for kind in kinds]
        known: dict[Any, int] = {
            (n, cell): 0 for n, *_ in shown for cell in _every_cell() if cell not in comptes
        }
        known |= {key: count for key, count in shown.items() if isinstance(count, int)}
        secret = {key for key, count in shown.items() if count is Absence.SECRET}
        hidden_somewhere += len(secret)
        found = solve(known, sums)
        small = {key: found[key] for key in secret & set(found) if 0 < found[key] < SEUIL}
        assert not small, f"graine {seed}"
    assert hidden_somewhere > least


def test_counts_of_a_past_day_never_differ_by_a_few() -> None:
    told = [as_known(count) for count in range(200)]
    assert told[:9] == [0, 0, 0, 5, 5, 5, 5, 5, 10]
    assert all(
        isinstance(count, int) and count % 5 == 0 and abs(count - n) <= 2 for n, count in enumerate(told)
    )
    assert as_known(Absence.SECRET) is Absence.SECRET

"""Publics: who counts in which, distinct persons at each level, and what is published again."""

from typing import Any
from uuid import UUID

import pytest

from services.parcours.commands.publics import changed
from services.parcours.domain.publics import (
    Cellule,
    Presence,
    Profil,
    Refus,
    cellules,
    compter,
    publics_de,
)

ONE, TWO = UUID(int=1), UUID(int=2)
PERSON = Profil(False, 1990, "40", ())


def of(annee: int = 2017, **values: Any) -> set[str]:
    return publics_de(PERSON._replace(**values), annee)


def test_a_person_is_of_the_publics_of_their_entry() -> None:
    assert of() == set()
    assert of(femme=True, criteres=("RSA",)) == {"FEMME", "RSA"}
    assert of(criteres=("DELD",)) == {"DELD", "LONGUE_DUREE"}
    assert of(criteres=("DETLD", "TH")) == {"DETLD", "TH", "LONGUE_DUREE"}
    assert of(criteres=("PI", "PM", "QPV")) == {"PI", "PM", "QPV", "AUTRE_SITUATION"}
    assert of(niveau_formation="70") == {"SANS_DIPLOME"}
    assert of(niveau_formation=None) == {"NIVEAU_INCONNU"}
    assert of(niveau_formation="50") == set()
    assert publics_de(None, 2017) == {"INCONNU"}


@pytest.mark.parametrize(
    ("naissance", "publics"), [(1992, {"JEUNE"}), (1991, set()), (1968, set()), (1967, {"SENIOR"})]
)
def test_the_age_is_that_of_the_year_whatever_the_criteria_say(naissance: int, publics: set[str]) -> None:
    assert of(naissance=naissance) == publics
    assert of(naissance=naissance, criteres=("JEUNE",)) == publics
    assert of(naissance=naissance, criteres=("SENIOR",)) == publics


def test_a_distinct_person_counts_once_at_each_level() -> None:
    places = [
        Presence(ONE, 2017, "59", "ACI"),
        Presence(ONE, 2017, "59", "EI"),
        Presence(ONE, 2017, "62", "ACI"),
        Presence(TWO, 2017, "59", "ACI"),
        Presence(TWO, 2018, "59", "ACI"),
    ]
    counts = compter(places, {ONE: PERSON._replace(femme=True), TWO: PERSON}, ())
    found = {cell[0:1] + cell[2:]: (c.effectif, c.publics["FEMME"]) for cell, c in counts.items()}
    assert found == {
        (2017, None, None): (2, 1), (2017, None, "ACI"): (2, 1), (2017, None, "EI"): (1, 1),
        (2017, "59", None): (2, 1), (2017, "59", "ACI"): (2, 1), (2017, "59", "EI"): (1, 1),
        (2017, "62", None): (1, 1), (2017, "62", "ACI"): (1, 1),
        (2018, None, None): (1, 0), (2018, None, "ACI"): (1, 0), (2018, "59", None): (1, 0), (2018, "59", "ACI"): (1, 0),
    }  # fmt: skip
    assert {cell.region for cell in counts} == {"32"}


def test_somebody_erased_is_still_counted_and_of_no_public() -> None:
    counts = compter([Presence(ONE, 2017, "59", "ACI")], {}, ())
    assert {(c.effectif, *c.publics.items()) for c in counts.values()} == {(1, ("INCONNU", 1))}


def test_refusals_add_up_and_one_without_reason_is_of_none() -> None:
    refused = [
        Refus(2017, "59", "ACI", "no_position", 3),
        Refus(2017, "62", "ACI", "no_position", 2),
        Refus(2017, "59", "ACI", None, 7),
    ]
    counts = compter((), {}, refused)
    assert counts[Cellule(2017, "32", None, "ACI")].refus == {"no_position": 5}
    assert counts[Cellule(2017, "32", "59", None)].refus == {"no_position": 3}
    assert {c.effectif for c in counts.values()} == {0}


def test_every_cell_has_its_key_and_a_departement_of_no_region_none() -> None:
    cells = {*cellules(2017, "59", "ACI"), *cellules(2018, "59", "ACI"), *cellules(2017, "2A", "ACI")}
    assert len(cells) == len({cell.identifier for cell in cells}) == 12
    assert cellules(2017, "99", "ACI") == ()


def test_only_what_changed_is_published_and_what_is_gone_falls_to_zero() -> None:
    counts = compter(
        [Presence(ONE, 2017, "59", "ACI")], {ONE: PERSON}, [Refus(2017, "59", "ACI", "other", 1)]
    )
    first = changed(counts, ())
    assert {line.version for line in first} == {1}
    rows = [line.model_dump() for line in first]
    assert changed(counts, rows) == []
    again = changed(compter([Presence(ONE, 2017, "59", "ACI")], {ONE: PERSON}, ()), rows)
    assert [(line.version, line.effectif, line.refus) for line in again] == [(2, 1, {})] * 4
    gone = changed({}, rows)
    assert [(line.version, line.effectif, line.publics) for line in gone] == [(2, 0, {})] * 4

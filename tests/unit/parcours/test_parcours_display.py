"""What is shown of a PASS IAE besides its numbers: the days left, and when a suspension is declared in time (§5.2, §5.5)."""

from typing import Any

import pytest

from services.parcours.domain.pass_iae import afficher_reste
from tests.factories.simulators import simulate


def a_pass(**changes: Any) -> dict[str, Any]:
    pass_iae = {"date_debut": "2021-03-25", "au": "2022-11-22", "suspensions": [], "prolongations": []}
    return pass_iae | changes


def a_suspension(**changes: Any) -> dict[str, Any]:
    suspension = {
        "pass": {"debut": "2022-01-10", "fin": "2024-01-09"}, "au": "2022-11-22", "derniere_embauche": "2022-01-10",
        "autres": [], "debut": "2022-11-01", "fin": "2022-12-01",
    }  # fmt: skip
    return suspension | changes


@pytest.mark.parametrize(
    ("jours", "told"),
    [
        (-1, "0 jour"),
        (0, "0 jour"),
        (1, "1 jour"),
        (6, "6 jours"),
        (7, "7 jours (1 semaine)"),
        (13, "13 jours (1 semaine et 6 jours)"),
        (14, "14 jours (2 semaines)"),
        (15, "15 jours (2 semaines et 1 jour)"),
        (30, "30 jours (4 semaines et 2 jours)"),
        (31, "31 jours (Environ 1 mois)"),
        (123, "123 jours (Environ 4 mois)"),
        (161, "161 jours (Environ 5 mois et 1 semaine)"),
        (162, "162 jours (Environ 5 mois et 1 semaine)"),
        (187, "187 jours (Environ 6 mois)"),
        (189, "189 jours (Environ 6 mois et 1 semaine)"),
        (213, "213 jours (Environ 7 mois)"),
        (238, "238 jours (Environ 7 mois et 3 semaines)"),
        (364, "364 jours (Environ 11 mois et 4 semaines)"),
        (365, "365 jours (Environ 1 an)"),
        (375, "375 jours (Environ 1 an)"),
        (729, "729 jours (Environ 1 an et 11 mois)"),
        (730, "730 jours (Environ 2 ans)"),
    ],
)
def test_the_days_left_are_shown_with_an_estimate_from_a_week_on(jours: int, told: str) -> None:
    assert afficher_reste(jours) == told


async def test_a_pass_shows_what_is_left_of_it() -> None:
    told = await simulate("pass-iae", a_pass())
    assert (told["jours_restants"], told["reste_affiche"]) == (123, "123 jours (Environ 4 mois)")
    assert (await simulate("pass-iae", a_pass(date_fin="2021-03-25")))["reste_affiche"] is None


@pytest.mark.parametrize(
    ("changes", "floor", "target"),
    [
        ({}, "2022-01-10", "2022-10-23"),
        ({"derniere_embauche": "2022-11-02"}, "2022-11-02", "2022-11-02"),
        ({"derniere_embauche": None}, "2021-11-22", "2022-10-23"),
        ({"autres": [["2022-02-01", "2022-11-09"]]}, "2022-11-10", "2022-11-10"),
    ],
)
async def test_a_suspension_is_declared_within_30_days_though_it_may_go_further_back(
    changes: dict[str, Any], floor: str, target: str
) -> None:
    told = await simulate("suspension", a_suspension(**changes))
    assert (told["debut_minimal"], told["debut_cible"]) == (floor, target)

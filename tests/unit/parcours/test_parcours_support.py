"""Dates of the support of a person, terms after an exit, and when somebody may be erased (``domaine/parcours.md`` §3.3)."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from services.parcours.commands.accompagnement import ALLOWED, REQUIRED, Frein, Intensite
from services.parcours.domain.accompagnement import (
    FREINS,
    INTENSITES,
    NATURES,
    refus_de_dates,
    refus_de_suivi,
)
from services.parcours.domain.dossier import Dossier
from services.parcours.domain.effacement import dernier_jour, refus_d_effacement
from services.parcours.domain.errors_pass import fault_of
from services.parcours.domain.nir import masquer
from services.parcours.domain.regles import Periode
from shared.errors import BusinessError
from tests.factories.dossier import a_pass

START = date(2024, 1, 31)


@pytest.mark.parametrize(
    ("nature", "fin", "codes"),
    [
        ("PMSMP", None, []),
        ("PMSMP", date(2024, 1, 31), []),
        ("PMSMP", date(2024, 2, 28), []),
        ("PMSMP", date(2024, 2, 29), ["immersion_trop_longue"]),
        ("FORMATION", date(2025, 1, 31), []),
        ("FORMATION", date(2024, 1, 30), ["periode_inversee"]),
        ("PMSMP", date(2024, 1, 30), ["periode_inversee"]),
    ],
)
def test_an_immersion_lasts_one_month_and_nothing_ends_before_it_starts(
    nature: str, fin: date | None, codes: list[str]
) -> None:
    assert [refus.code for refus in refus_de_dates(nature, START, fin)] == codes


@pytest.mark.parametrize(
    ("echeance", "jour", "codes"),
    [
        (3, date(2024, 4, 29), ["suivi_trop_tot"]),
        (3, date(2024, 4, 30), []),
        (6, date(2024, 7, 30), ["suivi_trop_tot"]),
        (6, date(2024, 7, 31), []),
    ],
)
def test_a_situation_is_told_from_its_term_on(echeance: int, jour: date, codes: list[str]) -> None:
    assert [refus.code for refus in refus_de_suivi(START, echeance, jour)] == codes


def test_a_refusal_told_with_others_keeps_its_source() -> None:
    assert fault_of(BusinessError("un")) == {"champ": "", "code": "refus", "detail": "un", "correction": ""}
    (refusal,) = refus_de_dates("PMSMP", date(2024, 1, 31), date(2024, 2, 29))
    assert fault_of(refusal) == {
        "champ": "date_fin",
        "code": "immersion_trop_longue",
        "detail": "Une immersion dure un mois au plus.",
        "correction": "Enregistrez une immersion par convention.",
        "source": "CT L5135-4 : un mois par convention (à confirmer)",
    }


def test_the_api_takes_the_codes_of_the_domain() -> None:
    assert (get_args(Frein), get_args(Intensite)) == (FREINS, INTENSITES)
    assert REQUIRED.keys() == ALLOWED.keys() == set(NATURES)
    assert all(REQUIRED[nature] <= ALLOWED[nature] for nature in NATURES)


def test_somebody_is_erased_730_days_after_the_last_act_of_their_pathway() -> None:
    known = a_pass(date(2021, 10, 1))  # ends on 30 September 2023
    dossier = Dossier(passes=[known], agrements=[Periode(date(2019, 1, 1), date(2020, 12, 31))])
    assert [r.code for r in refus_d_effacement(dossier, None, date(2025, 9, 28))] == ["parcours_recent"]
    assert refus_d_effacement(dossier, None, date(2025, 9, 29)) == []
    assert refus_d_effacement(dossier, date(2023, 10, 1), date(2025, 9, 29)) != []
    assert refus_d_effacement(Dossier(), None, date(2025, 9, 29)) == []
    assert dernier_jour(replace(dossier, passes=[]), None) == date(2020, 12, 31)


def test_a_nir_is_shown_by_its_first_three_figures_only() -> None:
    assert masquer("295059912345678") == "2 95 ** ** *** *** **"
    assert masquer(None) is None

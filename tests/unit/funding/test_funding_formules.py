"""Worked examples of the financing formulas."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.formules import (
    FORMULES,
    acomptes,
    arrondir,
    duree_mois,
    montant_annexe,
    montant_par_periodes,
    part_cofinancee,
    tronquer,
)
from services.funding.domain.realisation import du_cumule

D = Decimal


@pytest.mark.parametrize(
    ("debut", "fin", "mois"),
    [
        (date(2017, 1, 1), date(2017, 12, 31), 12),
        (date(2017, 5, 1), date(2017, 12, 31), 8),
        (date(2017, 12, 15), date(2018, 1, 2), 2),
        (date(2017, 3, 31), date(2017, 3, 31), 1),
    ],
)
def test_f03_counts_the_months_touched(debut: date, fin: date, mois: int) -> None:
    assert duree_mois(debut, fin) == mois


def test_f05_of_no_etp_is_nothing() -> None:
    assert montant_annexe(D(0), D(19655), 12) == montant_annexe(D(0), D(19655), 8) == 0


def test_f05_rounds_half_up_not_half_even() -> None:
    assert montant_annexe(D("0.01"), D("0.5"), 12) == D("0.01")


def test_f06_with_one_period_is_f05() -> None:
    assert montant_par_periodes(D("8.15"), [(D(19897), 12)]) == [D("162160.55")]


@given(
    montant=st.decimals(0, 10**9, places=2),
    mois=st.integers(1, 12),
)
def test_f07_always_pays_the_whole_amount(montant: Decimal, mois: int) -> None:
    parts = acomptes(montant, mois)
    assert len(parts) == mois
    assert sum(parts) == montant
    assert all(part == arrondir(part) for part in parts)


def test_f12_is_zero_without_an_amount() -> None:
    assert part_cofinancee(D(0), D(100)) == 0


@pytest.mark.parametrize(
    ("valeur", "centimes"),
    [
        ("1.005", "1.01"),
        ("1.0049", "1.00"),
        ("-1.005", "-1.01"),
        ("0.125", "0.13"),
        ("0", "0.00"),
        ("7", "7.00"),
    ],
)
def test_rounding_is_half_up_away_from_zero(valeur: str, centimes: str) -> None:
    assert str(arrondir(D(valeur))) == centimes


@given(valeur=st.decimals(-(10**9), 10**9, places=6))
def test_rounding_is_that_of_the_decimal_module(valeur: Decimal) -> None:
    assert arrondir(valeur) == valeur.quantize(D("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(("valeur", "coupe"), [("9.999", "9.99"), ("10", "10.00"), ("-0.019", "-0.01")])
def test_cutting_never_rounds(valeur: str, coupe: str) -> None:
    assert tronquer(D(valeur)) == D(coupe)


def test_a_half_cent_behind_a_repeating_division_is_still_rounded_up() -> None:
    # 0.35 h / 1820 repeats for ever, yet the product is 3.745 exactly.
    assert du_cumule(D("0.35"), D(1820), D(19474), D(1000)) == D("3.75")


def test_each_formula_of_the_field_is_told_with_its_source() -> None:
    assert [code for code in FORMULES if code.startswith("F")] == [f"F{n:02d}" for n in range(1, 31)]
    assert all(libelle and source for libelle, source in FORMULES.values())

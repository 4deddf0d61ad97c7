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
    etp_annuel,
    etp_par_financeur,
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


def test_f04_gives_the_yearly_etp_of_a_part_of_year() -> None:
    assert arrondir(etp_annuel(D("7.43"), 8), 4) == D("4.9533")


@pytest.mark.parametrize(
    ("etp", "unitaire", "mois", "montant"),
    [
        ("8.15", "19897", 12, "162160.55"),
        ("7.43", "20199", 8, "100052.40"),
        ("10", "20441", 2, "34068.34"),
        ("24.76", "23921", 12, "592283.96"),
        ("0", "19655", 12, "0.00"),
    ],
)
def test_f05_finds_real_annexes_again(etp: str, unitaire: str, mois: int, montant: str) -> None:
    assert montant_annexe(D(etp), D(unitaire), mois) == D(montant)


def test_f05_rounds_half_up_not_half_even() -> None:
    assert montant_annexe(D("0.01"), D("0.5"), 12) == D("0.01")


def test_f06_adds_the_periods_of_a_year_of_three_baremes() -> None:
    amounts = montant_par_periodes(D(10), [(D(11087), 4), (D(11381), 3), (D(11609), 5)])
    assert amounts == [D("36956.68"), D("28452.51"), D("48370.85")]
    assert sum(amounts) == D("113780.04")


def test_f06_with_one_period_is_f05() -> None:
    assert montant_par_periodes(D("8.15"), [(D(19897), 12)]) == [D("162160.55")]


def test_f07_pays_a_twelfth_and_the_last_month_absorbs_the_cents() -> None:
    assert acomptes(D("162160.55"), 12) == [D("13513.38")] * 11 + [D("13513.37")]
    assert acomptes(D("592283.96"), 12)[0] == D("49357.00")


@given(
    montant=st.decimals(0, 10**9, places=2),
    mois=st.integers(1, 12),
)
def test_f07_always_pays_the_whole_amount(montant: Decimal, mois: int) -> None:
    parts = acomptes(montant, mois)
    assert len(parts) == mois
    assert sum(parts) == montant
    assert all(part == arrondir(part) for part in parts)


def test_f12_and_f13_share_the_etp_of_a_real_annexe() -> None:
    part = part_cofinancee(D("310393.20"), D("72150.90"))
    assert arrondir(part, 5) == D("0.23245")
    cd, etat = etp_par_financeur(D("15.60"), part, 12)
    assert arrondir(cd, 4) == D("3.6262")
    assert arrondir(etat, 4) == D("11.9738")


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

"""The dated barème: published values, absent ones, special cases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.funding.domain.bareme import A_MAYOTTE, GENERAL, PENITENTIAIRE, Cas, cas, montant_unitaire
from services.funding.domain.errors import BaremeAbsent
from shared.reference.nomenclatures import baremes_aide_poste


@pytest.mark.parametrize(
    ("type_structure", "le", "euros"),
    [
        ("EI", "2013-12-31", 10000),
        ("ETTI", "2014-01-01", 4250),
        ("ACI", "2014-07-01", 19200),
        ("ACI", "2017-01-01", 19655),
        ("AI", "2017-12-31", 1331),
        ("ACI", "2018-01-01", 19897),
        ("EITI", "2019-06-15", 5548),
        ("ETTI", "2020-02-01", 4299),
        ("EI", "2021-09-30", 10751),
        ("EI", "2021-10-01", 10988),
        ("ETTI", "2022-04-30", 4253),
        ("EI", "2022-08-01", 11609),
        ("EITI", "2022-12-31", 6001),
        ("ACI", "2024-10-31", 23196),
        ("EI", "2024-12-31", 12459),
        ("EI", "2025-01-01", 13304),
        ("ACI", "2026-12-31", 23921),
    ],
)
def test_the_amount_is_the_one_in_force_that_day(type_structure: str, le: str, euros: int) -> None:
    assert montant_unitaire(type_structure, date.fromisoformat(le)).euros == Decimal(euros)


@pytest.mark.parametrize(
    ("type_structure", "le"),
    [
        ("EI", "2012-12-31"),
        ("ACI", "2014-06-30"),
        ("ETTI", "2013-05-01"),
        ("EITI", "2018-12-31"),
        ("ETTI", "2021-03-01"),
        ("EITI", "2021-03-01"),
        ("EITI", "2022-03-01"),
        ("EITI", "2023-06-01"),
        ("EITI", "2024-05-01"),
        ("EI", "2026-01-01"),
        ("ACI", "2027-01-01"),
        ("GEIQ", "2017-01-01"),
    ],
)
def test_a_value_that_no_text_gives_is_refused_never_guessed(type_structure: str, le: str) -> None:
    with pytest.raises(BaremeAbsent):
        montant_unitaire(type_structure, date.fromisoformat(le))


@pytest.mark.parametrize("table", [GENERAL, A_MAYOTTE, PENITENTIAIRE])
def test_paliers_come_in_order_and_each_names_its_source(table: tuple[object, ...]) -> None:
    days = [palier.a_compter_du for palier in table]  # type: ignore[attr-defined] # three tables of paliers
    assert days == sorted(set(days))
    assert all(palier.source for palier in table)  # type: ignore[attr-defined] # idem


def test_the_reference_file_of_two_years_says_the_same() -> None:
    for (annee, type_structure), bareme in baremes_aide_poste().items():
        assert montant_unitaire(type_structure, date(annee, 1, 1)).euros == bareme.montant_socle


def test_prisons_have_sixty_percent_until_2021_then_the_general_amounts() -> None:
    assert montant_unitaire("EI", date(2017, 1, 1), Cas.PENITENTIAIRE).euros == 6142
    assert montant_unitaire("ACI", date(2021, 12, 31), Cas.PENITENTIAIRE).euros == 12658
    assert montant_unitaire("ACI", date(2022, 1, 1), Cas.PENITENTIAIRE).euros == 21286
    with pytest.raises(BaremeAbsent):
        montant_unitaire("AI", date(2017, 1, 1), Cas.PENITENTIAIRE)
    with pytest.raises(BaremeAbsent):
        montant_unitaire("ACI", date(2021, 1, 1) + timedelta(30), Cas.PENITENTIAIRE)


def test_the_bareme_of_a_case_follows_the_place_and_the_prison() -> None:
    told = [
        cas(mayotte=mayotte, penitentiaire=prison) for mayotte in (False, True) for prison in (False, True)
    ]
    assert told == [Cas.GENERAL, Cas.PENITENTIAIRE, Cas.MAYOTTE, Cas.MAYOTTE_PENITENTIAIRE]


def test_mayotte_has_its_own_amounts() -> None:
    assert montant_unitaire("EI", date(2025, 6, 1), Cas.MAYOTTE).euros == 10050
    assert montant_unitaire("ACI", date(2023, 5, 1), Cas.MAYOTTE_PENITENTIAIRE).euros == 17510
    with pytest.raises(BaremeAbsent):
        montant_unitaire("ACI", date(2020, 5, 1), Cas.MAYOTTE_PENITENTIAIRE)

"""Agréments and contracts, judged by the rules of their date (``domaine/parcours.md`` §7 and §11)."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from decimal import Decimal

import pytest

from services.parcours.domain.agrement import couvre, lire_agrement
from services.parcours.domain.contrat import (
    verifier_couverture,
    verifier_duree,
    verifier_horaire,
    verifier_type,
)
from services.parcours.domain.errors import (
    AgrementIncomplet,
    AgrementInvalide,
    DureeContrat,
    HeuresExcessives,
    PeriodeInversee,
    SansAgrement,
    TypeContratNonAdmis,
)
from services.parcours.domain.regles import Periode, plus_mois

Outcome = AbstractContextManager[object]
OK = nullcontext()
NUMERO = "000000000001"
AGREMENT = Periode(date(2017, 1, 2), date(2019, 1, 1))


@pytest.mark.parametrize(
    ("jour", "mois", "after"),
    [
        (date(2017, 1, 31), 1, date(2017, 2, 28)),
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2017, 10, 31), 4, date(2018, 2, 28)),
        (date(2017, 3, 15), -12, date(2016, 3, 15)),
    ],
)
def test_months_keep_the_day_else_the_last_of_the_month(jour: date, mois: int, after: date) -> None:
    assert plus_mois(jour, mois) == after


def test_an_agrement_lasts_twenty_four_months_at_most() -> None:
    assert lire_agrement(NUMERO, date(2017, 1, 2), date(2019, 1, 1))
    with pytest.raises(AgrementInvalide):
        lire_agrement(NUMERO, date(2017, 1, 2), date(2019, 1, 2))
    with pytest.raises(AgrementInvalide):
        lire_agrement(NUMERO, date(2017, 1, 2), date(2017, 1, 1))


def test_no_agrement_starts_since_the_pass_iae() -> None:
    assert lire_agrement(NUMERO, date(2021, 8, 31), date(2023, 8, 30))
    with pytest.raises(AgrementInvalide):
        lire_agrement(NUMERO, date(2021, 9, 1), date(2023, 8, 31))


@pytest.mark.parametrize(
    ("numero", "debut", "fin"),
    [
        (None, date(2017, 1, 2), date(2019, 1, 1)),
        (NUMERO, None, date(2019, 1, 1)),
        (NUMERO, date(2017, 1, 2), None),
    ],
)
def test_an_agrement_is_given_whole(numero: str | None, debut: date | None, fin: date | None) -> None:
    with pytest.raises(AgrementIncomplet):
        lire_agrement(numero, debut, fin)
    assert lire_agrement(None, None, None) is None


def test_one_day_in_common_is_enough_to_be_under_an_agrement() -> None:
    december, january = (date(2016, 12, 1), date(2017, 1, 2)), (date(2019, 1, 1), date(2019, 1, 31))
    assert couvre([AGREMENT], *december)
    assert couvre([AGREMENT], *january)
    assert not couvre([AGREMENT], date(2016, 12, 1), date(2017, 1, 1))
    assert not couvre([AGREMENT], date(2019, 1, 2), date(2019, 1, 31))


@pytest.mark.parametrize(
    ("type_structure", "type_contrat", "outcome"),
    [
        ("ACI", "CDDI", OK),
        ("EI", "CDDI", OK),
        ("AI", "CDDI", OK),
        ("AI", "CDD_USAGE", OK),
        ("ETTI", "CTT", OK),
        ("AUTRE", "CDDI", OK),
        ("ACI", "CTT", pytest.raises(TypeContratNonAdmis)),
        ("EI", "CDD_USAGE", pytest.raises(TypeContratNonAdmis)),
        ("AUTRE", "CTT", pytest.raises(TypeContratNonAdmis)),
        ("EITI", "CDDI", pytest.raises(TypeContratNonAdmis)),
    ],
)
def test_types_of_contract_by_type_of_structure(
    type_structure: str, type_contrat: str, outcome: Outcome
) -> None:
    with outcome:
        verifier_type(type_structure, type_contrat, date(2017, 1, 2))


def test_there_was_no_cddi_before_the_law_that_made_it() -> None:
    with pytest.raises(TypeContratNonAdmis):
        verifier_type("ACI", "CDDI", date(2009, 5, 31))


@pytest.mark.parametrize(
    ("fin", "outcome"),
    [
        pytest.param(date(2017, 4, 29), pytest.raises(DureeContrat), id="four months less a day"),
        pytest.param(date(2017, 4, 30), OK, id="four months"),
        pytest.param(date(2018, 12, 31), OK, id="730 days, both ends included"),
        pytest.param(date(2019, 1, 1), pytest.raises(DureeContrat), id="731 days"),
    ],
)
def test_a_cddi_lasts_from_four_months_to_730_days(fin: date, outcome: Outcome) -> None:
    with outcome:
        verifier_duree("CDDI", date(2017, 1, 1), fin)


def test_a_mission_may_be_short_but_not_over_730_days() -> None:
    verifier_duree("CTT", date(2017, 1, 1), date(2017, 1, 1))
    verifier_duree("CDD_USAGE", date(2017, 1, 1), date(2017, 1, 1))
    with pytest.raises(DureeContrat):
        verifier_duree("CTT", date(2017, 1, 1), date(2019, 1, 1))
    with pytest.raises(PeriodeInversee):
        verifier_duree("CTT", date(2017, 1, 2), date(2017, 1, 1))


def test_forty_eight_hours_a_week_at_most() -> None:
    verifier_horaire(Decimal(48), date(2017, 1, 2))
    with pytest.raises(HeuresExcessives):
        verifier_horaire(Decimal("48.01"), date(2017, 1, 2))


@pytest.mark.parametrize(
    ("type_structure", "heures", "debut", "outcome"),
    [
        pytest.param("ACI", 26, date(2017, 3, 1), OK, id="under the agrément"),
        pytest.param("ACI", 26, date(2016, 12, 31), pytest.raises(SansAgrement), id="before the agrément"),
        pytest.param("AI", 16, date(2016, 12, 31), OK, id="AI up to 16 h, in 2016"),
        pytest.param("AI", 17, date(2016, 12, 31), pytest.raises(SansAgrement), id="AI beyond 16 h"),
        pytest.param("AI", 16, date(2021, 9, 1), pytest.raises(SansAgrement), id="AI since the PASS IAE"),
    ],
)
def test_the_first_day_of_a_contract_is_under_an_agrement(
    type_structure: str, heures: int, debut: date, outcome: Outcome
) -> None:
    with outcome:
        verifier_couverture([AGREMENT], type_structure, Decimal(heures), debut)

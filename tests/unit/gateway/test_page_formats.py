from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.gateway.pages import formats as f
from services.gateway.pages.formats import Absence, Unite, Valeur

D = Decimal
FINE, INSECABLE, MOINS = "\u202f", "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("value", "decimales", "written"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (18_000, 0, f"18{FINE}000"),
        (D("1234567.5"), 0, f"1{FINE}234{FINE}568"),
        (D("-1234.25"), 1, f"{MOINS}1{FINE}234,3"),
        (D("-0.4"), 0, "0"),
    ],
)
def test_a_number_has_narrow_spaces_a_comma_and_a_true_minus(
    value: int | Decimal, decimales: int, written: str
) -> None:
    assert f.nombre(value, decimales) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (D("134.76"), "134,8"),
        (D("999.94"), "999,9"),
        (D("999.95"), f"1{FINE}000"),
        (D("13000.00"), f"13{FINE}000"),
        (D(0), "0,0"),
    ],
)
def test_etp_lose_their_decimal_from_a_thousand_on(value: Valeur, written: str) -> None:
    assert f.etp(value) == written


def test_rates_gaps_and_amounts_have_their_own_spaces() -> None:
    assert f.taux(D("0.585")) == f"58,5{FINE}%"
    assert f.taux(D("1.3030"), 0) == f"130{FINE}%"
    assert f.points(D("0.032")) == "+3,2 points"
    assert f.points(D("-0.011")) == f"{MOINS}1,1 point"
    assert f.ecart(6) == "+6"
    assert f.ecart(-6) == f"{MOINS}6"
    assert f.ecart(0) == "0"
    assert f.euros(D("1958479.58")) == f"1{FINE}958{FINE}480{INSECABLE}€"
    assert f.millions_euros(D(140_000_000)) == f"140,0{INSECABLE}M€"
    assert f.heures(575_000) == f"575{FINE}000{INSECABLE}h"


@pytest.mark.parametrize("unite", list(Unite))
def test_zero_unknown_secret_and_not_applicable_are_never_confused(unite: Unite) -> None:
    written = [f.valeur(value, unite) for value in (0, None, Absence.SECRET, Absence.SANS_OBJET)]
    assert written[0].startswith("0")
    assert written[1:] == ["non communiqué", "secret", "sans objet"]


def test_days_are_long_in_texts_and_short_in_tables() -> None:
    assert f.date_longue(date(2017, 12, 31)) == "31 décembre 2017"
    assert f.date_longue(date(2017, 3, 1)) == "1er mars 2017"
    assert f.date_courte(date(2017, 12, 31)) == "31/12/2017"
    assert f.mois(date(2017, 8, 1)) == "août 2017"
    assert f.mois_abrege(date(2017, 12, 1)) == "déc."


def test_hours_are_those_of_france_in_winter_and_in_summer() -> None:
    assert f.heure(datetime(2018, 1, 15, 13, 10, tzinfo=UTC)) == f"14{INSECABLE}h{INSECABLE}10"
    assert (
        f.date_heure(datetime(2017, 6, 30, 22, 5, tzinfo=UTC))
        == f"1er juillet 2017 à 0{INSECABLE}h{INSECABLE}05"
    )


def test_a_source_silent_since_today_needs_no_date() -> None:
    now = datetime(2018, 1, 15, 17, 0, tzinfo=UTC)
    assert f.depuis(datetime(2018, 1, 15, 13, 10, tzinfo=UTC), now) == f"14{INSECABLE}h{INSECABLE}10"
    assert (
        f.depuis(datetime(2018, 1, 14, 13, 10, tzinfo=UTC), now)
        == f"le 14 janvier 2018 à 14{INSECABLE}h{INSECABLE}10"
    )


@pytest.mark.parametrize(
    ("age", "written"),
    [
        (timedelta(seconds=-1), "0 s"),
        (timedelta(seconds=59, milliseconds=900), "59 s"),
        (timedelta(minutes=12, seconds=40), "12 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=1, hours=4), "1 jour"),
        (timedelta(days=2), "2 jours"),
    ],
)
def test_an_age_is_written_in_its_largest_unit(age: timedelta, written: str) -> None:
    assert f.duree(age) == written.replace(" ", INSECABLE)

"""What declared hours are worth: worked examples and boundaries."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.funding.domain.formules import arrondir
from services.funding.domain.realisation import (
    Annexe,
    Classement,
    aide_eiti,
    atterrissage,
    classement,
    delta,
    du_cumule,
    etp_mensuel_realise,
    etp_plafonnes,
    etp_reprenables,
    heures_vraisemblables,
    montant_consomme,
    moyenne_mensuelle,
    realiser,
    regularisation,
    reversement,
    solde,
    taux_cumule,
    taux_mensuel,
    verse_theorique,
)

D, F = Decimal, Fraction


@pytest.mark.parametrize(("heures", "h", "etp"), [("1365", "1820", "9"), ("2410.5", "1607", "18")])
def test_f02_a_month_of_hours_is_twelve_times_more(heures: str, h: str, etp: str) -> None:
    assert etp_mensuel_realise(D(heures), D(h)) == D(etp)


@pytest.mark.parametrize(("h", "heures"), [(1820, "151.67"), (1607, "133.92"), (1505, "125.42")])
def test_a_full_month_is_a_twelfth_of_the_year(h: int, heures: str) -> None:
    assert arrondir(F(h, 12)) == D(heures)
    assert etp_mensuel_realise(F(h, 12), D(h)) == 1


def test_f08_to_f10_tell_what_is_due_and_what_is_held_back() -> None:
    montant = D("162160.55")
    due = du_cumule(D(5800), D(1820), D(19897), montant)
    paid = verse_theorique(montant, 12, 5)
    assert (due, paid, regularisation(due, paid)) == (D("63408.02"), D("67566.90"), D("-4158.88"))
    assert solde(montant, verse_theorique(montant, 12, 12)) == 0


def test_f08_never_passes_the_amount_of_the_annexe() -> None:
    assert du_cumule(D(20000), D(1820), D(19897), D("162160.55")) == D("162160.55")


def test_f16_is_a_ratio_and_zero_without_agreed_etp() -> None:
    assert arrondir(taux_mensuel(etp_mensuel_realise(D(3942), D(1820)), D("24.76")), 4) == D("1.0497")
    assert taux_mensuel(F(3), D(0)) == 0


def test_f17_compares_with_the_months_gone_by() -> None:
    assert taux_cumule(F(5), D(10), 6) == 1
    assert taux_cumule(F(5), D(0), 6) == 0


def test_f18_leaves_holes_out() -> None:
    assert moyenne_mensuelle([F(9), F(11), F(10)]) == 10


@pytest.mark.parametrize(
    ("realise", "etp", "classe"),
    [
        ("9.999", "10", Classement.SOUS),
        ("10", "10", Classement.CONFORME),
        ("10.009", "10", Classement.CONFORME),
        ("10.01", "10", Classement.SUR),
        ("10", "10.009", Classement.CONFORME),
        ("0", "0", Classement.CONFORME),
    ],
)
def test_f19_cuts_both_terms_without_margin(realise: str, etp: str, classe: Classement) -> None:
    assert classement(F(realise), D(etp)) is classe


def test_f20_takes_the_share_of_the_departement_away() -> None:
    assert montant_consomme(F(15, 2), D(19897)) == D("149227.50")
    assert montant_consomme(F(15, 2), D(19897), F(1, 4)) == D("111920.63")


@pytest.mark.parametrize(
    ("etp", "duree", "annuel"),
    [
        ([10] * 6, 12, F(10)),
        ([4, 10, 10, 10], 12, F(34 + 80, 12)),  # the first month weighs on the sum, not on the trend
        ([6], 12, F(6)),
        ([6, 8], 12, F(14 + 70, 12)),
        ([5] * 12, 12, F(5)),
        ([5] * 14, 12, F(70, 12)),
        ([9, 9], 2, F(18, 12)),
    ],
)
def test_f21_goes_on_as_the_last_three_months(etp: list[int], duree: int, annuel: Fraction) -> None:
    assert atterrissage([F(e) for e in etp], duree) == annuel


@pytest.mark.parametrize(
    ("prevu", "reprenables"),
    [(F(5), "5"), (F(10), "0"), (F(11), "0"), (F(29, 3), "0.33"), (F(7501, 1000), "2.49")],
)
def test_what_can_be_taken_back_is_cut_to_the_hundredth_and_never_negative(
    prevu: Fraction, reprenables: str
) -> None:
    assert etp_reprenables(D(10), 12, prevu) == D(reprenables)


def test_f27_and_f28_cap_and_compare() -> None:
    assert etp_plafonnes(F(11), F(10)) == 10
    assert etp_plafonnes(F(9), F(10)) == 9
    assert delta(F(9), F(10)) == -1


@pytest.mark.parametrize(
    ("heures", "montant"), [("1505", "5614.00"), ("2000", "5614.00"), ("752.5", "2807.00"), ("0", "0.00"), ("1504", "5610.27")]
)  # fmt: skip
def test_f29_pays_an_independent_worker_by_the_hours_up_to_1505(heures: str, montant: str) -> None:
    assert aide_eiti(D(heures), D(5614)) == D(montant)


def test_f30_is_what_was_paid_beyond_what_was_done() -> None:
    assert reversement(D(5000), D(3200)) == D(1800)
    assert reversement(D(3200), D(5000)) == 0


@pytest.mark.parametrize(
    ("type_structure", "jour", "heures"),
    [
        ("ACI", date(2026, 1, 1), 1820),
        ("AI", date(2017, 1, 1), 1607),
        ("EI", date(2024, 12, 31), 1505),
        ("EI", date(2025, 1, 1), 1607),
        ("EITI", date(2019, 1, 1), 1505),
        ("ETTI", date(2017, 1, 1), None),
    ],
)
def test_usual_hours_are_a_check_by_type_and_date(
    type_structure: str, jour: date, heures: int | None
) -> None:
    assert heures_vraisemblables(type_structure, jour) == heures


def make_annexe(etp: str = "10", unitaire: str = "20441", mois: int = 12) -> Annexe:
    return Annexe(D(etp), D(unitaire), D(1820), mois)


def test_six_months_at_the_agreed_pace_conform() -> None:
    done = realiser(make_annexe(), [F(9100, 6)] * 6)
    assert (done.etp_annuel, done.moyenne_mensuelle, done.taux_cumule) == (F(5), F(10), F(1))
    assert done.classement is Classement.CONFORME
    assert (done.atterrissage, done.etp_reprenables) == (F(10), D(0))


def test_the_real_january_of_2026_is_found_again() -> None:
    done = realiser(make_annexe("24.76", "23921"), [D(3942)], eligibles=[D(3896)])
    assert arrondir(done.mois[0]) == D("25.99")
    assert arrondir(done.taux_cumule or F(0), 4) == D("1.0497")
    assert done.verse_cumule == D("49357.00")
    assert done.du_cumule == arrondir(F(3896 * 23921, 1820))  # eligible hours only


def test_what_was_really_paid_and_a_given_amount_replace_the_computed_ones() -> None:
    done = realiser(make_annexe(), [D(1820)], montant=D(500), verse=D(700))
    assert (done.du_cumule, done.verse_cumule, done.regularisation) == (D(500), D(700), D(-200))


def test_nothing_is_said_of_an_annexe_without_a_declared_month() -> None:
    done = realiser(make_annexe(), [])
    assert (done.etp_annuel, done.du_cumule, done.verse_cumule) == (F(0), D(0), D(0))
    assert isinstance(done.etp_annuel, Fraction)  # never a binary float
    assert {done.moyenne_mensuelle, done.taux_cumule, done.classement, done.atterrissage} == {None}
    assert done.etp_reprenables is None

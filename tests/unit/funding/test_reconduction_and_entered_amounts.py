"""Annexes carried over, and amounts that an administrator entered."""

from datetime import date
from decimal import Decimal

import pytest

from services.funding.domain import reconduction as r
from services.funding.domain.annexe import MESURES, deja_active, ensure_bareme
from services.funding.domain.bareme import Cas, ensure_nouveau, montant_unitaire
from services.funding.domain.cofinancement import (
    ensure_rsa_nouveau,
    rsa_du_mois,
    theorie,
    theorie_publiee,
)
from services.funding.domain.echeancier import mois_de
from services.funding.domain.errors import (
    AnneeAvantNotification,
    BaremeAbsent,
    BaremeDejaEnregistre,
    PeriodeInversee,
    ReconductionExpiree,
)
from services.funding.domain.marche import (
    en_retard,
    ensure_annee,
    ensure_fin,
    heures_attendues,
    periode_de_l_annee,
)
from services.funding.domain.saisi import AIDE_POSTE, RSA, Saisi
from services.funding.domain.simulation import periodes

D = Decimal
DEBUT = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("le", "situation", "a_reverser"),
    [
        (date(2025, 1, 1), r.Situation.EN_COURS, 0),
        (date(2025, 5, 31), r.Situation.EN_COURS, 0),
        (date(2025, 6, 1), r.Situation.SUSPENDUE, 0),
        (date(2025, 9, 30), r.Situation.SUSPENDUE, 0),
        (date(2025, 10, 1), r.Situation.A_REVERSER, 250),
    ],
)
def test_a_carrying_over_pays_until_31_may_and_is_paid_back_after_30_september(
    le: date, situation: r.Situation, a_reverser: int
) -> None:
    told = r.reconduction("PROVISOIRE", DEBUT, le, D(1000), D(750))
    assert told == r.Reconduction(situation, date(2025, 5, 31), date(2025, 9, 30), D(a_reverser))
    assert r.reconduction("PROVISOIRE", DEBUT, le, D(750), D(750)).a_reverser == 0
    first_day = r.reconduction("PROVISOIRE", date(2024, 1, 1), date(2024, 1, 1), D(0), D(0))
    assert first_day.situation is r.Situation.EN_COURS


@pytest.mark.parametrize(
    ("etat", "debut"), [("VALIDE", DEBUT), ("PROVISOIRE", date(2023, 12, 31)), ("CLOTURE", DEBUT)]
)
def test_what_is_signed_or_older_than_the_decree_is_not_carried_over(etat: str, debut: date) -> None:
    told = r.reconduction(etat, debut, date(2025, 12, 1), D(1000), D(750))
    assert told == r.Reconduction(r.Situation.SANS_OBJET, None, None, D(0))
    r.ensure_payable(etat, debut, f"{debut.year}-12")


def test_a_month_after_may_of_an_unsigned_annexe_is_not_paid() -> None:
    r.ensure_payable("PROVISOIRE", date(2024, 1, 1), "2024-05")
    with pytest.raises(ReconductionExpiree) as refusal:
        r.ensure_payable("PROVISOIRE", date(2024, 1, 1), "2024-06")
    assert refusal.value.champ == "mois"
    assert refusal.value.source == r.SOURCE


def entered(jour: str, montant: str, *, cas: str = "general", kind: str = "EI") -> Saisi:
    return Saisi(AIDE_POSTE, cas, kind, date.fromisoformat(jour), D(montant), f"arrêté fictif du {jour}")


def test_an_entered_amount_holds_from_its_day_until_the_next_one_known() -> None:
    saisis = [entered("2026-01-01", "13500"), entered("2026-05-01", "13600"), entered("2016-06-01", "10200")]
    for jour, montant in (
        ("2025-12-31", 13304), ("2026-01-01", 13500), ("2026-04-30", 13500), ("2026-05-01", 13600),
        ("2016-05-31", 10143), ("2016-06-01", 10200), ("2016-12-31", 10200), ("2017-01-01", 10237),
    ):  # fmt: skip
        assert montant_unitaire("EI", date.fromisoformat(jour), saisis=saisis).euros == montant
    assert montant_unitaire("EI", date(2026, 6, 1), saisis=saisis).source == "arrêté fictif du 2026-05-01"
    for kind, cas in (("ETTI", Cas.GENERAL), ("EI", Cas.MAYOTTE)):
        with pytest.raises(BaremeAbsent):
            montant_unitaire(kind, date(2026, 6, 1), cas, saisis)
    with pytest.raises(BaremeAbsent):  # a year whose text nobody knows does not go on with the one before
        montant_unitaire("EI", date(2027, 1, 1), saisis=saisis)
    before = [entered("2012-01-01", "9900")]
    assert montant_unitaire("EI", date(2012, 6, 1), saisis=before).euros == 9900


def test_an_annexe_takes_the_amount_that_was_entered() -> None:
    ensure_bareme(MESURES["EI_DC"], "59", date(2026, 6, 1), D(13500), [entered("2026-01-01", "13500")])
    with pytest.raises(BaremeAbsent):
        ensure_bareme(MESURES["EI_DC"], "59", date(2026, 6, 1), D(13500))


def test_an_annexe_to_be_is_judged_from_its_own_first_day_by_the_amount_entered() -> None:
    saisis = [entered("2026-01-15", "13500")]
    (whole,) = periodes("EI", date(2026, 1, 20), date(2026, 2, 28), None, saisis=saisis)
    assert (whole.debut, whole.fin, whole.montant_unitaire) == (
        date(2026, 1, 20),
        date(2026, 2, 28),
        D(13500),
    )
    with pytest.raises(BaremeAbsent):
        periodes("EI", date(2026, 1, 14), date(2026, 2, 28), None, saisis=saisis)


def test_what_a_text_says_is_never_overwritten() -> None:
    ensure_nouveau("ETTI", date(2021, 1, 1), Cas.GENERAL)
    ensure_nouveau("EI", date(2025, 1, 2), Cas.GENERAL)
    ensure_rsa_nouveau(date(2026, 4, 1))
    with pytest.raises(BaremeDejaEnregistre) as refusal:
        ensure_nouveau("EI", date(2025, 1, 1), Cas.GENERAL)
    assert refusal.value.champ == "a_compter_du"
    with pytest.raises(BaremeDejaEnregistre):
        ensure_nouveau("EI", date(2025, 1, 1), Cas.MAYOTTE)
    with pytest.raises(BaremeDejaEnregistre):
        ensure_rsa_nouveau(date(2025, 4, 1))


def test_an_entered_rsa_holds_from_its_day() -> None:
    saisis = [Saisi(RSA, "", "", date(2026, 4, 1), D("652.00"), "décret fictif")]
    assert rsa_du_mois("2026-03", saisis) == D("646.52")
    assert rsa_du_mois("2026-04", saisis) == D("652.00")
    with pytest.raises(BaremeAbsent):
        rsa_du_mois("2026-04")
    assert theorie_publiee("CD59", 2, D("1147.52"), ["2026-04"], saisis) == {
        "theorique": D("1147.52"),
        "ecart_signale": False,
    }
    early = [Saisi(RSA, "", "", date(2013, 1, 1), D("483.24"), "décret fictif")]
    assert rsa_du_mois("2014-08", early) == D("483.24")
    assert rsa_du_mois("2014-09", early) == D("509.30")


def test_the_theory_is_told_of_a_departement_with_posts_and_a_known_rsa_only() -> None:
    months = mois_de(date(2018, 1, 1), date(2018, 12, 31))
    assert theorie("CD14", 6, months) == D("34820.60")  # annexe ACI014160024 of 2018
    assert theorie("CD14", None, months) is None
    assert theorie("FSE", 6, months) is None
    assert theorie("CD14", 6, ["2026-03", "2026-04"]) is None
    assert theorie_publiee("CD14", 6, D("34820.60"), months) == {
        "theorique": D("34820.60"),
        "ecart_signale": False,
    }
    assert theorie_publiee("FSE", 6, D(1), months) == {"theorique": None, "ecart_signale": None}


def test_a_contract_counts_for_its_days_of_the_year() -> None:
    whole = (date(2017, 1, 1), date(2017, 12, 31))
    assert periode_de_l_annee(2017, date(2016, 9, 1), None) == whole
    assert periode_de_l_annee(2017, date(2016, 9, 1), date(2018, 3, 1)) == whole
    assert periode_de_l_annee(2017, date(2017, 4, 1), date(2017, 6, 30)) == (
        date(2017, 4, 1),
        date(2017, 6, 30),
    )
    assert periode_de_l_annee(2017, date(2017, 4, 1), date(2017, 3, 1)) == (
        date(2017, 4, 1),
        date(2017, 4, 1),
    )
    ensure_fin(date(2017, 4, 1), None)
    ensure_fin(date(2017, 4, 1), date(2017, 4, 1))
    with pytest.raises(PeriodeInversee):
        ensure_fin(date(2017, 4, 1), date(2017, 3, 31))


@pytest.mark.parametrize(
    ("le", "attendues"),
    [
        (date(2016, 12, 31), 0), (date(2017, 1, 1), 1), (date(2017, 7, 2), 183), (date(2017, 12, 31), 365),
        (date(2018, 6, 1), 365),
    ],
)  # fmt: skip
def test_a_clause_asks_for_the_hours_of_the_days_elapsed(le: date, attendues: int) -> None:
    year = (date(2017, 1, 1), date(2017, 12, 31))
    assert heures_attendues(D(365), *year, le) == attendues
    enough = (D(attendues) * 8 / 10).quantize(D("0.01"))
    assert not en_retard(D(365), enough, *year, le)
    if attendues:
        assert en_retard(D(365), enough - D("0.01"), *year, le)


def test_a_clause_of_one_day_asks_for_all_its_hours_that_day() -> None:
    day = date(2017, 4, 1)
    assert heures_attendues(D(10), day, day, date(2017, 3, 31)) == 0
    assert heures_attendues(D(10), day, day, day) == 10


def test_a_second_active_annexe_of_a_number_is_refused_by_its_number() -> None:
    refusal = deja_active()
    assert (refusal.code, refusal.champ) == ("annexe_deja_active", "numero")


def test_hours_are_done_in_the_very_year_of_the_notification_at_the_earliest() -> None:
    ensure_annee(2017, date(2017, 6, 1))
    with pytest.raises(AnneeAvantNotification):
        ensure_annee(2016, date(2017, 1, 1))

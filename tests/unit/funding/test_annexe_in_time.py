"""States, avenants, plan of payments, follow-up, movements: pure rules."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from services.funding.domain import annexe, cofinancement, enveloppe, marche, redeploiement
from services.funding.domain.echeancier import echeancier, mois_de
from services.funding.domain.errors import (
    AnneeAvantNotification,
    AnnexeSansEffet,
    AvenantImpossible,
    CofinancementExcessif,
    EnveloppeDepassee,
    EtpInsuffisants,
    HeuresNonDeclarees,
    MoisHorsMarche,
    PrevisionsIncoherentes,
    RedeploiementImpossible,
    TerritoireInconnu,
    TransitionInterdite,
)
from services.funding.domain.realisation import Alerte, alerte, suspendue
from services.funding.domain.suivi import AnnexeSuivie, MoisDeclare, suivre

D, F = Decimal, Fraction
ALLOWED = {
    ("BROUILLON", "SAISI"), ("SAISI", "REJETE"), ("SAISI", "PROVISOIRE"), ("SAISI", "VALIDE"), ("PROVISOIRE", "VALIDE"),
    ("VALIDE", "HISTORISE"), ("VALIDE", "CLOTURE"), ("VALIDE", "ANNULE"),
}  # fmt: skip


@pytest.mark.parametrize("etat", annexe.ETATS)
@pytest.mark.parametrize("vers", annexe.ETATS)
def test_an_annexe_goes_only_where_its_state_leads(etat: str, vers: str) -> None:
    if (etat, vers) in ALLOWED:
        annexe.ensure_transition(etat, vers)
    else:
        with pytest.raises(TransitionInterdite):
            annexe.ensure_transition(etat, vers)


def test_an_annexe_is_not_active_on_its_last_day() -> None:
    assert annexe.est_active("PROVISOIRE", date(2017, 12, 31), date(2017, 12, 30))
    assert not annexe.est_active("VALIDE", date(2017, 12, 31), date(2017, 12, 31))
    assert not annexe.est_active("CLOTURE", date(2017, 12, 31), date(2017, 1, 1))


@pytest.mark.parametrize(
    ("numero", "modifie", "renouvele"),
    [
        ("ACI051170013A0M1", "ACI051170013A0M2", "ACI051170013A1M0"),
        ("AI02A210001A1M0", "AI02A210001A1M1", "AI02A210001A2M0"),
    ],
)
def test_each_avenant_has_its_own_counter(numero: str, modifie: str, renouvele: str) -> None:
    assert (annexe.numero_modifie(numero), annexe.numero_renouvele(numero)) == (modifie, renouvele)


def test_a_counter_has_one_digit() -> None:
    with pytest.raises(AvenantImpossible):
        annexe.numero_modifie("ACI051170013A0M9")
    with pytest.raises(AvenantImpossible):
        annexe.numero_renouvele("ACI051170013A9M0")


def test_forecasts_of_exit_add_up() -> None:
    annexe.ensure_previsions(None, (None, None, None))
    annexe.ensure_previsions(D("0.826"), (D("0.543"), D("0.174"), D("0.109")))
    annexe.ensure_previsions(None, (D("0.5"), None, D("0.5")))
    for total, parts in (
        (D("0.8"), (D("0.5"), None, None)),
        (None, (D("0.6"), D("0.41"), D(0))),
        (D("0.1"), (None,) * 3),
    ):
        with pytest.raises(PrevisionsIncoherentes):
            annexe.ensure_previsions(total, parts)


def test_cofunders_pay_no_more_than_an_annexe_in_force() -> None:
    cofinancement.ensure_cofinance(D(100), D(100))
    cofinancement.ensure_cofinancable("SAISI")
    with pytest.raises(CofinancementExcessif):
        cofinancement.ensure_cofinance(D(100), D("100.01"))
    for etat in cofinancement.SANS_COFINANCEMENT:
        with pytest.raises(AnnexeSansEffet):
            cofinancement.ensure_cofinancable(etat)


def test_credits_come_from_the_level_above() -> None:
    assert enveloppe.parent("NATIONAL", "FR") is None
    assert enveloppe.parent("REGIONAL", "32") == ("NATIONAL", "FR")
    assert enveloppe.parent("DEPARTEMENTAL", "59") == ("REGIONAL", "32")
    for niveau, territoire in (("NATIONAL", "32"), ("REGIONAL", "59"), ("DEPARTEMENTAL", "FR")):
        with pytest.raises(TerritoireInconnu):
            enveloppe.parent(niveau, territoire)
    assert enveloppe.departements_de("REGIONAL", "32") == ["02", "59", "60", "62", "80"]
    assert len(enveloppe.departements_de("NATIONAL", "FR")) == 101


@pytest.mark.parametrize("etat", annexe.ETATS)
def test_the_states_part_of_an_annexe_in_force_holds_credits(etat: str) -> None:
    held = D(70) if etat in ("VALIDE", "PROVISOIRE", "CLOTURE") else D(0)
    assert enveloppe.engageable(etat, D(100), D(30)) == held


def test_amounts_climb_from_each_envelope_to_those_above() -> None:
    nation, region, nord, alone = (UUID(int=n) for n in range(4))
    parents = {nation: None, region: nation, nord: region, alone: None}
    sums = enveloppe.cumuler(parents, {nord: D(5), region: D(2)})
    assert sums == {nation: D(7), region: D(7), nord: D(5), alone: D(0)}
    assert enveloppe.realise_etat(D("10.01"), D(100), D(50)) == D("5.01")


def test_a_plan_adds_up_to_what_is_due_in_the_end() -> None:
    due = {"2017-05": D(45), "2017-08": D(90), "2017-11": D(100), "2017-12": D("110.05")}
    plan = echeancier(D("120.05"), date(2017, 1, 1), date(2017, 12, 31), due.get)
    assert [(e.mois, e.nature, e.montant) for e in plan if e.nature != "ACOMPTE"] == [
        ("2017-05", "REGULARISATION", D("-5.00")),
        ("2017-08", "REGULARISATION", D("15.00")),
        ("2017-11", "REGULARISATION", D("-20.00")),
        ("2018-01", "SOLDE", D("0.00")),
    ]
    assert sum(e.montant or 0 for e in plan) == D("110.05")
    assert [e.formule for e in plan[:6]] == ["F07"] * 5 + ["F09"]
    assert plan[-1].formule == "F10"
    assert [e.mois for e in plan if e.nature == "ACOMPTE"] == mois_de(date(2017, 1, 1), date(2017, 12, 31))


def test_a_regularisation_of_nothing_changes_nothing() -> None:
    due = {"2017-05": D(50), "2017-08": D(90), "2017-11": D(90), "2017-12": D(90)}
    plan = echeancier(D(120), date(2017, 1, 1), date(2017, 12, 31), due.get)
    assert [e.montant for e in plan if e.nature != "ACOMPTE"] == [D(0), D(10), D(-30), D(-10)]


def test_a_plan_says_nothing_where_hours_are_missing() -> None:
    plan = echeancier(D(100), date(2017, 5, 1), date(2017, 12, 31), lambda _: None)
    assert [(e.mois, e.montant) for e in plan if e.nature != "ACOMPTE"] == [
        ("2017-09", None), ("2017-12", None), ("2018-01", None),
    ]  # fmt: skip
    assert mois_de(date(2017, 11, 15), date(2018, 1, 2)) == ["2017-11", "2017-12", "2018-01"]


@pytest.mark.parametrize(
    ("etp", "dit"),
    [
        ({}, None),
        ({"2017-01": F(10)}, None),
        ({"2017-01": F(19, 2)}, None),
        ({"2017-01": F(949, 100)}, Alerte.A_ALERTER),
        ({"2017-01": F(21, 2)}, None),
        ({"2017-01": F(1051, 100)}, Alerte.A_ALERTER),
        ({f"2017-{m:02d}": F(8) for m in range(1, 9)}, Alerte.A_AJUSTER),
        ({f"2017-{m:02d}": F(8) for m in range(1, 8)}, Alerte.A_ALERTER),  # one review only
        ({f"2017-{m:02d}": F(9) for m in range(1, 9)}, Alerte.A_ALERTER),
        ({f"2017-{m:02d}": F(19, 2) if m < 6 else F(4) for m in range(1, 11)}, Alerte.A_AJUSTER),
    ],
)
def test_reviews_warn_then_ask_to_adjust(etp: Mapping[str, Fraction], dit: Alerte | None) -> None:
    assert alerte(D(10), etp) is dit


def test_two_months_without_declaration_suspend_the_payments() -> None:
    assert [suspendue(n) for n in (0, 1, 2, 3)] == [False, False, True, True]


def make_suivie(**changes: Any) -> AnnexeSuivie:
    terms: dict[str, Any] = {
        "etp": D("15.60"), "montant_unitaire": D(19897), "heures_par_etp": D(1820), "date_debut": date(2018, 1, 1),
        "date_fin": date(2018, 12, 31), "montant_socle": D("310393.20"), "cofinance": D("72150.90"),
    }  # fmt: skip
    return AnnexeSuivie(**(terms | changes))


def test_a_followed_annexe_shares_its_etp_between_the_state_and_its_cofunders() -> None:
    months = [MoisDeclare(f"2018-{m:02d}", D(2730), D(2730)) for m in range(1, 13)]
    followed = suivre(make_suivie(), months, D(1000), "2018-12")
    assert followed.realise.etp_annuel == 18
    part = followed.part_cofinancee
    assert followed.plafonne_etat == F("15.60") * (1 - part)
    assert followed.plafonne_cofinanceurs == F("15.60") * part
    assert (followed.ecart, followed.conventionne) == (F("2.4"), F("15.6"))
    assert followed.realise.du_cumule == D("310393.20")
    assert followed.realise.regularisation == D("309393.20")
    assert (list(followed.manquants), followed.suspendu) == ([], False)
    assert followed.consomme_etat == D("274894.96")


def test_etp_done_under_the_agreed_ones_are_shared_as_they_are() -> None:
    followed = suivre(
        make_suivie(montant_socle=D(300000), cofinance=D(75000)),
        [MoisDeclare("2018-01", D(1820), D(1820))],
        D(0),
        "2018-01",
    )
    assert (followed.plafonne_etat, followed.plafonne_cofinanceurs) == (F(3, 4), F(1, 4))
    assert (list(followed.mois), followed.alerte) == (["2018-01"], Alerte.A_ALERTER)
    whole = suivre(
        make_suivie(montant_socle=D(10)), [MoisDeclare("2018-01", D(1820), D(1820))], D(0), "2018-01"
    )
    assert whole.realise.du_cumule == D(10)  # the amount of the annexe, whatever its terms give


def test_only_months_that_are_over_are_missing() -> None:
    followed = suivre(make_suivie(), [MoisDeclare("2018-02", D(1), D(0))], D(0), "2018-03")
    assert list(followed.manquants) == ["2018-01", "2018-03"]
    assert (followed.suspendu, followed.realise.du_cumule) == (True, D(0))
    assert followed.taux_mensuels == [F(12, 1820) / F("15.60")]


def test_an_annexe_at_the_agreed_pace_is_not_told() -> None:
    followed = suivre(make_suivie(etp=D(12)), [MoisDeclare("2018-01", D(1820), D(1820))], D(0), "2018-01")
    assert followed.alerte is None


def make_mouvement(delta: str, **changes: Any) -> redeploiement.Mouvement:
    terms: dict[str, Any] = {
        "etp": D(10), "montant_unitaire": D(19655), "duree_mois": 12, "delta": D(delta), "realise": F(0), "region": "32",
        "annee": 2017,
    }  # fmt: skip
    return redeploiement.Mouvement(**(terms | changes))


def test_a_movement_takes_what_is_not_done_and_gives_no_more_euros() -> None:
    redeploiement.ensure_mouvements([make_mouvement("-2"), make_mouvement("2")], "32")
    redeploiement.ensure_mouvements([make_mouvement("-1", realise=F(9)), make_mouvement("1")], "32")
    redeploiement.ensure_mouvements([make_mouvement("-1"), make_mouvement("0.5", realise=F(11))], "32")
    ai = make_mouvement("14.76", montant_unitaire=D(1331))
    redeploiement.ensure_mouvements([make_mouvement("-1"), ai], "32")
    for mouvements, refusal in (
        ([make_mouvement("-1"), make_mouvement("-1")], RedeploiementImpossible),
        ([make_mouvement("1"), make_mouvement("1")], RedeploiementImpossible),
        ([make_mouvement("-1", region="11"), make_mouvement("1")], RedeploiementImpossible),
        ([make_mouvement("-1", annee=2018), make_mouvement("1")], RedeploiementImpossible),
        ([make_mouvement("-1", realise=F(901, 100)), make_mouvement("1")], EtpInsuffisants),
        ([make_mouvement("-10.01"), make_mouvement("1")], EtpInsuffisants),
        ([make_mouvement("-1"), make_mouvement("14.77", montant_unitaire=D(1331))], EnveloppeDepassee),
        ([make_mouvement("-1"), make_mouvement("14.7675", montant_unitaire=D(1331))], EnveloppeDepassee),
        ([make_mouvement("-1", duree_mois=6), make_mouvement("1")], EnveloppeDepassee),
    ):
        with pytest.raises(refusal):
            redeploiement.ensure_mouvements(mouvements, "32")


def test_what_can_be_taken_is_counted_in_monthly_etp() -> None:
    assert redeploiement.reprenables(make_mouvement("-1", realise=F(2), duree_mois=6)) == D("6.00")
    assert redeploiement.reprenables(make_mouvement("-1", realise=F(20, 3))) == D("3.33")
    assert redeploiement.reprenables(make_mouvement("-1", realise=F(11))) == 0
    assert make_mouvement("-1", duree_mois=6).euros == D("-9827.52")


def test_etp_taken_back_go_first_to_the_nearest_annexes() -> None:
    origin = redeploiement.Place("59", "ACI")
    places = [("59", "ACI"), ("59", "EI"), ("62", "ACI"), ("62", "EI")]
    assert [redeploiement.rang_attribution(origin, redeploiement.Place(*p)) for p in places] == [1, 2, 3, 3]


def test_hours_of_a_clause_are_declared_and_of_the_months_of_the_contract() -> None:
    notified, end = date(2016, 9, 15), date(2016, 11, 2)
    marche.ensure_mois("2016-09", 2016, notified, None)
    marche.ensure_mois("2016-11", 2016, notified, end)
    marche.ensure_declarees(D(10), D(10))
    with pytest.raises(AnneeAvantNotification):
        marche.ensure_mois("2016-08", 2016, notified, None)
    for mois, annee, fin in (("2016-12", 2016, end), ("2017-01", 2016, None), ("2016-12", 2017, None)):
        with pytest.raises(MoisHorsMarche):
            marche.ensure_mois(mois, annee, notified, fin)
    with pytest.raises(HeuresNonDeclarees, match="10,00 heures"):
        marche.ensure_declarees(D("10.01"), D(10))


def test_a_part_modulee_stays_under_its_ceiling_when_the_socle_shrinks() -> None:
    kept = [annexe.module_plafonne(annexe.mesure_de("ACI_DC"), D(100), m) for m in (D(10), D("10.01"), None)]
    assert kept == [D(10), D(10), None]
    assert annexe.module_plafonne(annexe.mesure_de("ACI_MP"), D(100), D(10)) == D(5)


def test_only_an_annexe_in_force_or_closed_takes_a_part_modulee() -> None:
    for etat in ("VALIDE", "PROVISOIRE", "CLOTURE"):
        annexe.ensure_modulable(etat)
    for etat in ("BROUILLON", "SAISI", "REJETE", "HISTORISE", "ANNULE"):
        with pytest.raises(AnnexeSansEffet):
            annexe.ensure_modulable(etat)

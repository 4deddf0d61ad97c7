"""Rules of annexes, payments and contracts, one by one."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from services.funding.domain import annexe, versement
from services.funding.domain.echeancier import calendrier, jalons, mois_apres
from services.funding.domain.errors import (
    AnneeAvantNotification,
    AnnexeAmbigue,
    AnnexeInconnue,
    AnnexeSansEffet,
    BaremeAbsent,
    DepartementInconnu,
    FinanceurIncoherent,
    HeuresEtpManquantes,
    MesureHorsChamp,
    MesureIncoherente,
    ModulationExcessive,
    MoisHorsAnnexe,
    MontantNul,
    MontantSocleIncoherent,
    MontantUnitaireHorsBareme,
    NumeroIncoherent,
    PeriodeInversee,
    PeriodeTropLongue,
    TypeHorsIae,
)
from services.funding.domain.marche import ensure_annee
from services.funding.domain.simulation import periodes
from services.funding.domain.versement import AnnexePayable

D = Decimal
ACI = annexe.MESURES["ACI_DC"]
ACI_MP = annexe.MESURES["ACI_MP"]


@pytest.mark.parametrize("code", annexe.MESURES_HORS_CHAMP)
def test_a_measure_without_posts_is_refused(code: str) -> None:
    with pytest.raises(MesureHorsChamp):
        annexe.mesure_de(code)


def test_a_measure_is_that_of_the_type() -> None:
    annexe.ensure_mesure(ACI_MP, "ACI")
    with pytest.raises(MesureIncoherente):
        annexe.ensure_mesure(ACI, "EI")
    with pytest.raises(MesureIncoherente):
        annexe.ensure_mesure(annexe.MESURES["AUTRE"], "ACI")
    with pytest.raises(TypeHorsIae):
        annexe.ensure_type("GEIQ")


@pytest.mark.parametrize(
    ("numero", "mesure", "departement"),
    [
        ("ACI051170013A0M1", "ACI_DC", "51"),
        ("EI59V182019A1M1", "EI_DC", "59"),
        ("ETTI59L181001A1M1", "ETTI_DC", "59"),
        ("AI02A210001A0M0", "AI_DC", "2A"),
        ("ACI971170001A0M0", "ACI_MP", "971"),
        ("EITI075200001A0M0", "EITI_DC", "75"),
        ("AUT062170451A0M0", "AUTRE", "62"),
    ],
)
def test_a_number_tells_the_measure_and_the_departement(numero: str, mesure: str, departement: str) -> None:
    annexe.ensure_numero(numero, annexe.MESURES[mesure], departement)


@pytest.mark.parametrize(
    ("numero", "mesure", "departement"),
    [
        ("EI059170001A0M0", "ACI_DC", "59"),
        ("EITI075200001A0M0", "EI_DC", "75"),
        ("ACI059170001A0M0", "ACI_DC", "62"),
        ("ACI062170001A0M0", "AUTRE", "62"),
        ("AUT062170001A0M0", "ACI_DC", "62"),
        ("ACI063170007", "ACI_DC", "63"),
    ],
)
def test_a_number_that_tells_otherwise_is_refused(numero: str, mesure: str, departement: str) -> None:
    with pytest.raises(NumeroIncoherent):
        annexe.ensure_numero(numero, annexe.MESURES[mesure], departement)


def test_a_period_is_in_order_and_twelve_months_at_most() -> None:
    annexe.ensure_periode(date(2017, 6, 1), date(2018, 5, 31))
    annexe.ensure_periode(date(2017, 6, 1), date(2017, 6, 1))
    with pytest.raises(PeriodeInversee):
        annexe.ensure_periode(date(2017, 1, 2), date(2017, 1, 1))
    with pytest.raises(PeriodeTropLongue):
        annexe.ensure_periode(date(2017, 1, 1), date(2018, 1, 1))


@pytest.mark.parametrize("heures", [None, D(0)])
def test_hours_of_an_etp_are_read_in_the_annexe_only(heures: Decimal | None) -> None:
    with pytest.raises(HeuresEtpManquantes):
        annexe.ensure_heures(heures)


def test_the_unit_amount_is_that_of_the_bareme_of_the_case() -> None:
    annexe.ensure_bareme(ACI, "59", date(2017, 1, 1), D("19655.00"))
    annexe.ensure_bareme(ACI, "976", date(2023, 5, 1), D(17510))
    annexe.ensure_bareme(ACI_MP, "59", date(2017, 1, 1), D(11793))
    annexe.ensure_bareme(annexe.MESURES["AUTRE"], "59", date(2017, 1, 1), D(1))
    with pytest.raises(MontantUnitaireHorsBareme):
        annexe.ensure_bareme(ACI, "59", date(2018, 1, 1), D(19655))
    with pytest.raises(MontantUnitaireHorsBareme):
        annexe.ensure_bareme(ACI_MP, "976", date(2023, 5, 1), D(23196))
    with pytest.raises(BaremeAbsent):
        annexe.ensure_bareme(annexe.MESURES["ETTI_DC"], "59", date(2021, 1, 1), D(4341))


def test_the_socle_is_exact_to_the_cent() -> None:
    annexe.ensure_socle(D("162160.55"), D("8.15"), D(19897), 12)
    with pytest.raises(MontantSocleIncoherent):
        annexe.ensure_socle(D("162160.54"), D("8.15"), D(19897), 12)
    with pytest.raises(MontantSocleIncoherent):
        annexe.ensure_socle(D("100052.38"), D("7.43"), D(20199), 8)


def test_the_part_modulee_has_a_ceiling_lower_in_prisons() -> None:
    annexe.ensure_modulation(ACI, D(1000), None)
    annexe.ensure_modulation(ACI, D(1000), D(100))
    annexe.ensure_modulation(ACI_MP, D(1000), D(50))
    with pytest.raises(ModulationExcessive, match="10 %"):
        annexe.ensure_modulation(ACI, D(1000), D("100.01"))
    with pytest.raises(ModulationExcessive, match="5 %"):
        annexe.ensure_modulation(ACI_MP, D(1000), D("50.01"))


def make_payable(
    *, etat: str = "VALIDE", debut: date = date(2017, 1, 1), fin: date = date(2017, 12, 31)
) -> AnnexePayable:
    return AnnexePayable(uuid4(), uuid4(), "59", etat, debut, fin)


@pytest.mark.parametrize("mois", ["2017-01", "2017-12", "2018-01"])
def test_a_payment_is_made_in_the_period_or_in_the_month_of_the_balance(mois: str) -> None:
    payable = make_payable()
    assert versement.choisir_annexe([payable], mois) is payable


@pytest.mark.parametrize("mois", ["2016-12", "2018-02"])
def test_a_payment_outside_the_period_is_refused(mois: str) -> None:
    with pytest.raises(MoisHorsAnnexe):
        versement.choisir_annexe([make_payable()], mois)


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(AnnexeInconnue):
        versement.choisir_annexe([], "2017-01")


@pytest.mark.parametrize("etat", versement.SANS_EFFET)
def test_nothing_is_paid_on_an_annexe_that_was_never_signed(etat: str) -> None:
    with pytest.raises(AnnexeSansEffet):
        versement.choisir_annexe([make_payable(etat=etat)], "2017-01")


def test_among_twins_of_a_number_the_one_that_covers_the_month_is_paid() -> None:
    spring = make_payable(debut=date(2021, 1, 1), fin=date(2021, 4, 30), etat="CLOTURE")
    year = make_payable(debut=date(2022, 1, 1), fin=date(2022, 12, 31))
    assert versement.choisir_annexe([spring, year], "2021-04") is spring
    assert versement.choisir_annexe([spring, year], "2021-05") is spring
    assert versement.choisir_annexe([spring, year], "2022-02") is year


def test_the_annexe_that_covers_a_month_comes_before_one_whose_balance_it_is() -> None:
    before = make_payable(debut=date(2017, 1, 1), fin=date(2017, 4, 30), etat="CLOTURE")
    after = make_payable(debut=date(2017, 5, 1))
    assert versement.choisir_annexe([before, after], "2017-05") is after


def test_a_replaced_annexe_yields_to_its_replacement_and_two_others_are_ambiguous() -> None:
    replaced, current = make_payable(etat="HISTORISE"), make_payable()
    assert versement.choisir_annexe([replaced, current], "2017-03") is current
    assert versement.choisir_annexe([replaced], "2017-03") is replaced
    with pytest.raises(AnnexeAmbigue):
        versement.choisir_annexe([current, make_payable(etat="CLOTURE")], "2017-03")
    with pytest.raises(AnnexeAmbigue):
        versement.choisir_annexe([replaced, make_payable(etat="HISTORISE")], "2017-03")


@pytest.mark.parametrize(
    ("financeur", "nature"),
    [
        ("ETAT", "FDI"),
        ("CD62", "COFINANCEMENT_CDDI_ESTIME"),
        ("CD2A", "COFINANCEMENT"),
        ("FSE", "COFINANCEMENT"),
    ],
)
def test_each_funder_pays_its_own_kind(financeur: str, nature: str) -> None:
    versement.ensure_financeur(financeur, nature)


@pytest.mark.parametrize(
    ("financeur", "nature"), [("CD62", "AIDE_POSTE_SOCLE"), ("REGION", "FDI"), ("ETAT", "COFINANCEMENT")]
)
def test_a_funder_that_pays_another_kind_is_refused(financeur: str, nature: str) -> None:
    with pytest.raises(FinanceurIncoherent):
        versement.ensure_financeur(financeur, nature)


def test_a_departement_that_does_not_exist_pays_nothing() -> None:
    with pytest.raises(DepartementInconnu):
        versement.ensure_financeur("CD00", "COFINANCEMENT")


def test_a_payment_pays_something() -> None:
    with pytest.raises(MontantNul):
        versement.ensure_montant(D("0.00"))


def test_hours_are_done_once_the_contract_is_notified() -> None:
    ensure_annee(2017, date(2016, 9, 1))
    with pytest.raises(AnneeAvantNotification):
        ensure_annee(2016, date(2017, 1, 2))


@pytest.mark.parametrize(
    ("debut", "fin", "mois"),
    [
        ("2017-01-01", "2017-12-31", ["2017-05", "2017-08", "2017-11"]),
        ("2017-05-01", "2017-12-31", ["2017-09", "2017-12"]),
        ("2018-11-15", "2018-12-31", []),
        ("2016-01-01", "2016-12-31", ["2016-11", "2016-12"]),
        ("2014-06-01", "2014-06-30", ["2014-06"]),
        ("2012-01-01", "2012-12-31", []),
    ],
)
def test_regularisations_fall_where_the_texts_of_the_year_say(debut: str, fin: str, mois: list[str]) -> None:
    assert jalons(date.fromisoformat(debut), date.fromisoformat(fin)) == mois


def test_no_calendar_is_known_before_2013() -> None:
    assert calendrier(date(2012, 12, 31)) is None


def test_the_month_after_december_is_january() -> None:
    assert mois_apres(date(2017, 12, 31), 1) == "2018-01"
    assert mois_apres(date(2017, 11, 30), 1) == "2017-12"


def test_an_annexe_is_cut_where_its_bareme_changes() -> None:
    cut = periodes("EI", date(2022, 1, 1), date(2022, 12, 31), None)
    assert [(p.debut, p.fin, p.mois) for p in cut] == [
        (date(2022, 1, 1), date(2022, 4, 30), 4),
        (date(2022, 5, 1), date(2022, 7, 31), 3),
        (date(2022, 8, 1), date(2022, 12, 31), 5),
    ]


def test_a_bareme_confirmed_without_change_does_not_cut() -> None:
    (whole,) = periodes("ACI", date(2024, 11, 15), date(2025, 10, 14), None)
    assert (whole.debut, whole.fin, whole.mois) == (date(2024, 11, 15), date(2025, 10, 14), 12)

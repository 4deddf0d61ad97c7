"""Declared hours and exits (``domaine/parcours.md`` §10; code du travail for the maximum hours)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from services.parcours.domain.contrat import Contrat
from services.parcours.domain.declaration import (
    Annexe,
    Engagement,
    choisir_annexe,
    exactes,
    heures_eligibles,
    identifier,
    jours_declares,
    plafond_heures,
    verifier_heures,
    verifier_mois,
)
from services.parcours.domain.errors import (
    AnnexeAmbigue,
    AnnexeIntrouvable,
    ContratHorsMois,
    HeuresApresSortie,
    HeuresExcessives,
    MoisFutur,
    MotifInconnu,
    SortieHorsContrat,
)
from services.parcours.domain.regles import Periode
from services.parcours.domain.sortie import constater_sortie, juger

ENGAGEMENT = Engagement(uuid4(), uuid4(), uuid4(), date(2017, 2, 27), date(2017, 9, 5), False, ())
CONTRAT = Contrat(
    id=uuid4(),
    version=1,
    personne_id=uuid4(),
    structure_id=uuid4(),
    type_contrat="CDDI",
    date_debut=date(2017, 1, 2),
    date_fin_prevue=date(2017, 12, 31),
    heures_hebdo=Decimal(26),
)


@pytest.mark.parametrize(
    ("mois", "days"),
    [
        ("2017-01", None),
        ("2017-02", (date(2017, 2, 27), date(2017, 2, 28))),
        ("2017-03", (date(2017, 3, 1), date(2017, 3, 31))),
        ("2017-09", (date(2017, 9, 1), date(2017, 9, 5))),
        ("2017-10", None),
    ],
)
def test_a_contract_is_declared_in_its_months_only(mois: str, days: tuple[date, date] | None) -> None:
    if days:
        assert jours_declares(ENGAGEMENT, mois) == days
    else:
        with pytest.raises(ContratHorsMois):
            jours_declares(ENGAGEMENT, mois)


@pytest.mark.parametrize(
    ("debut", "fin", "heures"),
    [
        pytest.param(date(2017, 3, 6), date(2017, 3, 12), 48, id="a whole week: 48 h"),
        pytest.param(date(2017, 2, 27), date(2017, 2, 28), 20, id="two days: 10 h each"),
        pytest.param(date(2017, 3, 11), date(2017, 3, 13), 30, id="Saturday to Monday"),
        pytest.param(date(2017, 2, 1), date(2017, 2, 28), 48 * 4 + 20, id="February 2017"),
    ],
)
def test_the_hours_that_the_law_lets_work(debut: date, fin: date, heures: int) -> None:
    assert plafond_heures(debut, fin) == heures
    verifier_heures(Decimal(heures), debut, fin)
    with pytest.raises(HeuresExcessives):
        verifier_heures(Decimal(heures) + Decimal("0.5"), debut, fin)


def test_a_month_that_has_not_begun_is_refused() -> None:
    verifier_mois("2017-03", date(2017, 3, 1))
    with pytest.raises(MoisFutur):
        verifier_mois("2017-04", date(2017, 3, 31))


def test_a_declaration_has_the_same_key_everywhere() -> None:
    structure = UUID(int=7)
    assert identifier(structure, "2017-03") == identifier(structure, "2017-03")
    assert identifier(structure, "2017-03") != identifier(structure, "2017-04")
    assert identifier(structure, "2017-03").version == 5


YEAR = (date(2017, 1, 1), date(2017, 12, 31))
SPRING = Annexe("A2", "VALIDE", date(2017, 4, 1), date(2017, 6, 30))


def test_the_only_usable_annexe_of_the_month_is_taken() -> None:
    first, void = Annexe("A1", "CLOTURE", *YEAR), Annexe("A3", "ANNULE", *YEAR)
    assert choisir_annexe([first, SPRING, void], "2017-03", None) == "A1"
    assert choisir_annexe([first, SPRING, void], "2017-04", "A2") == "A2"
    with pytest.raises(AnnexeAmbigue):
        choisir_annexe([first, SPRING, void], "2017-04", None)
    for numero in ("A2", "A3", "ailleurs"):
        with pytest.raises(AnnexeIntrouvable):
            choisir_annexe([first, SPRING, void], "2017-03", numero)
    with pytest.raises(AnnexeIntrouvable):
        choisir_annexe([], "2017-03", None)


def test_hours_are_eligible_when_one_day_is_under_an_agrement() -> None:
    agrement = (Periode(date(2017, 3, 31), date(2017, 4, 1)),)
    assert heures_eligibles(Decimal(80), agrement, date(2017, 3, 1), date(2017, 3, 31)) == 80
    assert heures_eligibles(Decimal(80), agrement, date(2017, 5, 1), date(2017, 5, 31)) == 0
    assert heures_eligibles(Decimal(80), (), date(2017, 3, 1), date(2017, 3, 31)) == 0


@pytest.mark.parametrize(
    ("given", "written"), [("10", "10"), ("10.00", "10"), ("7.50", "7.5"), ("0.00", "0"), ("200", "200")]
)
def test_hours_are_written_one_way(given: str, written: str) -> None:
    assert str(exactes(Decimal(given))) == written


@pytest.mark.parametrize(
    ("kind", "categorie", "jours", "heures", "raison"),
    [
        pytest.param("ACI", "DURABLE", 81, "1", "comptee", id="ACI, 81 days and an hour"),
        pytest.param("ACI", "DURABLE", 80, "500", "duree_insuffisante", id="ACI, 80 days"),
        pytest.param("EI", "AUTRE", 200, "0.5", "heures_insuffisantes", id="EI, half an hour"),
        pytest.param("AUTRE", "AUTRE", 80, "500", "duree_insuffisante", id="AUTRE as an ACI"),
        pytest.param("AI", "TRANSITION", 3, "150", "comptee", id="AI, 150 h in three days"),
        pytest.param("AI", "TRANSITION", 300, "149.99", "heures_insuffisantes", id="AI, under 150 h"),
        pytest.param("ETTI", "POSITIVE", 1, "150", "comptee", id="ETTI, 150 h"),
        pytest.param("EITI", "POSITIVE", 0, "1", "comptee", id="EITI, one hour"),
        pytest.param("ACI", "RETRAIT", 500, "900", "retrait", id="a withdrawal never counts"),
    ],
)
def test_whether_an_exit_counts_and_why(
    kind: str, categorie: str, jours: int, heures: str, raison: str
) -> None:
    jour = date(2019, 6, 30)
    assert juger(kind, categorie, jour, jours, Decimal(heures)) == raison


def test_the_hours_of_an_exit_are_those_of_its_year() -> None:
    heures = {"2016-12": Decimal(149), "2017-01": Decimal(100), "2017-02": Decimal(49)}
    contrat = replace(CONTRAT, date_debut=date(2016, 12, 1))
    sortie = constater_sortie(contrat, "AI", date(2017, 2, 28), "CDI", heures)
    assert (sortie.comptee, sortie.raison, sortie.categorie) == (False, "heures_insuffisantes", "DURABLE")
    sortie = constater_sortie(contrat, "AI", date(2017, 2, 28), "CDI", heures | {"2017-02": Decimal(50)})
    assert (sortie.comptee, sortie.dynamique) == (True, True)


def test_an_exit_is_within_the_contract_with_a_known_reason_and_no_hours_after() -> None:
    with pytest.raises(SortieHorsContrat):
        constater_sortie(CONTRAT, "ACI", date(2017, 1, 1), "CDI", {})
    with pytest.raises(SortieHorsContrat):
        constater_sortie(CONTRAT, "ACI", date(2018, 1, 1), "CDI", {})
    with pytest.raises(MotifInconnu):
        constater_sortie(CONTRAT, "ACI", date(2017, 6, 30), "INVENTE", {})
    with pytest.raises(HeuresApresSortie):
        constater_sortie(CONTRAT, "ACI", date(2017, 6, 30), "CDI", {"2017-07": Decimal(1)})
    assert constater_sortie(CONTRAT, "ACI", date(2017, 6, 30), "CDI", {"2017-07": Decimal(0)})

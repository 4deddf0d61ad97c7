"""Declared hours and exits (``domaine/parcours.md`` §10; code du travail for the maximum hours)."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from services.parcours.domain.sortie import (
    CATEGORIES,
    COMPTEE,
    Taux,
    constater_sortie,
    juger,
    taux_de_sorties,
)
from shared.reference import nomenclatures

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


def test_the_reason_of_an_exit_is_read_as_classed_on_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replace(nomenclatures.motif_sortie("RETRAITE", date(2017, 1, 1)), jusqu_a=date(2017, 6, 29))
    after = replace(before, categorie="AUTRE", dynamique=False, depuis=date(2017, 6, 30), jusqu_a=None)
    monkeypatch.setattr(nomenclatures, "classements_sortie", lambda: (before, after))
    hours = {"2017-06": Decimal(10)}
    told = [constater_sortie(CONTRAT, "ACI", date(2017, 6, day), "RETRAITE", hours) for day in (29, 30)]
    assert [(sortie.categorie, sortie.dynamique) for sortie in told] == [("POSITIVE", True), ("AUTRE", False)]
    early = replace(CONTRAT, date_debut=date(2008, 1, 1))
    monkeypatch.undo()
    with pytest.raises(MotifInconnu):
        constater_sortie(early, "AI", date(2008, 12, 9), "CDI", {})


@pytest.mark.parametrize(
    ("mesure", "raison"),
    [("ACIPA_DC", "mesure_exclue"), ("EIPA_DC", "mesure_exclue"), ("ACI_MP", "comptee"), (None, "comptee")],
)
def test_an_exit_under_an_excluded_mesure_never_counts(mesure: str | None, raison: str) -> None:
    assert juger("ACI", "DURABLE", date(2024, 6, 30), 400, Decimal(900), mesure) == raison
    assert juger("ACI", "RETRAIT", date(2024, 6, 30), 400, Decimal(900), mesure) == "retrait"


def test_an_exit_that_is_withdrawn_does_not_count_whatever_its_length() -> None:
    sortie = constater_sortie(CONTRAT, "ACI", date(2017, 6, 30), "DECES", {"2017-06": Decimal(10)})
    assert (sortie.categorie, sortie.comptee, sortie.dynamique, sortie.raison) == (
        "RETRAIT",
        False,
        False,
        "retrait",
    )


def test_a_type_without_a_threshold_counts_every_exit() -> None:
    assert juger("GEIQ", "DURABLE", date(2017, 6, 30), 0, Decimal(0)) == "comptee"


def test_a_contract_binds_one_person_and_one_structure() -> None:
    assert ENGAGEMENT.lie(ENGAGEMENT.personne_id, ENGAGEMENT.structure_id)
    assert not ENGAGEMENT.lie(uuid4(), ENGAGEMENT.structure_id)
    assert not ENGAGEMENT.lie(ENGAGEMENT.personne_id, uuid4())


@pytest.mark.parametrize(
    ("recrutement", "comptee"),
    [(None, False), (date(2016, 11, 12), False), (date(2016, 11, 11), True)],
)
def test_a_renewed_contract_lasts_since_the_first_of_its_recruitment(
    recrutement: date | None, *, comptee: bool
) -> None:
    left = date(2017, 1, 31)  # 29 days after its own first day, 81 after 11 November
    sortie = constater_sortie(CONTRAT, "ACI", left, "CDI", {"2017-01": Decimal(10)}, recrutement)
    assert (sortie.comptee, sortie.raison) == (comptee, "comptee" if comptee else "duree_insuffisante")


LEFT = date(2024, 6, 30)
exits = st.lists(
    st.tuples(
        st.sampled_from(["ACI", "EI", "AI", "ETTI", "EITI"]), st.sampled_from(CATEGORIES),
        st.sampled_from([0, 79, 80, 81, 400]), st.sampled_from(["0", "0.5", "1", "149", "149.5", "150"]),
    ),
    max_size=12,
)  # fmt: skip


def rates(given: list[tuple[str, str, int, str]]) -> Taux:
    counted = Counter(
        categorie
        for kind, categorie, jours, heures in given
        if juger(kind, categorie, LEFT, jours, Decimal(heures)) == COMPTEE
    )
    return taux_de_sorties(*(counted[categorie] for categorie in CATEGORIES[:4]))


@settings(max_examples=60, deadline=None)
@given(told_of=exits, more=exits)
def test_rates_leave_out_what_is_withdrawn_and_too_short(
    told_of: list[tuple[str, str, int, str]], more: list[tuple[str, str, int, str]]
) -> None:
    """Invariant 7: neither a withdrawal, nor 80 days in an ACI or an EI, nor 149 hours in an AI or an ETTI, weighs."""
    told = rates(told_of)
    withdrawn = [(kind, "RETRAIT", jours, heures) for kind, _, jours, heures in more]
    short = [
        each
        for each in more
        if (each[0] in {"ACI", "EI"} and each[2] <= 80)
        or (each[0] in {"AI", "ETTI"} and float(each[3]) < 150)
    ]
    assert rates(told_of + withdrawn + short) == told
    lasting = [(kind, "DURABLE", 81, "150") for kind, *_ in more]
    assert rates(told_of + lasting).denominateur == told.denominateur + len(more)
    assert (told.dynamique is None) == (told.denominateur == 0)

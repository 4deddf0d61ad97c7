"""Both ends of a period count: each rule is tried on its first and its last day, where a slip of one day is made."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from services.parcours.domain.agrement import Agrement, lire_agrement
from services.parcours.domain.candidature import verifier_suite
from services.parcours.domain.contrat import Contrat, verifier_couverture
from services.parcours.domain.declaration import Annexe, Engagement, choisir_annexe, jours_declares
from services.parcours.domain.errors import NirIncoherent, SansAgrement, SortieHorsContrat
from services.parcours.domain.identifiants import departement_du_numero, juger
from services.parcours.domain.nir import verifier_coherence
from services.parcours.domain.regles import REFORME, Regle, en_vigueur
from services.parcours.domain.sortie import constater_sortie
from tests.factories.parcours import make_nir

JOUR = date(2017, 4, 30)
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


def test_a_rule_holds_from_its_first_day_to_its_last() -> None:
    regle = Regle(1, "source", date(2017, 4, 1), JOUR)
    assert [en_vigueur([regle], day) is regle for day in (date(2017, 4, 1), JOUR)] == [True, True]
    assert en_vigueur([regle], date(2017, 3, 31)) is None
    assert en_vigueur([regle], date(2017, 5, 1)) is None


def test_an_agrement_may_last_one_day_and_keeps_what_was_given() -> None:
    assert lire_agrement("059170001234", JOUR, JOUR) == Agrement("059170001234", JOUR, JOUR)


def test_an_annexe_carries_the_hours_of_a_month_that_it_only_touches() -> None:
    first, last = (
        Annexe("A1", "VALIDE", JOUR, JOUR),
        Annexe("A2", "VALIDE", date(2017, 4, 1), date(2017, 4, 1)),
    )
    assert choisir_annexe([first], "2017-04", None) == "A1"
    assert choisir_annexe([last], "2017-04", None) == "A2"


def test_a_contract_of_one_day_is_declared_that_day() -> None:
    engagement = Engagement(uuid4(), uuid4(), uuid4(), JOUR, JOUR, False, ())
    assert jours_declares(engagement, "2017-04") == (JOUR, JOUR)


@pytest.mark.parametrize("jour", [CONTRAT.date_debut, CONTRAT.date_fin_prevue])
def test_an_exit_is_recorded_on_the_first_and_the_last_day_of_the_contract(jour: date) -> None:
    sortie = constater_sortie(CONTRAT, "ACI", jour, "CDI", {})
    assert (sortie.date, sortie.motif) == (jour, "CDI")
    with pytest.raises(SortieHorsContrat):
        constater_sortie(
            replace(CONTRAT, date_fin_prevue=date(2017, 12, 30)), "ACI", date(2017, 12, 31), "CDI", {}
        )


def test_an_outcome_may_come_the_day_of_the_orientation() -> None:
    verifier_suite("accept", JOUR, JOUR, None)


@pytest.mark.parametrize(
    ("debut", "acte"), [(date(2021, 8, 31), "Aucun agrément ne"), (REFORME, "Aucun agrément ni PASS IAE")]
)
def test_the_refusal_of_a_contract_names_what_was_delivered_that_day(debut: date, acte: str) -> None:
    with pytest.raises(SansAgrement, match=acte):
        verifier_couverture((), "ACI", Decimal(26), debut)


def test_december_is_a_month_of_birth_and_no_fictitious_one() -> None:
    december, fictitious = "1801275116001", "1801375116001"
    verifier_coherence(december, date(1980, 12, 25), "H")
    verifier_coherence(fictitious, date(1980, 3, 25), "H")
    with pytest.raises(NirIncoherent):
        verifier_coherence(december, date(1980, 3, 25), "H")


@pytest.mark.parametrize(
    ("rang", "mois", "fictif"),
    [(1, 1, False), (12, 12, False), (20, None, True), (42, None, True), (50, None, True), (99, None, True)],
)
def test_a_month_of_birth_is_real_or_fictitious(rang: int, mois: int | None, fictif: bool) -> None:  # noqa: FBT001 # a case
    parties = juger("nir", make_nir(f"180{rang:02}75116001")).parties
    assert (parties["mois"], parties["mois_fictif"]) == (mois, fictif)


@pytest.mark.parametrize("first", "123478")
def test_a_nir_is_shown_in_groups_with_the_civility_of_its_first_figure(first: str) -> None:
    nir = make_nir(f"{first}800275116001")
    parties = juger("nir", nir).parties
    assert parties["affichage"] == f"{first} 80 02 75 116 001 {nir[13:]}"
    assert parties["civilite"] == ("M" if first in "137" else "MME")


def test_an_identifier_is_told_with_what_it_decomposes_into() -> None:
    assert str(juger("naf", "6201Z").parties["libelle_division"]).startswith("Programmation")
    assert juger("identifiant_france_travail", "1234567A").parties == {"longueur": 8}


@pytest.mark.parametrize(
    ("digits", "civilite", "mois", "fictif"),
    [
        ("1900159350084", "M", 1, False),
        ("5900159350084", None, 1, False),
        ("2901359350084", "MME", None, False),
        ("2904359350084", "MME", None, False),
    ],
)
def test_a_wrong_nir_is_taken_apart_all_the_same(
    digits: str, civilite: str | None, mois: int | None, *, fictif: bool
) -> None:
    parties = juger("nir", make_nir(digits)).parties
    assert (parties["civilite"], parties["mois"], parties["mois_fictif"]) == (civilite, mois, fictif)


@pytest.mark.parametrize(
    ("numero", "raison"),
    [("A0M0", "vide_ou_trop_court"), ("XA0M0", "prefixe_incorrect"), ("XXXXX", "suffixe_incorrect")],
)
def test_the_number_of_an_annexe_says_what_it_lacks(numero: str, raison: str) -> None:
    assert juger("numero_annexe", numero).raison == raison


def test_the_departement_of_a_number_is_read_from_its_left_unless_it_begins_with_a_zero() -> None:
    assert [departement_du_numero(code) for code in ("159", "059", "59V")] == ["15", "59", "59"]

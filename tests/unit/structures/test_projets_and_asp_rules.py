"""Rules of innovations and plans, and of what a row of the ASP changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.structures.domain import asp, projets
from services.structures.queries.asp import Connues
from shared.errors import BusinessError

BEFORE = {"siret": "1", "raison_sociale": "Ancien nom", "adresse": "rue", "source": "ASP"}
DEBUT, FIN = date(2017, 1, 1), date(2019, 12, 31)


def refusal(rule: Callable[[], object]) -> str | None:
    try:
        rule()
    except BusinessError as error:
        return error.code
    return None


@pytest.mark.parametrize("stade", projets.STADES)
@pytest.mark.parametrize("suivant", projets.STADES)
def test_an_innovation_follows_the_table_of_its_stages(stade: str, suivant: str) -> None:
    allowed = suivant in projets.SUITES[stade]
    assert refusal(lambda: projets.verifier_stade(stade, suivant)) == (None if allowed else "stade_interdit")
    assert suivant != stade or not allowed


@pytest.mark.parametrize(("codes", "code"), [(["1", "2"], None), (["1", "1"], "code_en_double"), ([], None)])
def test_the_codes_of_a_plan_are_unique(codes: list[str], code: str | None) -> None:
    assert refusal(lambda: projets.verifier_codes("axes", codes)) == code


@pytest.mark.parametrize(
    ("jour", "code"),
    [(DEBUT, None), (FIN, None), (date(2016, 12, 31), "hors_periode_du_plan"), (date(2020, 1, 1), "hors_periode_du_plan")],
)  # fmt: skip
def test_a_deadline_is_in_the_period_of_the_plan_both_ends_included(jour: date, code: str | None) -> None:
    assert refusal(lambda: projets.verifier_jours(DEBUT, FIN, [jour])) == code
    assert refusal(lambda: projets.verifier_annees(DEBUT, FIN, [jour.year])) == code


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        ({"siret": "1", "raison_sociale": "Ancien nom"}, {}),
        ({"siret": "2"}, {"siret": "2"}),
        ({"raison_sociale": "Nouveau", "adresse": None}, {"raison_sociale": "Nouveau"}),
    ],
)
def test_a_row_changes_what_differs_and_what_it_does_not_tell_stays(
    told: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert asp.corrections(BEFORE, told, {}) == changes


def test_a_structure_made_by_the_staff_now_comes_from_the_file() -> None:
    assert asp.corrections(BEFORE | {"source": "STAFF_CREATED"}, {}, {}) == {"source": "ASP"}


def test_a_place_is_told_whole_an_unknown_position_takes_the_place_of_the_former_one() -> None:
    before = BEFORE | {"code_insee": "59350", "epci": "245900410", "latitude": 50.63}
    place = {"code_insee": "59350", "epci": None, "latitude": None}
    assert asp.corrections(before, {}, place) == {"epci": None, "latitude": None}


@pytest.mark.parametrize(("departement", "code"), [("59", None), ("62", None), ("75", "territoire_inconnu")])
def test_the_targets_of_a_plan_are_set_where_it_applies(departement: str, code: str | None) -> None:
    assert refusal(lambda: projets.verifier_cibles(("59", "62"), [departement])) == code


@pytest.mark.parametrize(("day", "code"), [(5, "extraction_depassee"), (6, None), (7, None)])
def test_an_older_extraction_is_refused(day: int, code: str | None) -> None:
    assert refusal(lambda: asp.ensure_fresh(date(2025, 1, day), date(2025, 1, 6))) == code


@pytest.mark.parametrize(
    ("mesure", "kind", "code"), [("ACI_DC", "ACI", None), ("EI_DC", "ACI", "mesure_incoherente")]
)
def test_the_mesure_of_an_annexe_is_that_of_its_structure(mesure: str, kind: str, code: str | None) -> None:
    assert refusal(lambda: asp.ensure_mesure(mesure, kind)) == code


@pytest.mark.parametrize("open_first", [True, False])
def test_an_identifier_of_the_asp_names_the_open_structure_rather_than_a_closed_one(open_first: bool) -> None:  # noqa: FBT001 -- a case
    common = {"asp_id": 5, "type_structure": "ACI", "mere_id": None}
    rows: list[dict[str, Any]] = [
        common | {"id": "ouverte", "siret": "1", "fermee_le": None},
        common | {"id": "fermee", "siret": "2", "fermee_le": date(2024, 1, 1)},
    ]
    known = Connues(rows if open_first else rows[::-1])
    found = [known.find(5, "2", "ACI"), known.find(None, "2", "ACI")]
    assert [row and row["id"] for row in found] == ["ouverte", "fermee"]

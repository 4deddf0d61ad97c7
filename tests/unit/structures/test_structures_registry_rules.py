"""Rules of structures, of their activity and of their neighbours (structures.md §1, §3, §8)."""

from datetime import date

import pytest

from services.structures.domain import structure as rules
from services.structures.domain.activite import Entreprise, activite
from services.structures.domain.errors import (
    CommuneInconnue,
    DateEffetIncoherente,
    FormeJuridiqueNonAdmise,
    ReouvertureImpossible,
    SirenDifferent,
    SourceIncoherente,
    TypeNonModifiable,
)
from services.structures.domain.limitrophes import LIMITROPHES, avec_limitrophes

LE = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("kind", "forme"),
    [
        ("AI", "Association loi 1901"), ("AI", None), ("ACI", "CCAS"), ("ACI", "SCIC"), ("EI", "SAS"),
        ("EI", "Association"), ("ETTI", "SARL"), ("AI", "Forme jamais vue"), ("AUTRE", "SAS"),
    ],
)  # fmt: skip
def test_a_legal_form_that_the_law_admits_or_that_no_family_holds_is_taken(
    kind: str, forme: str | None
) -> None:
    rules.ensure_forme(kind, forme, LE)


@pytest.mark.parametrize(
    ("kind", "forme"), [("AI", "SAS"), ("AI", "CCAS"), ("ACI", "SARL"), ("EI", "Commune")]
)
def test_a_legal_form_that_the_law_reserves_to_others_is_refused_with_its_article(
    kind: str, forme: str
) -> None:
    with pytest.raises(FormeJuridiqueNonAdmise) as refused:
        rules.ensure_forme(kind, forme, LE)
    assert refused.value.source is not None
    assert refused.value.source.startswith("CT L5132-")


def test_a_legal_form_is_not_judged_before_the_law_that_reserves_it() -> None:
    rules.ensure_forme("AI", "SAS", date(1990, 1, 1))


@pytest.mark.parametrize(
    ("kind", "source", "antenne", "good"),
    [
        ("ACI", "ASP", False, True), ("ACI", "STAFF_CREATED", False, True), ("ACI", "USER_CREATED", True, True),
        ("ACI", "USER_CREATED", False, False), ("ACI", "ASP", True, False), ("GEIQ", "GEIQ", False, True),
        ("GEIQ", "ASP", False, False), ("ACI", "GEIQ", False, False), ("OPCS", "STAFF_CREATED", False, True),
        ("OPCS", "ASP", False, False),
    ],
)  # fmt: skip
def test_a_source_fits_its_type(kind: str, source: str, antenne: bool, good: bool) -> None:  # noqa: FBT001 # a case
    if good:
        rules.ensure_source(kind, source, antenne=antenne)
        return
    with pytest.raises(SourceIncoherente):
        rules.ensure_source(kind, source, antenne=antenne)


def test_the_usual_source_of_each_type_is_a_good_one() -> None:
    for kind in rules.TYPES:
        rules.ensure_source(kind, rules.source_usuelle(kind, antenne=False), antenne=False)
    rules.ensure_source("ACI", rules.source_usuelle("ACI", antenne=True), antenne=True)


def test_a_structure_moves_with_its_siren() -> None:
    rules.ensure_siren("00000001800010", "00000001800028")
    with pytest.raises(SirenDifferent):
        rules.ensure_siren("00000001800010", "00000002600013")


def test_a_type_is_only_known_later_never_changed() -> None:
    rules.ensure_type("AUTRE", "ACI")
    rules.ensure_type("ACI", "ACI")
    with pytest.raises(TypeNonModifiable):
        rules.ensure_type("ACI", "EI")


@pytest.mark.parametrize("effet", [date(2020, 1, 1), LE])
def test_a_change_takes_effect_between_the_previous_one_and_today(effet: date) -> None:
    rules.ensure_date_effet(effet, date(2020, 1, 1), LE)


@pytest.mark.parametrize("effet", [date(2019, 12, 31), date(2026, 11, 26)])
def test_a_change_never_takes_effect_before_the_previous_one_nor_in_the_future(effet: date) -> None:
    with pytest.raises(DateEffetIncoherente):
        rules.ensure_date_effet(effet, date(2020, 1, 1), LE)


@pytest.mark.parametrize(("fermee_le", "absorbee"), [(None, False), (LE, True)])
def test_an_open_or_absorbed_structure_does_not_open_again(fermee_le: date | None, absorbee: bool) -> None:  # noqa: FBT001 # a case
    with pytest.raises(ReouvertureImpossible):
        rules.ensure_rouvrable(fermee_le, absorbee=absorbee)


def test_a_place_is_known_with_its_departement_and_position_where_they_are_held() -> None:
    lille = rules.locate("59350")
    assert (lille.departement, lille.latitude is not None) == ("59", True)
    assert rules.locate("75056") == rules.Lieu("75056", "75", None, None, None)
    with pytest.raises(CommuneInconnue):
        rules.locate("99000")


def test_a_text_is_searched_without_accents_case_nor_punctuation() -> None:
    assert rules.plain("  Élan d'Épinette — L'Œuvre ") == "elan d epinette l uvre"


@pytest.mark.parametrize(
    ("entreprise", "active", "grace", "shown"),
    [
        (Entreprise("ACI", "ASP", visible=True, convention="ACTIVE"), True, False, True),
        (Entreprise("ACI", "USER_CREATED", visible=True, convention="ACTIVE"), True, False, True),
        (Entreprise("ACI", "ASP", visible=True), False, False, True),
        (Entreprise("ACI", "ASP", True, None, "SUSPENDUE", date(2026, 10, 26)), False, True, True),
        (Entreprise("ACI", "ASP", True, None, "SUSPENDUE", date(2026, 10, 25)), False, False, False),
        (Entreprise("ACI", "STAFF_CREATED", visible=True), True, False, True),
        (Entreprise("GEIQ", "GEIQ", visible=True), True, False, True),
        (Entreprise("GEIQ", "GEIQ", visible=False), True, False, False),
        (Entreprise("OPCS", "STAFF_CREATED", visible=True), True, False, True),
        (Entreprise("OPCS", "STAFF_CREATED", visible=False), False, False, False),
        (Entreprise("GEIQ", "GEIQ", visible=True, fermee_le=LE), False, False, False),
    ],
)
def test_the_activity_of_a_structure_depends_on_its_source_then_on_its_convention(
    entreprise: Entreprise,
    active: bool,  # noqa: FBT001 # a case
    grace: bool,  # noqa: FBT001 # a case
    shown: bool,  # noqa: FBT001 # a case
) -> None:
    told = activite(entreprise, LE)
    assert (told.active, told.en_grace, told.dans_la_recherche) == (active, grace, shown)


def test_neighbours_are_added_once_and_touch_each_other_inside_the_region() -> None:
    assert avec_limitrophes(["62"]) == ("59", "62", "80")
    for code, others in LIMITROPHES.items():
        assert all(code in LIMITROPHES[other] for other in others if other in LIMITROPHES)

"""Which identities resemble each other, and which persons may not become one."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.parcours.domain.dossier import AI_STOCK, Dossier, PassIae
from services.parcours.domain.rapprochement import (
    FRANCE_TRAVAIL,
    JOUR,
    MOTS,
    SON,
    formes_proches,
    refus_de_fusion,
)

TODAY = date(2026, 11, 25)
BORN = date(1990, 5, 7)
ONE, OTHER = UUID(int=1), UUID(int=2)


def shared_forms(*other: object) -> list[str]:
    mine = formes_proches("Hautbois-Martin", "Anne Lise", BORN)
    theirs = formes_proches(*other)  # type: ignore[arg-type]  # the cases below are typed by their use
    return sorted(kind for kind, form in mine.items() if theirs[kind] == form)


@pytest.mark.parametrize(
    ("nom", "prenom", "born", "forms"),
    [
        ("HAUTBOIS MARTIN", "anne-lise", BORN, [JOUR, MOTS, SON]),
        ("Anne Lise", "Hautbois Martin", BORN, [MOTS]),
        ("Martin Hautbois", "Lise Anne", BORN, [MOTS]),
        ("Hautbois-Martin", "Anne Lise", date(1990, 7, 5), [JOUR, SON]),
        ("Hautbois-Martin", "Anne Lise", date(1990, 7, 6), [SON]),
        ("Obois-Martin", "Anne", BORN, [SON]),
        ("Hautbois-Martin", "Lise", BORN, []),
        ("Hautbois-Martin", "Anne Lise", date(1991, 5, 7), []),
        ("Tilleul", "Anne Lise", BORN, []),
    ],
)
def test_identities_resemble_each_other_by_words_day_or_sound(
    nom: str, prenom: str, born: date, forms: list[str]
) -> None:
    assert shared_forms(nom, prenom, born) == forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Philippe", "Filipe"), ("Renault", "Reno"), ("Hubert", "Ubert"), ("Jacques", "Jakes"),
        ("Rousseaux", "Rousso"), ("Maillet", "Meillet"), ("Yves", "Ives"), ("Waltz", "Valts"),
        ("Haut Bois", "Hautbois"),
    ],
)  # fmt: skip
def test_names_that_sound_alike_are_found(one: str, other: str) -> None:
    assert formes_proches(one, "A", BORN)[SON] == formes_proches(other, "A", BORN)[SON]


def test_a_first_name_without_a_latin_letter_is_no_fault() -> None:
    assert formes_proches("Hautbois", "李", BORN)[SON].endswith("||1990")


def make_pass(debut: date, fin: date) -> PassIae:
    return PassIae(uuid4(), 1, ONE, "XXXXX0000001", AI_STOCK, debut, fin, False, None, None)


def refusals(
    kept_nir: str | None = None,
    absorbed_nir: str | None = None,
    kept: Sequence[PassIae] = (),
    absorbed: Sequence[PassIae] = (),
    other: UUID = OTHER,
) -> list[str]:
    found = refus_de_fusion(
        {"id": ONE, "nir": kept_nir},
        {"id": other, "nir": absorbed_nir},
        [Dossier(passes=kept), Dossier(passes=absorbed)],
        TODAY,
    )
    assert all(each.source for each in found if each.champ != "absorbee" or each.code == "nir_a_conserver")
    return [each.code for each in found]


PAST = make_pass(date(2020, 1, 1), date(2021, 12, 31))
AFTER = make_pass(date(2022, 1, 1), date(2023, 12, 31))
VALID = make_pass(date(2026, 1, 1), TODAY)
FUTURE = make_pass(TODAY + timedelta(1), date(2028, 1, 1))
ENDED = make_pass(date(2024, 6, 1), TODAY - timedelta(1))


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        ({}, []),
        ({"other": ONE}, ["fusion_impossible"]),
        ({"kept_nir": "1"}, []),
        ({"absorbed_nir": "1"}, ["nir_a_conserver"]),
        ({"kept_nir": "1", "absorbed_nir": "2"}, ["nir_differents"]),
        ({"kept": [PAST], "absorbed": [AFTER]}, []),
        ({"kept": [PAST], "absorbed": [make_pass(PAST.date_fin, date(2022, 3, 1))]}, ["pass_chevauchants"]),
        ({"kept": [VALID], "absorbed": [FUTURE]}, ["pass_chevauchants"]),
        ({"kept": [ENDED], "absorbed": [FUTURE]}, []),
        ({"kept": [VALID], "absorbed": [PAST]}, []),
        (
            {"absorbed_nir": "2", "kept": [VALID], "absorbed": [FUTURE]},
            ["nir_a_conserver", "pass_chevauchants"],
        ),
    ],
)
def test_two_persons_become_one_unless_nir_or_pass_say_otherwise(
    case: dict[str, object], codes: list[str]
) -> None:
    assert refusals(**case) == codes  # type: ignore[arg-type]  # idem


def test_an_identifier_of_france_travail_is_one_more_thing_in_common_whatever_its_case() -> None:
    assert FRANCE_TRAVAIL not in formes_proches("A", "B", BORN)
    small, capital = (
        formes_proches(nom, "B", BORN, given) for nom, given in (("A", "1234567a"), ("Z", "1234567A"))
    )
    assert [kind for kind in small if small[kind] == capital[kind]] == [FRANCE_TRAVAIL]

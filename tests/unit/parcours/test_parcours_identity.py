"""Identity: age, NIR, criteria, normal form (``domaine/parcours.md`` §3 and §4.1)."""

from contextlib import AbstractContextManager, nullcontext
from datetime import date

import orjson
import pytest

from services.parcours.commands.personne import Identite, identity_values
from services.parcours.domain.errors import (
    AgeHorsBornes,
    CritereInconnu,
    CriteresIncompatibles,
    IdentifiantFranceTravailInvalide,
    NirIncoherent,
    NirInvalide,
    NirOuMotif,
)
from services.parcours.domain.identite import (
    forme_normale,
    verifier_age,
    verifier_criteres,
    verifier_identifiant_france_travail,
    verifier_nir_ou_motif,
)
from services.parcours.domain.nir import compacter, verifier_coherence, verifier_nir
from tests.factories.parcours import make_identite, make_nir

Outcome = AbstractContextManager[object]
OK = nullcontext()
BORN = date(2001, 3, 15)


@pytest.mark.parametrize(
    ("jour", "outcome"),
    [
        pytest.param(date(2017, 3, 14), pytest.raises(AgeHorsBornes), id="the eve of sixteen"),
        pytest.param(date(2017, 3, 15), pytest.raises(AgeHorsBornes), id="the day of sixteen is refused"),
        pytest.param(date(2017, 3, 16), OK, id="the day after sixteen"),
        pytest.param(date(2102, 3, 14), OK, id="a hundred, last day"),
        pytest.param(date(2102, 3, 15), pytest.raises(AgeHorsBornes), id="a hundred and one"),
    ],
)
def test_the_age_of_a_pathway(jour: date, outcome: Outcome) -> None:
    with outcome:
        verifier_age(BORN, jour, "date_naissance")


def test_somebody_born_on_29_february_is_sixteen_on_the_28th() -> None:
    verifier_age(date(2000, 2, 29), date(2017, 3, 1), "date_naissance")
    with pytest.raises(AgeHorsBornes):
        verifier_age(date(2000, 2, 29), date(2016, 2, 29), "date_naissance")


@pytest.mark.parametrize(
    ("nom", "prenom"),
    [
        ("MARJOLAINE-ORIGAN", "Éloïse"),
        ("Marjolaine Origan", "ELOISE"),
        ("marjolaine  origan", "Eloïse"),
    ],
)
def test_two_spellings_are_one_identity(nom: str, prenom: str) -> None:
    assert forme_normale(nom, prenom, BORN) == "marjolaine origan|eloise|2001-03-15"


def test_another_birth_date_is_another_identity() -> None:
    assert forme_normale("A", "B", BORN) != forme_normale("A", "B", date(2001, 3, 16))


@pytest.mark.parametrize(
    "nir",
    [
        pytest.param(make_nir("1900559350001"), id="usual"),
        pytest.param(make_nir("190052A004123"), id="Corse-du-Sud"),
        pytest.param(make_nir("290052B004123"), id="Haute-Corse"),
        pytest.param(make_nir("2903099350001"), id="fictitious month"),
        pytest.param(make_nir("7900599350001"), id="prefix 7, waiting for its final number"),
    ],
)
def test_a_right_nir_is_accepted(nir: str) -> None:
    verifier_nir(nir)


@pytest.mark.parametrize(
    "nir",
    [
        pytest.param(make_nir("1900559350001")[:-1] + "0", id="key"),
        pytest.param(make_nir("5900559350001"), id="first figure 5"),
        pytest.param(make_nir("1901359350001"), id="month 13"),
        pytest.param(make_nir("1904359350001"), id="month 43"),
        pytest.param("19005593500012", id="fourteen characters"),
        pytest.param("269054958815780", id="public example"),
    ],
)
def test_a_wrong_nir_is_refused_and_never_quoted(nir: str) -> None:
    with pytest.raises(NirInvalide) as refused:
        verifier_nir(nir)
    assert nir not in refused.value.detail + (refused.value.correction or "")


def test_blanks_and_small_letters_of_a_nir_do_not_count() -> None:
    assert compacter("1 90 05 2a 004 123 17") == "190052A00412317"


@pytest.mark.parametrize(
    ("nir", "born", "sexe", "outcome"),
    [
        pytest.param("190055935000100", date(1990, 5, 17), "H", OK, id="all agree"),
        pytest.param(
            "190055935000100", date(1990, 6, 17), "H", pytest.raises(NirIncoherent), id="another month"
        ),
        pytest.param(
            "190055935000100", date(1990, 5, 17), "F", pytest.raises(NirIncoherent), id="another sex"
        ),
        pytest.param("190305935000100", date(1990, 6, 17), "H", OK, id="fictitious month: the year alone"),
        pytest.param("890055935000100", date(1971, 1, 1), "F", OK, id="prefix 8: birth not compared"),
    ],
)
def test_a_nir_agrees_with_birth_and_sex(nir: str, born: date, sexe: str, outcome: Outcome) -> None:
    with outcome:
        verifier_coherence(nir, born, sexe)


@pytest.mark.parametrize(("nir", "motif"), [(None, None), ("1", "NO_NIR")])
def test_a_nir_or_the_reason_of_its_absence_never_both(nir: str | None, motif: str | None) -> None:
    with pytest.raises(NirOuMotif):
        verifier_nir_ou_motif(nir, motif)


def test_criteria_are_of_the_nomenclature_and_go_together() -> None:
    verifier_criteres(["RSA", "JEUNE", "DELD"])
    with pytest.raises(CritereInconnu):
        verifier_criteres(["INVENTE"])
    for pair in (["SENIOR", "JEUNE"], ["DETLD", "DELD"]):
        with pytest.raises(CriteresIncompatibles):
            verifier_criteres(pair)


@pytest.mark.parametrize("identifiant", [None, "12345678", "1234567A", "1234567z", "12345678901"])
def test_an_identifier_of_france_travail_may_be_missing_or_has_one_of_two_forms(
    identifiant: str | None,
) -> None:
    verifier_identifiant_france_travail(identifiant)


@pytest.mark.parametrize(
    "identifiant", ["", "1234567", "123456789", "1234567é", "1234567\n", "A2345678", "1234567890A"]
)
def test_another_text_is_no_identifier_of_france_travail(identifiant: str) -> None:
    with pytest.raises(IdentifiantFranceTravailInvalide) as refused:
        verifier_identifiant_france_travail(identifiant)
    assert not identifiant or identifiant not in refused.value.detail + (refused.value.correction or "")


@pytest.mark.parametrize(
    ("identifiant", "motif", "kept"),
    [
        ("1234567A", "FORGOTTEN", ("1234567A", None)),  # the identifier prevails
        (None, "NOT_REGISTERED", (None, "NOT_REGISTERED")),
        (None, None, (None, None)),
    ],
)
def test_the_reason_of_an_absence_goes_when_the_identifier_comes(
    identifiant: str | None, motif: str | None, kept: tuple[str | None, str | None]
) -> None:
    line = make_identite(
        identifiant_france_travail=identifiant, motif_absence_identifiant_france_travail=motif
    )
    told = identity_values(Identite.model_validate_json(orjson.dumps(line)))
    assert (
        told["identifiant_france_travail"],
        told["motif_absence_identifiant_france_travail"],
    ) == kept

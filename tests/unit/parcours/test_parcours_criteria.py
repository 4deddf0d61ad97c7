"""What proves each criterion, who certifies it, and what a profile suggests."""

from datetime import date

import pytest

from services.parcours.domain.criteres import PIECES, certifiables, proposer
from shared.reference.nomenclatures import criteres_eligibilite
from tests.factories.simulators import simulate

JOUR = date(2026, 11, 29)


def test_each_criterion_has_its_piece_and_its_age() -> None:
    assert PIECES.valeur.keys() == criteres_eligibilite().keys()
    ages = {code: piece.mois for code, piece in PIECES.valeur.items()}
    assert {code for code, months in ages.items() if months == 3} == {
        "RSA", "ASS", "AAH", "DETLD", "CAP_BEP", "DELD", "PI", "PSH_PR",
    }  # fmt: skip
    assert {code for code, months in ages.items() if months == 6} == {
        "ZRR",
        "QPV",
        "DETENTION_MJ",
        "FLE",
        "PM",
    }
    assert {code for code, months in ages.items() if months is None} == {"SENIOR", "JEUNE", "TH", "REF_DA"}
    assert ages["ASE"] == 12


@pytest.mark.parametrize(
    ("jour", "expected"),
    [
        (date(2025, 9, 5), set()),
        (date(2025, 9, 6), {"RSA", "AAH", "PI"}),
        (date(2026, 2, 28), {"RSA", "AAH", "PI"}),
        (date(2026, 3, 1), {"RSA", "AAH", "PI", "TH"}),
    ],
)
def test_a_public_service_certifies_some_criteria_since_a_day(jour: date, expected: set[str]) -> None:
    assert certifiables(jour) == expected


@pytest.mark.parametrize(
    ("naissance", "expected"),
    [
        (date(2000, 11, 30), ["JEUNE"]),
        (date(2000, 11, 29), []),
        (date(1976, 11, 30), []),
        (date(1976, 11, 29), ["SENIOR"]),
        (None, []),
    ],
)
def test_an_age_suggests_the_young_and_the_old(naissance: date | None, expected: list[str]) -> None:
    assert proposer(naissance, None, None, JOUR) == expected


@pytest.mark.parametrize(
    ("niveau", "anciennete", "expected"),
    [
        *((code, None, ["CAP_BEP"]) for code in ("51", "50", "00", "01", "70")),
        *((code, None, []) for code in ("10", "20", "30", "40", "41", "60")),
        (None, "02", []),
        (None, "03", ["DELD"]),
        ("51", "04", ["CAP_BEP", "DETLD"]),
    ],
)
def test_a_training_and_a_registration_suggest_theirs(
    niveau: str | None, anciennete: str | None, expected: list[str]
) -> None:
    assert proposer(None, niveau, anciennete, JOUR) == expected


async def test_the_simulator_tells_the_criteria_with_what_proves_them() -> None:
    profile = {"date_naissance": "1970-01-01", "niveau_formation": "70", "anciennete_france_travail": "03"}
    told = await simulate("criteres", profile | {"au": "2026-02-28"})
    assert told["proposes"] == ["SENIOR", "CAP_BEP", "DELD"]
    criteria = {each.pop("code"): each for each in told["criteres"]}
    assert len(criteria) == 18
    assert criteria["RSA"] == {
        "libelle": "Bénéficiaire du RSA", "niveau": 1, "piece": "attestation RSA", "age_maximal_mois": 3,
        "certifiable": True,
    }  # fmt: skip
    assert (criteria["TH"]["certifiable"], criteria["TH"]["age_maximal_mois"]) == (False, None)
    assert all(rule["source"] for rule in told["regles"])
    assert (await simulate("criteres", {"au": "2026-02-28"}))["proposes"] == []

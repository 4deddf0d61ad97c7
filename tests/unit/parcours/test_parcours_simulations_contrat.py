"""Contracts, CDI inclusion, hours made available and the end of an experiment, case by case (``domaine/parcours.md`` §7)."""

from datetime import date
from typing import Any

import pytest

from services.parcours.domain.siae import refus_d_experimentation
from tests.factories.simulators import ask, refusals, simulate


def a_contract(**changes: Any) -> dict[str, Any]:
    asked = {
        "type_structure": "ACI",
        "type_contrat": "CDDI",
        "date_debut": "2024-01-01",
        "date_fin": "2024-12-31",
        "heures_hebdo": "26",
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"heures_hebdo": None}, []),
        ({"heures_hebdo": "48.5"}, ["heures_excessives"]),
        ({"type_contrat": "CTT"}, ["type_contrat_non_admis"]),
        ({"type_structure": "ETTI", "type_contrat": "CTT", "date_fin": "2024-01-01"}, []),
        ({"type_structure": "EITI"}, ["type_contrat_non_admis"]),
        ({"type_structure": "GEIQ"}, ["type_contrat_non_admis"]),
        ({"date_fin": "2024-04-29"}, ["duree_contrat"]),
        ({"date_fin": "2024-04-30"}, []),
        ({"date_fin": "2024-01-01", "peine_amenagee": True}, []),
        ({"date_fin": "2023-12-31", "peine_amenagee": True}, ["periode_inversee"]),
        ({"date_fin": "2025-12-30"}, []),
        ({"date_fin": "2025-12-31"}, ["duree_contrat"]),
        ({"date_fin": "2025-12-31", "peine_amenagee": True}, ["duree_contrat"]),
        ({"type_contrat": "CTT", "heures_hebdo": "49"}, ["type_contrat_non_admis", "heures_excessives"]),
    ],
)
async def test_a_contract_is_refused_for_every_reason(changes: dict[str, Any], codes: list[str]) -> None:
    assert await refusals("contrat", a_contract(**changes)) == codes


@pytest.mark.parametrize(
    ("kind", "derogation", "fin", "codes"),
    [
        *(("ACI", reason, "2028-12-31", []) for reason in ("FIN_DE_FORMATION", "SENIOR_OU_RQTH", "DIFFICULTES")),
        *(("ACI", reason, "2029-01-01", ["duree_contrat"])
          for reason in ("FIN_DE_FORMATION", "SENIOR_OU_RQTH", "DIFFICULTES")),
        ("EI", "SENIOR_OU_RQTH", "2029-01-01", []),
        ("EI", "FIN_DE_FORMATION", "2026-01-01", ["duree_contrat"]),
        ("EI", "DIFFICULTES", "2026-01-01", ["duree_contrat"]),
        ("AI", "SENIOR_OU_RQTH", "2026-01-01", ["duree_contrat"]),
        ("ACI", "DIFFICULTES", "2024-04-29", ["duree_contrat"]),
    ],
)  # fmt: skip
async def test_a_cddi_passes_24_months_by_a_derogation_of_its_type_of_structure(
    kind: str, derogation: str, fin: str, codes: list[str]
) -> None:
    asked = a_contract(type_structure=kind, derogation=derogation, date_fin=fin)
    assert await refusals("contrat", asked) == codes


async def test_no_derogation_was_open_before_the_reform() -> None:
    asked = a_contract(derogation="DIFFICULTES", date_debut="2021-08-31", date_fin="2023-12-31")
    assert await refusals("contrat", asked) == ["duree_contrat"]


async def test_only_a_cddi_has_derogations() -> None:
    asked = a_contract(type_structure="ETTI", type_contrat="CTT", derogation="DIFFICULTES")
    assert (await ask("contrat", asked)).status_code == 422


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, "20"),
        ({"date_debut": "2021-08-31", "date_fin": "2022-08-30"}, None),
        ({"type_structure": "ETTI"}, None),
        ({"type_structure": "AI", "type_contrat": "CDD_USAGE"}, None),
    ],
)
async def test_the_weekly_hours_under_which_a_cddi_needs_a_derogation(
    changes: dict[str, Any], hours: str | None
) -> None:
    told = await simulate("contrat", a_contract(heures_hebdo="10", **changes))
    assert (told["acceptee"], told["heures_mini"]) == (True, hours)


@pytest.mark.parametrize(
    ("kind", "jour", "codes"),
    [
        ("EITI", date(2018, 9, 4), ["experimentation_fermee"]),
        ("EITI", date(2018, 9, 5), []),
        ("EITI", date(2026, 12, 22), []),
        ("EITI", date(2026, 12, 23), ["experimentation_fermee"]),
        ("ACI", date(2026, 12, 23), []),
    ],
)
def test_nobody_enters_an_eiti_once_the_experiment_is_over(kind: str, jour: date, codes: list[str]) -> None:
    assert [refusal.code for refusal in refus_d_experimentation(kind, jour)] == codes


async def test_a_contract_in_an_eiti_tells_that_the_experiment_is_over() -> None:
    asked = a_contract(type_structure="EITI", date_debut="2026-12-23", date_fin="2027-12-22")
    assert await refusals("contrat", asked) == ["experimentation_fermee", "type_contrat_non_admis"]


def a_cdi(**changes: Any) -> dict[str, Any]:
    asked = {
        "type_structure": "ETTI",
        "date_debut": "2024-06-15",
        "date_naissance": "1967-06-15",
        "entree_en_parcours": "2023-06-15",
        "postes_conventionnes": "10",
        "postes_en_cdi": "2",
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        *(({"type_structure": kind}, []) for kind in ("ACI", "AI", "EI", "ETTI")),
        *(({"type_structure": kind}, ["type_contrat_non_admis"]) for kind in ("EITI", "GEIQ")),
        ({"date_naissance": "1967-06-16"}, ["cdi_inclusion_ferme"]),
        ({"entree_en_parcours": "2023-06-16"}, ["cdi_inclusion_ferme"]),
        ({"date_naissance": None, "entree_en_parcours": None}, []),
        ({"postes_en_cdi": "2.01"}, ["cdi_inclusion_ferme"]),
        ({"postes_en_cdi": "3", "decision_du_prefet": True}, []),
        ({"postes_en_cdi": "3.01", "decision_du_prefet": True}, ["cdi_inclusion_ferme"]),
        (
            {"date_naissance": "1990-01-01", "entree_en_parcours": "2024-06-01", "postes_en_cdi": "5"},
            ["cdi_inclusion_ferme"] * 3,
        ),
        (
            {"date_debut": "2021-08-31", "date_naissance": "1960-01-01", "entree_en_parcours": "2020-01-01"},
            ["type_contrat_non_admis"],
        ),
    ],
)
async def test_a_cdi_inclusion_needs_an_age_a_pathway_and_a_place(
    changes: dict[str, Any], codes: list[str]
) -> None:
    assert await refusals("cdi-inclusion", a_cdi(**changes)) == codes


@pytest.mark.parametrize(("prefet", "postes", "share"), [(False, "2.00", " 20 % "), (True, "3.00", " 30 % ")])
async def test_the_posts_that_may_be_under_a_cdi_inclusion(*, prefet: bool, postes: str, share: str) -> None:
    told = await simulate("cdi-inclusion", a_cdi(decision_du_prefet=prefet, postes_en_cdi="9"))
    assert told["postes_maxi"] == postes
    assert share in told["refus"][0]["detail"]


@pytest.mark.parametrize(
    ("changes", "bounds"),
    [
        ({}, "de 4 mois à 730 jours."),
        ({"peine_amenagee": True, "date_fin": "2026-01-01"}, " 730 jours au plus."),
    ],
)
async def test_the_length_of_a_contract_is_told_with_its_bounds(changes: dict[str, Any], bounds: str) -> None:
    told = await simulate("contrat", a_contract(date_fin="2024-01-02") | changes)
    assert told["refus"][0]["detail"].endswith(bounds)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"heures": "480.01"}, ["mise_a_disposition_excessive"]),
        *(
            ({"heures": "900", "utilisateur": user}, [])
            for user in ("PARTICULIER", "ASSOCIATION", "COLLECTIVITE")
        ),
        ({"heures": "900", "derogation_depuis": "2024-06-15"}, []),
        ({"heures": "900", "derogation_depuis": "2024-06-16"}, ["mise_a_disposition_excessive"]),
        ({"heures": "900", "derogation_depuis": "2021-06-16"}, []),
        ({"heures": "900", "derogation_depuis": "2021-06-15"}, ["mise_a_disposition_excessive"]),
    ],
)
async def test_a_person_works_480_hours_in_24_months_in_one_company(
    changes: dict[str, Any], codes: list[str]
) -> None:
    asked = {"utilisateur": "ENTREPRISE", "heures": "480", "au": "2024-06-15"}
    assert await refusals("mise-a-disposition", asked | changes) == codes

"""The simulators, open to all: no token, no database."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.funding.routes import simulations
from shared.http import add_error_handlers
from tests.conftest import client_of


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_error_handlers(app)
    app.include_router(simulations.router)
    async with client_of(app) as client:
        yield client


async def simulate(client: httpx.AsyncClient, name: str, demande: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/v1/simulations/{name}", json=demande)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_bareme_tells_its_amount_and_its_text(client: httpx.AsyncClient) -> None:
    told = await simulate(client, "bareme", {"type_structure": "ACI", "le": "2017-06-01"})
    assert told["acceptee"] is True
    assert told["montant_socle"] == "19655.00"
    assert told["source"] == "arrêté du 28 février 2017"
    assert told["regles"][0]["source"] == told["source"]


@pytest.mark.parametrize("type_structure", ["GEIQ", "ETTI"])
async def test_an_absent_bareme_is_refused_in_words(client: httpx.AsyncClient, type_structure: str) -> None:
    told = await simulate(client, "bareme", {"type_structure": type_structure, "le": "2021-02-01"})
    assert told["acceptee"] is False
    assert [refus["code"] for refus in told["refus"]] == ["bareme_absent"]
    assert told["montant_socle"] is None


async def test_an_annexe_of_a_year_is_worth_its_real_amount(client: httpx.AsyncClient) -> None:
    demande = {
        "type_structure": "ACI", "date_debut": "2018-01-01", "date_fin": "2018-12-31", "etp": "15.60",
        "heures_par_etp": "1820", "cofinancement": "72150.90",
    }  # fmt: skip
    told = await simulate(client, "annexe", demande)
    assert told["acceptee"] is True
    assert told["montant_total"] == "310393.20"
    assert (told["duree_mois"], told["etp_annuel"]) == (12, "15.60")
    assert len(told["acomptes"]) == 12
    assert told["acomptes"][0] == "25866.10"
    assert told["jalons"] == ["2018-05", "2018-08", "2018-11"]
    assert told["mois_solde"] == "2019-01"
    assert (told["part_cd"], told["etp_cd"], told["etp_etat"]) == ("0.23245", "3.62622", "11.97378")
    assert {"F03", "F04", "F05", "F07", "F12", "F13"} <= {regle["code"] for regle in told["regles"]}


async def test_an_annexe_over_three_baremes_is_told_by_period(client: httpx.AsyncClient) -> None:
    demande = {"type_structure": "EI", "date_debut": "2022-01-01", "date_fin": "2022-12-31", "etp": "10"}
    told = await simulate(client, "annexe", demande)
    assert told["montant_total"] == "113780.04"
    assert told["periodes"] == [
        {"debut": "2022-01-01", "fin": "2022-04-30", "montant_unitaire": "11087.00", "montant": "36956.68"},
        {"debut": "2022-05-01", "fin": "2022-07-31", "montant_unitaire": "11381.00", "montant": "28452.51"},
        {"debut": "2022-08-01", "fin": "2022-12-31", "montant_unitaire": "11609.00", "montant": "48370.85"},
    ]


async def test_a_given_amount_replaces_the_bareme(client: httpx.AsyncClient) -> None:
    demande = {
        "type_structure": "ACI", "date_debut": "2019-05-01", "date_fin": "2019-12-31", "etp": "7.43",
        "montant_unitaire": "20199",
    }  # fmt: skip
    told = await simulate(client, "annexe", demande)
    assert (told["montant_total"], told["duree_mois"], told["etp_annuel"]) == ("100052.40", 8, "4.953333")
    assert told["jalons"] == ["2019-09", "2019-12"]


async def test_a_refused_annexe_keeps_what_does_not_depend_on_it(client: httpx.AsyncClient) -> None:
    demande = {"type_structure": "GEIQ", "date_debut": "2017-01-01", "date_fin": "2017-06-30", "etp": "4"}
    told = await simulate(client, "annexe", demande)
    assert told["acceptee"] is False
    assert [refus["code"] for refus in told["refus"]] == ["type_hors_iae"]
    assert (told["duree_mois"], told["etp_annuel"], told["mois_solde"]) == (6, "2.00", "2017-07")
    assert told["montant_total"] is None


@pytest.mark.parametrize(
    ("date_fin", "code"), [("2016-12-31", "periode_inversee"), ("2018-01-01", "periode_trop_longue")]
)
async def test_a_period_out_of_rule_is_refused(client: httpx.AsyncClient, date_fin: str, code: str) -> None:
    demande = {"type_structure": "ACI", "date_debut": "2017-01-01", "date_fin": date_fin, "etp": "4"}
    told = await simulate(client, "annexe", demande)
    assert [refus["code"] for refus in told["refus"]] == [code]


@pytest.mark.parametrize(
    "changes",
    [{"etp": 4.5}, {"etp": "-1"}, {"etp": "1e30"}, {"type_structure": "XYZ"}, {"date_debut": "2017-02-30"}, {"de_trop": 1}],
)  # fmt: skip
async def test_malformed_input_is_not_a_case(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    demande = {"type_structure": "ACI", "date_debut": "2017-01-01", "date_fin": "2017-12-31", "etp": "4"}
    answer = await client.post("/v1/simulations/annexe", json=demande | changes)
    assert answer.status_code == 422


async def test_the_largest_case_is_still_exact(client: httpx.AsyncClient) -> None:
    demande = {
        "type_structure": "ACI", "date_debut": "2017-01-01", "date_fin": "2017-12-31", "etp": "100000",
        "montant_unitaire": "10000000000", "cofinancement": "0.00000001",
    }  # fmt: skip
    told = await simulate(client, "annexe", demande)
    assert told["montant_total"] == "1000000000000000.00"
    assert told["part_cd"] == "0.0000"

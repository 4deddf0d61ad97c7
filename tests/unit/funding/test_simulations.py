"""The simulators of the barème and of an annexe."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.factories.funding_simulators import simulate


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
    assert (told["part_cd"], told["etp_cd"], told["etp_etat"]) == ("0.23245", "3.62622003", "11.97377997")
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
    assert (told["montant_total"], told["duree_mois"], told["etp_annuel"]) == ("100052.40", 8, "4.95333333")
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


async def test_a_too_long_annexe_is_still_worth_what_its_months_are(client: httpx.AsyncClient) -> None:
    told = await annexe(
        client, date_debut="2017-07-01", date_fin="2018-12-31", montant_unitaire="20441", etp="10"
    )
    assert (told["acceptee"], told["duree_mois"], told["montant_total"]) == (False, 18, "306615.06")
    assert sum(map(Decimal, told["acomptes"])) == Decimal("306615.06")


@pytest.mark.parametrize(
    ("changes", "montant", "first", "last"),
    [
        ({"etp": "8.15"}, "162160.55", "13513.38", "13513.37"),
        (
            {"etp": "7.43", "date_debut": "2019-05-01", "date_fin": "2019-12-31"},
            "100052.40",
            "12506.55",
            "12506.55",
        ),
        (
            {"etp": "10", "date_debut": "2020-01-01", "date_fin": "2020-02-29"},
            "34068.34",
            "17034.17",
            "17034.17",
        ),
        (
            {"etp": "24.76", "date_debut": "2026-01-01", "date_fin": "2026-12-31"},
            "592283.96",
            "49357.00",
            "49356.96",
        ),
        ({"etp": "0"}, "0.00", "0.00", "0.00"),
    ],
)
async def test_annexes_are_worth_what_real_ones_are(
    client: httpx.AsyncClient, changes: dict[str, str], montant: str, first: str, last: str
) -> None:
    told = await annexe(client, **changes)
    assert told["acceptee"] is True
    assert (told["montant_total"], told["acomptes"][0], told["acomptes"][-1]) == (montant, first, last)
    assert len(told["acomptes"]) == told["duree_mois"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"type_structure": "ETTI", "date_debut": "2021-01-01", "date_fin": "2021-12-31"}, ["bareme_absent"]),
        ({"type_structure": "EITI", "date_debut": "2022-01-01", "date_fin": "2022-12-31"}, ["bareme_absent"]),
        ({"date_debut": "2014-06-01", "date_fin": "2014-12-31"}, ["bareme_absent"]),
        ({"type_structure": "GEIQ", "date_fin": "2019-01-31"}, ["periode_trop_longue", "type_hors_iae"]),
    ],
)
async def test_a_refused_annexe_keeps_its_length_and_its_months(
    client: httpx.AsyncClient, changes: dict[str, str], codes: list[str]
) -> None:
    told = await annexe(client, **changes)
    assert [refus["code"] for refus in told["refus"]] == codes
    assert all(told[field] for field in ("duree_mois", "mois_solde", "etp_annuel", "jalons"))
    assert told["montant_total"] is None


async def test_more_cofinancing_than_the_annexe_is_refused_and_its_amount_told(
    client: httpx.AsyncClient,
) -> None:
    told = await annexe(client, etp="1", cofinancement="19897.01")
    assert [refus["code"] for refus in told["refus"]] == ["cofinancement_excessif"]
    assert (told["montant_total"], told["part_cd"]) == ("19897.00", None)
    whole = await annexe(client, etp="1", cofinancement="19897")
    assert (whole["part_cd"], whole["etp_cd"], whole["etp_etat"]) == ("1.0000", "1.00", "0.00")
    nothing = await annexe(client, etp="0", cofinancement="5")
    assert (nothing["acceptee"], nothing["part_cd"]) == (True, "0.0000")
    alone = await annexe(client, etp="3")
    assert (alone["part_cd"], alone["etp_cd"], alone["etp_etat"]) == ("0.0000", "0.00", "3.00")


async def test_an_annexe_says_how_many_hours_make_an_etp(client: httpx.AsyncClient) -> None:
    told = await annexe(client, heures_par_etp="0")
    assert [refus["code"] for refus in told["refus"]] == ["heures_etp_manquantes"]
    assert told["montant_total"] == "198970.00"


async def test_unusual_hours_are_told_not_refused(client: httpx.AsyncClient) -> None:
    told = await annexe(client, heures_par_etp="1607")
    assert (told["acceptee"], [a["code"] for a in told["alertes"]]) == (True, ["heures_etp_inhabituelles"])
    assert (await annexe(client, heures_par_etp="1820"))["alertes"] == []


async def test_prisons_and_mayotte_have_their_own_bareme(client: httpx.AsyncClient) -> None:
    told = await annexe(client, etp="1", milieu_penitentiaire=True)
    assert told["montant_total"] == "11938.00"
    le = {"type_structure": "ACI", "le": "2022-08-01"}
    mayotte = await simulate(client, "bareme", le | {"mayotte": True})
    assert (mayotte["montant_socle"], mayotte["dont_accompagnement"]) == ("16825.00", "850.00")
    general = await simulate(client, "bareme", le)
    assert (general["montant_socle"], general["dont_accompagnement"]) == ("22289.00", "1128.00")
    assert (general["contrat_passerelle"], mayotte["contrat_passerelle"]) == ("2214.00", "1672.00")
    other = await simulate(client, "bareme", le | {"type_structure": "EI"})
    assert other["dont_accompagnement"] is None
    prison = await simulate(client, "bareme", le | {"milieu_penitentiaire": True})
    unknown = await simulate(client, "bareme", le | {"mayotte": True, "le": "2023-01-01"})
    assert (prison["contrat_passerelle"], unknown["contrat_passerelle"]) == (None, None)


async def annexe(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Simulate the annexe of 2018 of an ACI, changed."""
    demande = {"type_structure": "ACI", "date_debut": "2018-01-01", "date_fin": "2018-12-31", "etp": "10"}
    return await simulate(client, "annexe", demande | changes)


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

"""Indicators whose value is worked out by hand from a few facts: money, forecasts, missing months."""

from decimal import Decimal
from typing import Any

from shared.contracts.fact import Fact
from tests.factories.facts import end, identifier, make_annexe, make_contrat, make_declaration, make_structure
from tests.integration.gateway.conftest import Gateway
from tests.integration.gateway.test_financements import make_cofinancement, make_enveloppe

D = Decimal
EXPECTED = {
    "FIN-10": "60000.00",  # 7 280 h / 1 820 = 4 ETP × 20 000 €, a quarter of it cofunded
    "FIN-11": "0.100000",  # of 600 000 € notified
    "FIN-13": "3.00",  # a quarter of 12 ETP
    "FIN-15": "0.050000",  # 52 500 written for 50 000 due
    "FIN-17": "10000.00",  # 60 000 € for 6 lasting jobs
    "FIN-18": "0.050000",  # 10 000 modulated for 200 000
    "SOR-01": "0.500000",
    "SOR-07": "-0.100000",  # 50 % done for 60 % forecast
    "QUA-01": "0.916667",  # one month of twelve is declared
}


def a_year() -> list[Fact]:
    left: list[Fact] = []
    for n in range(12):
        signed = make_contrat(f"K{n}")
        left += [signed, end(signed, "DURABLE" if n < 6 else "AUTRE")]
    annexe = make_annexe(
        etp="12",
        montant_unitaire=D(20000),
        montant_socle=D(200000),
        montant_module=D(10000),
        montant_cofinance=D(52500),
        sorties_prevues=10,
        taux_durable_prevu=D("0.2"),
        taux_transition_prevu=D("0.3"),
        taux_positive_prevu=D("0.1"),
    )
    return [
        make_structure(),
        annexe,
        make_cofinancement("A1", montant=D(52500), theorique=D(50000)),
        make_enveloppe("E59", "DEPARTEMENTAL", "59", "600000"),
        make_declaration(3, {f"P{n}": "1456" for n in range(5)}),
        *left,
    ]


async def values(gateway: Gateway, asked: str) -> dict[str, Any]:
    found = {}
    for code in EXPECTED:
        answer = await gateway.client.get(f"/api/vues/v1/indicateurs/{code}?annee=2017&{asked}")
        found[code] = answer.json().get("valeur", answer.status_code)
    return found


async def test_money_forecasts_and_missing_months_are_those_of_the_facts(gateway: Gateway) -> None:
    await gateway.feed(*a_year())
    assert await values(gateway, "departement=59") == EXPECTED
    assert await values(gateway, "departement=59&type=ACI") == EXPECTED | {"FIN-11": "sans objet"}
    one = f"structure={identifier('S1')}"
    assert await values(gateway, one) == EXPECTED | {"FIN-11": 409}
    assert (await values(gateway, "region=32"))["FIN-11"] is None  # nothing is notified to the région
    assert await values(gateway, "departement=62") == {
        "FIN-10": "0.00", "FIN-11": None, "FIN-13": None, "FIN-15": None, "FIN-17": "sans objet", "FIN-18": None,
        "SOR-01": "sans objet", "SOR-07": "sans objet", "QUA-01": "sans objet",
    }  # fmt: skip


async def test_what_a_structure_did_not_declare_is_unknown_not_zero(gateway: Gateway) -> None:
    await gateway.feed(*(fact for fact in a_year() if fact.fact != "recue"))
    found = await values(gateway, f"structure={identifier('S1')}")
    assert (found["FIN-10"], found["FIN-17"], found["QUA-01"]) == (None, None, "1.000000")
    assert found["FIN-13"] == EXPECTED["FIN-13"]

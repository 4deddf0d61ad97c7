"""Payments and contracts with a social clause over HTTP, on PostgreSQL."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.funding import (
    make_annexe,
    make_envelope,
    make_marche,
    make_structure,
    make_versement,
    receive,
)
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer
from tests.integration.funding.conftest import STRUCTURE, Funding


async def test_a_payment_is_recorded_on_its_annexe_then_read(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    await funding.write("versements", make_versement(mois="2017-02"))
    identity = await funding.write("versements", make_versement())
    read = await funding.client.get(f"/v1/versements?annexe_id={annexe}", headers=funding.headers)
    assert [(v["mois"], v["montant"]) for v in read.json()] == [
        ("2017-01", "16379.17"),
        ("2017-02", "16379.17"),
    ]
    data = await funding.scalar(f"select data from journal where key = '{identity}'")
    assert data == {
        "versement_id": identity,
        "annexe_id": annexe,
        "structure_id": str(STRUCTURE.structure_id),
        "mois": "2017-01",
        "financeur": "ETAT",
        "nature": "AIDE_POSTE_SOCLE",
        "montant": "16379.17",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"annexe": "ACI059170009A0M0"}, "annexe_inconnue"),
        ({"mois": "2016-12"}, "mois_hors_annexe"),
        ({"mois": "2018-02"}, "mois_hors_annexe"),
        ({"financeur": "REGION"}, "financeur_incoherent"),
        ({"nature": "COFINANCEMENT"}, "financeur_incoherent"),
        ({"financeur": "CD00", "nature": "COFINANCEMENT_CDDI_ESTIME"}, "departement_inconnu"),
        ({"montant": "0"}, "montant_nul"),
    ],
)
async def test_a_rule_refuses_a_payment(funding: Funding, changes: dict[str, Any], code: str) -> None:
    await funding.write("annexes", make_annexe())
    answer = await funding.post("versements", make_versement(**changes))
    assert answer.status_code == 409, answer.text
    assert answer.json()["code"] == code
    assert await funding.scalar("select count(*) from versement") == 0


@pytest.mark.parametrize(
    ("changes", "champ"),
    [
        ({"financeur": "MECENE"}, "financeur"),
        ({"montant": "1.234"}, "montant"),
        ({"montant": "-5"}, "montant"),
    ],
)
async def test_a_malformed_payment_is_refused(funding: Funding, changes: dict[str, Any], champ: str) -> None:
    answer = await funding.post("versements", make_versement(**changes))
    assert answer.status_code == 422
    assert [fault["champ"] for fault in answer.json()["erreurs"]] == [champ]


@pytest.mark.parametrize(
    ("etats", "code"), [(["ANNULE"], "annexe_sans_effet"), (["CLOTURE", "CLOTURE"], "annexe_ambigue")]
)
async def test_the_state_of_the_annexes_of_a_number_counts(
    funding: Funding, etats: list[str], code: str
) -> None:
    for etat in etats:
        await funding.write("annexes", make_annexe(etat=etat))
    assert (await funding.post("versements", make_versement())).json()["code"] == code


async def test_an_annexe_outside_the_perimeter_is_unknown(funding: Funding, secrets_dir: Path) -> None:
    await funding.write("annexes", make_annexe())
    elsewhere = bearer(secrets_dir, departements=["62"])
    outside = await funding.post("versements", make_versement(), elsewhere)
    unknown = await funding.post("versements", make_versement(annexe="ACI062170009A0M0"), elsewhere)
    assert (outside.status_code, outside.json()["code"]) == (unknown.status_code, unknown.json()["code"])
    assert outside.json()["code"] == "annexe_inconnue"


async def test_no_role_of_the_service_edits_or_deletes_a_payment(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    await funding.write("versements", make_versement())
    for change in ("update versement set montant = 1", "delete from versement"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with funding.engine.begin() as conn:
                await conn.execute(text(change))


async def test_an_import_of_payments_reports_by_line(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    lines = [make_versement(reference=f"V{month}", mois=f"2017-{month:02d}") for month in range(1, 13)]
    lines[4]["mois"] = "2017-13"
    lines[7]["annexe"] = "ACI059170009A0M0"
    job, report = await funding.send("versements", lines)
    assert (job["acceptees"], job["refusees"]) == (10, 2)
    assert [(r["ligne"], r["champ"], r["code"]) for r in report] == [
        (5, "mois", "mois_invalide"),
        (8, "annexe", "annexe_inconnue"),
    ]


async def test_a_contract_is_recorded_with_or_without_structure(funding: Funding) -> None:
    identity = await funding.write("marches", make_marche())
    data = await funding.scalar(f"select data from journal where key = '{identity}'")
    assert (data["departement"], data["annee"], data["heures_realisees"]) == ("59", 2017, "700")
    assert data["structure_id"] is None
    with_structure = await funding.write("marches", make_marche(siret=STRUCTURE.siret))
    data = await funding.scalar(f"select data from journal where key = '{with_structure}'")
    assert data["structure_id"] == str(STRUCTURE.structure_id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siret": make_siret(9)}, "structure_inconnue"),
        ({"departement": "99"}, "departement_inconnu"),
        ({"type_structure": "ACI"}, "siret_manquant"),
        ({"annee": 2015}, "annee_avant_notification"),
    ],
)
async def test_a_rule_refuses_a_contract(funding: Funding, changes: dict[str, Any], code: str) -> None:
    answer = await funding.post("marches", make_marche(**changes))
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_a_siret_of_two_types_needs_the_type(funding: Funding) -> None:
    twin = make_structure(type_structure="EI")
    await receive(funding.engine, make_envelope(twin, twin.structure_id))
    line = make_marche(siret=STRUCTURE.siret)
    assert (await funding.post("marches", line)).json()["code"] == "structure_inconnue"
    identity = await funding.write("marches", line | {"type_structure": "EI"})
    query = f"select structure_id from marche where id = '{identity}'"
    assert await funding.scalar(query) == twin.structure_id


async def test_a_contract_of_another_departement_is_out_of_reach(funding: Funding, secrets_dir: Path) -> None:
    elsewhere = bearer(secrets_dir, departements=["62"])
    assert (await funding.post("marches", make_marche(), elsewhere)).status_code == 404


async def test_reading_asks_for_the_annexe(funding: Funding) -> None:
    assert (await funding.client.get("/v1/versements", headers=funding.headers)).status_code == 422
    unknown = await funding.client.get(f"/v1/versements?annexe_id={uuid4()}", headers=funding.headers)
    assert unknown.status_code == 404

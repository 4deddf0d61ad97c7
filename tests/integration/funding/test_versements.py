"""Payments and contracts with a social clause over HTTP, on PostgreSQL."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.funding import (
    STRUCTURE,
    make_annexe,
    make_envelope,
    make_marche,
    make_structure,
    make_versement,
    receive,
)
from tests.factories.funding_service import Funding
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer


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


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"annexe": "ACI059170009A0M0"}, "annexe_inconnue", "annexe"),
    ({"mois": "2016-12"}, "mois_hors_annexe", "mois"),
    ({"mois": "2018-02"}, "mois_hors_annexe", "mois"),
    ({"financeur": "REGION"}, "financeur_incoherent", "nature"),
    ({"nature": "COFINANCEMENT"}, "financeur_incoherent", "nature"),
    ({"financeur": "CD00", "nature": "COFINANCEMENT"}, "departement_inconnu", "financeur"),
    ({"montant": "0"}, "montant_nul", "montant"),
    ({"financeur": "MECENE"}, "forme_invalide", "financeur"),
    ({"montant": "1.234"}, "trop_de_decimales", "montant"),
    ({"montant": "-5"}, "valeur_hors_bornes", "montant"),
    ({"mois": "2017-13"}, "mois_invalide", "mois"),
]


async def test_each_rule_refuses_its_line_and_the_others_are_written(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    refused = [make_versement(reference=f"V{n}", **changes) for n, (changes, _, _) in enumerate(REFUSED)]
    good = [make_versement(reference=f"B{month}", mois=f"2017-{month:02d}") for month in range(1, 13)]
    job, report = await funding.send("versements", [*good[:6], *refused, *good[6:]])
    assert (job["acceptees"], job["refusees"]) == (12, len(REFUSED))
    assert [(r["ligne"], r["code"], r["champ"]) for r in report] == [
        (line, code, champ) for line, (_, code, champ) in enumerate(REFUSED, 7)
    ]


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


async def test_a_contract_is_recorded_with_or_without_structure(funding: Funding) -> None:
    identity = await funding.write("marches", make_marche())
    data = await funding.scalar(f"select data from journal where key = '{identity}'")
    assert (data["departement"], data["annee"], data["heures_realisees"]) == ("59", 2017, "700")
    assert data["structure_id"] is None
    with_structure = await funding.write("marches", make_marche(siret=STRUCTURE.siret))
    data = await funding.scalar(f"select data from journal where key = '{with_structure}'")
    assert data["structure_id"] == str(STRUCTURE.structure_id)


async def test_each_rule_refuses_its_contract(funding: Funding) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"siret": make_siret(9)}, "structure_inconnue"),
        ({"departement": "99"}, "departement_inconnu"),
        ({"type_structure": "ACI"}, "siret_manquant"),
        ({"annee": 2015}, "annee_avant_notification"),
    ]
    lines = [make_marche(reference=f"M{n}", **changes) for n, (changes, _) in enumerate(refused)]
    _, report = await funding.send("marches", lines)
    assert [r["code"] for r in report] == [code for _, code in refused]


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

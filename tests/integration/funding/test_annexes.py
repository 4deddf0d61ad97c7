"""Annexes over HTTP, on PostgreSQL."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared.access.scopes import Scope
from tests.factories.funding import NUMERO, STRUCTURE, make_annexe, make_envelope, make_structure, receive
from tests.factories.funding_service import Funding
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer


async def test_an_annexe_is_recorded_then_read(funding: Funding) -> None:
    answer = await funding.post("annexes", make_annexe(numero="ACI 059 17 0001 A0 M0", postes_cddi_cd=3))
    assert answer.status_code == 201, answer.text
    read = await funding.client.get(answer.headers["location"], headers=funding.headers)
    assert read.status_code == 200, read.text
    assert read.headers["etag"] == '"1"'
    annexe = read.json()
    assert annexe["numero"] == NUMERO
    assert annexe["structure_id"] == str(STRUCTURE.structure_id)
    assert annexe["montant_socle"] == "196550.00"
    assert annexe["postes_cddi_cd"] == 3
    listed = await funding.client.get(
        "/v1/annexes", params={"structure_id": str(STRUCTURE.structure_id)}, headers=funding.headers
    )
    assert [one["id"] for one in listed.json()] == [annexe["id"]]


async def test_its_fact_is_in_the_journal_with_the_state(funding: Funding) -> None:
    identity = await funding.write("annexes", make_annexe())
    data = await funding.scalar(f"select data from journal where key = '{identity}'")
    assert data["annexe_id"] == identity
    assert data["structure_id"] == str(STRUCTURE.structure_id)
    assert (data["numero"], data["etat"], data["mesure"]) == (NUMERO, "VALIDE", "ACI_DC")
    assert (data["etp"], data["montant_socle"]) == ("10.00", "196550.00")
    assert await funding.scalar("select count(*) from journal_pending") == 1


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"siret": make_siret(2)}, "structure_inconnue", "siret"),
    ({"type_structure": "EI"}, "structure_inconnue", "siret"),
    ({"mesure": "FDI_DC"}, "mesure_hors_champ", "mesure"),
    ({"mesure": "EI_DC"}, "mesure_incoherente", "mesure"),
    ({"numero": "EI059170001A0M0"}, "numero_incoherent", "numero"),
    ({"numero": "ACI062170001A0M0"}, "numero_incoherent", "numero"),
    ({"date_fin": "2016-12-31"}, "periode_inversee", "date_fin"),
    ({"date_fin": "2018-01-31"}, "periode_trop_longue", "date_fin"),
    ({"heures_par_etp": None}, "heures_etp_manquantes", "heures_par_etp"),
    ({"heures_par_etp": "0"}, "heures_etp_manquantes", "heures_par_etp"),
    ({"montant_unitaire": "19654"}, "montant_unitaire_hors_bareme", "montant_unitaire"),
    ({"date_debut": "2012-01-01", "date_fin": "2012-12-31"}, "bareme_absent", "montant_unitaire"),
    ({"montant_socle": "196550.01"}, "montant_socle_incoherent", "montant_socle"),
    ({"montant_module": "19655.01"}, "modulation_excessive", "montant_module"),
]


async def test_each_rule_refuses_its_line_with_its_code_and_its_field(funding: Funding) -> None:
    lines = [make_annexe(reference=f"A{n}", **changes) for n, (changes, _, _) in enumerate(REFUSED)]
    job, report = await funding.send("annexes", lines)
    assert job["refusees"] == len(REFUSED)
    assert [(r["code"], r["champ"]) for r in report] == [(code, champ) for _, code, champ in REFUSED]
    assert await funding.scalar("select count(*) from annexe_financiere") == 0


async def test_a_refused_write_tells_the_rule_its_field_and_its_source(funding: Funding) -> None:
    answer = await funding.post("annexes", make_annexe(montant_unitaire="19654"))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "montant_unitaire_hors_bareme"
    assert problem["source"] == "arrêté du 28 février 2017"
    assert problem["erreurs"][0]["champ"] == "montant_unitaire"


async def test_every_fault_of_form_is_told_at_once(funding: Funding) -> None:
    line = make_annexe(
        numero="ACI059170001", etat="SIGNE", mesure="GEIQ_DC", etp="10.001", montant_socle="1e9", connu_le=3
    )
    answer = await funding.post("annexes", line)
    assert answer.status_code == 422
    assert {fault["champ"]: fault["code"] for fault in answer.json()["erreurs"]} == {
        "numero": "numero_annexe_invalide",
        "etat": "valeur_inconnue",
        "mesure": "valeur_inconnue",
        "etp": "trop_de_decimales",
        "montant_socle": "decimal_invalide",
        "connu_le": "date_invalide",
    }


async def test_one_of_eight_active_annexes_of_a_number_wins_the_race(funding: Funding) -> None:
    answers = await asyncio.gather(*(funding.post("annexes", make_annexe()) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"annexe_deja_active"}
    assert await funding.scalar("select count(*) from journal") == 1


async def test_a_number_is_unique_among_active_annexes_only(funding: Funding) -> None:
    await funding.write("annexes", make_annexe(etat="HISTORISE"))
    await funding.write("annexes", make_annexe(etat="HISTORISE"))
    await funding.write("annexes", make_annexe(etat="PROVISOIRE"))
    answer = await funding.post("annexes", make_annexe(etat="VALIDE"))
    assert answer.json()["code"] == "annexe_deja_active"


async def test_a_structure_of_unknown_type_has_its_own_measure_and_no_bareme(funding: Funding) -> None:
    autre = make_structure(siret=make_siret(7), type_structure="AUTRE", departement="62")
    await receive(funding.engine, make_envelope(autre, autre.structure_id))
    line = make_annexe(
        siret=make_siret(7),
        type_structure="AUTRE",
        mesure="AUTRE",
        numero="AUT062170001A0M0",
        montant_unitaire="10237",
        montant_socle="102370.00",
        montant_module=None,
    )
    await funding.write("annexes", line)


async def test_a_caller_of_another_departement_neither_writes_nor_sees(
    funding: Funding, secrets_dir: Path
) -> None:
    identity = await funding.write("annexes", make_annexe())
    elsewhere = bearer(secrets_dir, departements=["62"])
    assert (await funding.post("annexes", make_annexe(), elsewhere)).status_code == 404
    for path in (f"/v1/annexes/{identity}", f"/v1/versements?annexe_id={identity}", f"/v1/annexes/{uuid4()}"):
        assert (await funding.client.get(path, headers=elsewhere)).status_code == 404
    listed = await funding.client.get(f"/v1/annexes?structure_id={STRUCTURE.structure_id}", headers=elsewhere)
    assert listed.json() == []
    owner = bearer(secrets_dir, departements=[], structures=[STRUCTURE.structure_id])
    assert (await funding.client.get(f"/v1/annexes/{identity}", headers=owner)).status_code == 200
    reader = bearer(secrets_dir, scopes=[Scope.FINANCEMENT_LECTURE])
    assert (await funding.post("annexes", make_annexe(), reader)).status_code == 403


async def test_an_import_takes_good_lines_and_reports_bad_ones(funding: Funding) -> None:
    lines = [
        make_annexe(reference="A1"),
        make_annexe(reference="A2"),
        make_annexe(reference="A3", numero="ACI059170003A0M0", montant_socle="1"),
        make_annexe(reference="A4", numero="ACI059170004A0M0", etp="x"),
        make_annexe(reference="A5", numero="ACI059170005A0M0"),
        make_annexe(reference="A1"),
    ]
    job, report = await funding.send("annexes", lines)
    assert (job["acceptees"], job["refusees"], job["deja_recues"]) == (2, 3, 1)
    assert [(r["ligne"], r["reference"], r["code"]) for r in report] == [
        (2, "A2", "annexe_deja_active"),
        (3, "A3", "montant_socle_incoherent"),
        (4, "A4", "decimal_invalide"),
    ]
    again, _ = await funding.send("annexes", lines[:1])
    assert (again["acceptees"], again["deja_recues"]) == (0, 1)

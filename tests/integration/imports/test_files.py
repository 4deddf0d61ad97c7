"""Files in every state, sent to the registry."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from deploy.local.databases import Urls
from shared.db import create_engine
from shared.messaging.sequencer import sequence_batch
from tests.factories.imports import CSV, Importer, make_line, ndjson
from tests.factories.siret import make_siret

HEADER = "reference;siret;type;raison_sociale;code_insee;permanents\n"


def cells(number: int) -> str:
    return f"S{number};{make_siret(number)};ACI;Chantier fictif {number};59350;4"


async def test_a_damaged_csv_loads_what_can_be_and_reports_the_rest(importer: Importer) -> None:
    rows = [
        cells(1).encode(),
        cells(2).replace(";", ",").encode(),
        f'S3;{make_siret(3)};ACI;"Chantier;59350;4'.encode(),
        f"S4;{make_siret(4)};ACI;Éboueurs;59350;4".encode("latin-1"),
        f"S5;{make_siret(5)};ACI;=1+1;59350;4".encode(),
        f"S6;{make_siret(6)};ACI;Relais;59350;quatre".encode(),
        cells(7).encode(),
    ]
    body = b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n".join(rows)
    job, report = await importer.send(body, kind=CSV)
    assert (job["total"], job["acceptees"], job["refusees"]) == (7, 2, 5)
    assert [(r["ligne"], r["code"]) for r in report] == [
        (3, "nombre_de_colonnes"),
        (4, "csv_illisible"),
        (5, "encodage_invalide"),
        (6, "formule"),
        (7, "type_invalide"),
    ]
    assert all(r["detail"] and r["correction"] for r in report)
    assert await importer.scalar("select sum(permanents) from structure") == 8


async def test_a_file_in_another_encoding_is_refused_before_any_job(importer: Importer) -> None:
    answer = await importer.post((HEADER + cells(1)).encode("utf-16"), kind=CSV)
    assert (answer.status_code, answer.json()["code"]) == (422, "entete_illisible")
    assert await importer.scalar("select count(*) from import_job") == 0


async def test_values_that_nothing_can_hold_refuse_their_line_only(importer: Importer) -> None:
    lines = [make_line(n) for n in range(1, 21)]
    lines[3]["raison_sociale"] = "Chantier\0fictif"
    lines[9]["permanents"] = 10**12
    job, report = await importer.send(ndjson(lines))
    assert (job["acceptees"], job["refusees"]) == (18, 2)
    assert [(r["ligne"], r["code"]) for r in report] == [(4, "forme_invalide"), (10, "valeur_hors_bornes")]


async def test_dates_and_numbers_of_ndjson_are_strict_and_those_of_csv_are_read(importer: Importer) -> None:
    good = make_line(1, date_conventionnement="2010-03-01", permanents=4)
    bad = make_line(2, date_conventionnement="01/03/2010", permanents="4")
    worse = make_line(3, date_conventionnement=20100301)
    job, report = await importer.send(ndjson([good, bad, worse]))
    assert job["acceptees"] == 1
    assert [(r["ligne"], r["champ"], r["code"]) for r in report] == [
        (2, "date_conventionnement", "date_invalide"),
        (2, "permanents", "type_invalide"),
        (3, "date_conventionnement", "date_invalide"),
    ]
    assert [r["reference"] for r in report] == ["S2", "S2", "S3"]


async def test_a_long_report_is_whole(importer: Importer) -> None:
    job, report = await importer.send(b"{}\n" * 2500)
    assert job["refusees"] == 2500
    assert [r["ligne"] for r in report[::4]] == list(range(1, 2501))


async def test_a_dry_run_decides_all_and_writes_nothing(importer: Importer) -> None:
    lines = [make_line(1), make_line(2), make_line(2, reference="S3"), make_line(4, siret="1")]
    job, report = await importer.send(ndjson(lines), dry_run=True)
    assert job["a_blanc"] is True
    assert (job["acceptees"], job["refusees"]) == (2, 2)
    assert [r["code"] for r in report] == ["structure_deja_enregistree", "siret_invalide"]
    for table in ("structure", "journal", "journal_pending", "line_reference", "audit"):
        assert await importer.scalar(f"select count(*) from {table}") == 0, table
    job, _ = await importer.send(ndjson(lines))
    assert (job["acceptees"], job["deja_recues"], job["refusees"]) == (2, 0, 2)


async def test_a_file_over_fifty_megabytes_is_refused(importer: Importer) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(51):
            yield b" " * (1024 * 1024)

    answer = await importer.post(body())
    assert (answer.status_code, answer.json()["code"]) == (413, "fichier_trop_gros")


async def test_an_empty_file_or_another_type_is_refused(importer: Importer) -> None:
    assert (await importer.post(b"\n \n")).json()["code"] == "fichier_vide"
    assert (await importer.post(b"{}", kind="application/json")).status_code == 415
    assert (await importer.post(b"{}", nature="inconnue")).json()["code"] == "nature_inconnue"


async def test_twin_uploads_under_one_key_open_one_job(importer: Importer) -> None:
    key = uuid.uuid4().hex
    body = ndjson(make_line(n) for n in range(20))
    answers = await asyncio.gather(*(importer.post(body, key=key) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {202}
    (job_id,) = {answer.json()["id"] for answer in answers}
    job, _ = await importer.follow(job_id)
    assert (job["acceptees"], job["deja_recues"]) == (20, 0)
    other = await importer.post(body + b"\n{}", key=key)
    assert (other.status_code, other.json()["code"]) == (422, "cle_idempotence_reutilisee")
    dry = await importer.post(body, key=key, dry_run=True)
    assert dry.status_code == 422


async def test_a_job_ends_once_its_last_fact_has_a_position(importer: Importer, urls: Urls) -> None:
    body, key = ndjson(make_line(n) for n in range(30)), uuid.uuid4().hex
    job, _ = await importer.send(body, key=key)
    assert (job["etat"], job["positions"]) == ("EN_COURS", {})
    relay = create_engine(urls.relais, application="test-relay")
    async with relay.begin() as conn:
        await sequence_batch(conn)
    await relay.dispose()
    async with asyncio.timeout(10):
        while job["etat"] == "EN_COURS":
            job, _ = await importer.follow(job["id"])
    assert (job["etat"], job["positions"]) == ("TERMINE", {"structures": 30})
    again = await importer.post(body, key=key)
    assert (again.status_code, again.json()) == (202, job)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_single_write_over_one_megabyte_is_refused(importer: Importer, *, chunked: bool) -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b" " * (1024 * 128)

    body = chunks() if chunked else b" " * 1_100_000
    headers = {**importer.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await importer.client.post("/v1/structures", content=body, headers=headers)
    assert answer.status_code == 413, answer.text
    assert answer.json()["code"] == "trop_volumineux"
    assert read < 12

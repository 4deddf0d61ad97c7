"""The registry over HTTP, on PostgreSQL."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.structures.service import SERVICE
from shared.access.scopes import Scope
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.tokens import bearer

LINE = {
    "siret": "00000001800010",
    "type": "ACI",
    "raison_sociale": "Chantier Lumerive",
    "code_insee": "59350",
    "permanents": 4,
    "annee": 2017,
    "chiffre_affaires_eur": "120000.50",
    "date_conventionnement": "2010-03-01",
}


@pytest.fixture
async def client(databases: Databases, settings_of: SettingsOf) -> AsyncIterator[httpx.AsyncClient]:
    settings = settings_of(await databases.clone("structures"))
    async with client_of(create_service_app(SERVICE, settings)) as client:
        yield client


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


async def test_a_structure_is_registered_then_read(client: httpx.AsyncClient, secrets_dir: Path) -> None:
    headers = bearer(secrets_dir)
    answer = await client.post("/v1/structures", json=LINE, headers=headers | key())
    assert answer.status_code == 201, answer.text
    read = await client.get(answer.headers["location"], headers=headers)
    assert read.status_code == 200, read.text
    assert read.headers["etag"] == '"1"'
    assert read.json()["departement"] == "59"
    assert read.json()["chiffre_affaires"] == "120000.50"


async def test_fifty_twin_requests_write_once_and_answer_alike(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    headers = bearer(secrets_dir) | key()
    answers = await asyncio.gather(
        *(client.post("/v1/structures", json=LINE, headers=headers) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_the_same_key_with_another_body_is_refused(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    headers = bearer(secrets_dir) | key()
    await client.post("/v1/structures", json=LINE, headers=headers)
    answer = await client.post("/v1/structures", json=LINE | {"raison_sociale": "Autre"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["code"] == "cle_idempotence_reutilisee"


async def test_two_creations_of_one_siret_and_type_race_and_one_wins(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    headers = bearer(secrets_dir)
    answers = await asyncio.gather(
        *(client.post("/v1/structures", json=LINE, headers=headers | key()) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"structure_deja_enregistree"}


async def test_every_fault_of_a_malformed_structure_is_told_at_once(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    body = LINE | {
        "siret": "00000001800011",
        "typo": 1,
        "chiffre_affaires_eur": 12.5,
        "date_conventionnement": "1/3/2010",
    }
    del body["raison_sociale"]
    answer = await client.post("/v1/structures", json=body, headers=bearer(secrets_dir) | key())
    assert answer.status_code == 422
    told = {fault["champ"]: fault["code"] for fault in answer.json()["erreurs"]}
    assert told == {
        "siret": "siret_invalide",
        "typo": "champ_inconnu",
        "chiffre_affaires_eur": "decimal_invalide",
        "date_conventionnement": "date_invalide",
        "raison_sociale": "champ_manquant",
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer faux"}, 401)],
)
async def test_no_token_or_a_bad_one_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/v1/structures", json=LINE, headers=headers | key())
    assert answer.status_code == status


async def test_a_missing_scope_is_403_and_a_foreign_departement_404(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    reader = bearer(secrets_dir, scopes=[Scope.STRUCTURES_LECTURE])
    assert (await client.post("/v1/structures", json=LINE, headers=reader | key())).status_code == 403
    elsewhere = bearer(secrets_dir, departements=["62"])
    assert (await client.post("/v1/structures", json=LINE, headers=elsewhere | key())).status_code == 404
    assert (await client.post("/v1/structures", json=LINE, headers=bearer(secrets_dir))).status_code == 400


async def test_an_import_writes_good_lines_and_reports_bad_ones(
    client: httpx.AsyncClient, secrets_dir: Path
) -> None:
    lines = [
        '{"reference":"S1","siret":"00000001800010","type":"ACI","raison_sociale":"Chantier Lumerive","code_insee":"59350"}',
        '{"reference":"S2","siret":"00000001800010","type":"ACI","raison_sociale":"Double","code_insee":"59350"}',
        "{pas du json",
        '{"reference":"S3","siret":"00000001800010","type":"EI","raison_sociale":"Services Lumerive","code_insee":"62041"}',
        '{"siret":"00000001800010","type":"AI","raison_sociale":"Relais","code_insee":"62041"}',
    ]
    headers = bearer(secrets_dir)
    job = await run_import(client, "\n".join(lines).encode(), headers)
    assert (job["acceptees"], job["refusees"], job["deja_recues"], job["total"]) == (2, 3, 0, 5)
    report = (await client.get(f"/v1/imports/{job['id']}/rapport", headers=headers)).text
    assert [line.split('"code":"')[1].split('"')[0] for line in report.splitlines()] == [
        "structure_deja_enregistree", "json_invalide", "reference_manquante",
    ]  # fmt: skip
    again = await run_import(client, "\n".join(lines[:1]).encode(), headers)
    assert (again["acceptees"], again["deja_recues"]) == (0, 1)


async def run_import(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], nature: str = "structures"
) -> dict[str, object]:
    kind = {"Content-Type": "application/x-ndjson"}
    answer = await client.post(f"/v1/imports?nature={nature}", content=body, headers=headers | key() | kind)
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(20):
        while True:
            job: dict[str, object] = (
                await client.get(f"/v1/imports/{answer.json()['id']}", headers=headers)
            ).json()
            if job["lignes"] == job["total"]:
                return job
            await asyncio.sleep(0.05)

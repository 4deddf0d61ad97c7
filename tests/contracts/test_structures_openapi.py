"""A property run over the OpenAPI document of the registry: no 500, no answer outside its schema."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from services.structures.service import SERVICE
from shared import clock
from shared.access.scopes import Scope
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf
from tests.factories.gouvernance import make_instance
from tests.factories.siret import make_siret
from tests.factories.structures_service import make_structure_line
from tests.factories.tokens import ALL_WRITES, bearer

EXAMPLES = 7
TAGS = {
    "structures", "recherche", "conventions", "fiches de poste", "prescripteurs", "gouvernance", "projets et plans",
}  # fmt: skip
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def known_objects(url: str, headers: dict[str, str]) -> dict[str, list[str]]:
    """One object of each kind, by the name of the parameter that takes it."""

    async def made(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        answer = await http.post(f"/v1/{path}", json=body, headers=headers | key)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async with httpx.AsyncClient(base_url=url) as http:
        structures = [await made(http, "structures", make_structure_line(n)) for n in (1, 2)]
        fiche = {
            "siret": make_siret(1),
            "code_rome": "A1203",
            "appellation": "Jardinier",
            "type_contrat": "CDDI",
        }
        demande = {"structure": structures[0], "date_debut": "2026-01-01", "date_fin": "2028-12-31"}
        organisation = {
            "code": "ML-59",
            "type": "ML",
            "nom": "Fictive",
            "siret": make_siret(9),
            "departement": "59",
        }
        instance = await made(http, "instances", make_instance())
        seance = await made(http, "seances", {"instance": instance, "date_seance": clock.today().isoformat()})
        file = {"siret": make_siret(1), "objet": "CONVENTION", "etp_demandes": "1"}
        dossier = await made(http, f"seances/{seance}/dossiers", file)
        place = {"maille": "DEPARTEMENT", "territoire": "59", "titre": "Fictif"}
        projet = await made(http, "projets", place | {"besoin": "La mobilité est un frein."})
        plan = place | {
            "date_debut": "2026-01-01",
            "date_fin": "2028-12-31",
            "axes": [{"code": "1", "titre": "A"}],
        }
        return {
            "instance_id": [instance],
            "instance": [instance],
            "seance_id": [seance],
            "dossier_id": [dossier],
            "suite_de": [dossier],
            "dossier": [dossier],
            "projet_id": [projet],
            "plan_id": [await made(http, "plans", plan)],
            "maille": ["DEPARTEMENT"],
            "territoire": ["59", "62"],
            "structure_id": structures,
            "structure": structures,
            "absorbante": structures,
            "mere": structures,
            "siret": [make_siret(n) for n in (1, 2, 11, 12)],
            "code_insee": ["59350", "62041"],
            "commune": ["59350", "62041"],
            "departement": ["59", "62"],
            "fiche_id": [await made(http, "fiches-de-poste", fiche)],
            "convention_id": [await made(http, "conventions/demandes", demande)],
            "prescripteur_id": [await made(http, "prescripteurs", organisation)],
        }


def exercise(operation: Any, url: str, headers: dict[str, str], known: dict[str, list[str]]) -> None:
    """Call one operation with many generated requests, on known objects half of the time."""

    @given(case=operation.as_strategy(), real=st.booleans(), version=st.integers(1, 4))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any, real: bool, version: int) -> None:  # noqa: FBT001 # hypothesis draws it
        if real:
            for part in (case.path_parameters, case.query, case.body):
                if isinstance(part, dict):
                    part |= {name: known[name][version % len(known[name])] for name in part if name in known}
        sent = headers | {"Idempotency-Key": uuid.uuid4().hex, "If-Match": f'"{version}"'}
        response = case.call(base_url=url, headers=sent)
        case.validate_response(response, checks=CHECKS)

    run()


async def test_no_request_makes_the_registry_fail_or_answer_outside_its_schema(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> None:
    app = create_service_app(SERVICE, settings_of(await databases.clone("structures")))
    headers = bearer(secrets_dir, scopes=[*ALL_WRITES, Scope.EXPLOITATION])
    async with served(app) as url:
        known = await known_objects(url, headers)
        schema = schemathesis.openapi.from_dict(app.openapi())
        results = list(schema.get_all_operations())
        operations = [result.ok() for result in results if isinstance(result, Ok)]
        assert len(operations) == len(results), "the document itself is wrong"
        mine = [each for each in operations if TAGS & set(each.definition.raw.get("tags", ()))]
        assert len(mine) > 50
        failures = []
        for operation in mine:
            try:
                await asyncio.to_thread(exercise, operation, url, headers, known)
            except Exception as failure:  # noqa: BLE001 # all the failures are told at once
                failures.append(f"{operation.label}\n{failure}")
    assert not failures, "\n\n".join(failures)

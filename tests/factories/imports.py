"""Imports under test: the registry's import service, its jobs, and what they left in the database."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.structures.service import SERVICE
from shared.imports.runner import ImportService
from shared.imports.sealing import ClearSeal
from tests.factories.siret import make_siret

NDJSON = "application/x-ndjson"
CSV = "text/csv"


def make_line(number: int, **changes: Any) -> dict[str, Any]:
    """A line: a fictitious structure of the Nord."""
    return {
        "reference": f"S{number}",
        "siret": make_siret(number),
        "type": "ACI",
        "raison_sociale": f"Chantier fictif {number}",
        "code_insee": "59350",
    } | changes


def ndjson(lines: Iterable[Mapping[str, Any]]) -> bytes:
    return b"\n".join(orjson.dumps(line) for line in lines)


def make_import_service(engine: AsyncEngine, *, batch: int = 500) -> ImportService:
    """The imports of the registry on a database, outside any application."""
    natures: dict[str, Any] = {nature.name: replace(nature, batch=batch) for nature in SERVICE.natures}
    return ImportService(
        engine=engine,
        natures=natures,
        write_tables=SERVICE.tables.write,
        tables=SERVICE.tables.imports,
        digest_key=b"k" * 32,
        seal=ClearSeal(),
    )


@dataclass(frozen=True)
class Importer:
    """A client of the imports of one application, and the database behind."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    headers: Mapping[str, str]

    async def post(
        self,
        body: bytes | AsyncIterator[bytes],
        *,
        kind: str = NDJSON,
        key: str | None = None,
        dry_run: bool = False,
        nature: str = "structures",
    ) -> httpx.Response:
        """Send a file."""
        return await self.client.post(
            f"/v1/imports?nature={nature}&a_blanc={'true' if dry_run else 'false'}",
            content=body,
            headers={**self.headers, "Idempotency-Key": key or uuid.uuid4().hex, "Content-Type": kind},
        )

    async def send(self, body: bytes, **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Send a file that must be taken; return its job once all lines are decided, and its report."""
        answer = await self.post(body, **options)
        assert answer.status_code == 202, answer.text
        return await self.follow(answer.json()["id"])

    async def follow(self, job_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return a job once all its lines are decided, and its report."""
        async with asyncio.timeout(60):
            while True:
                job = (await self.client.get(f"/v1/imports/{job_id}", headers=self.headers)).json()
                if job["lignes"] == job["total"]:
                    break
                await asyncio.sleep(0.02)
        report = await self.client.get(f"/v1/imports/{job_id}/rapport", headers=self.headers)
        return job, [orjson.loads(line) for line in report.text.splitlines()]

    async def scalar(self, query: str) -> Any:
        """Return the one value of a query."""
        async with self.engine.connect() as conn:
            return (await conn.execute(text(query))).scalar_one()

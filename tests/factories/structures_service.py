"""A registry under test, and its callers."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.structures.handlers import follow_annexes
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Received
from tests.factories.facts import make_annexe
from tests.factories.funding import make_envelope
from tests.factories.siret import make_siret, with_key
from tests.factories.tokens import ALL_WRITES, bearer

WAITING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
)


async def until_it_waits(engine: AsyncEngine, request: asyncio.Future[Any]) -> None:
    """Return once a request waits for a lock, or has ended."""
    async with asyncio.timeout(20), engine.connect() as conn:
        while not request.done() and not (await conn.exec_driver_sql(WAITING)).scalar_one():
            await conn.rollback()  # what others do is seen once a transaction
            await asyncio.sleep(0.02)


def second_siret(number: int, nic: int = 2) -> str:
    """Another establishment of the SIREN of ``make_siret(number)``."""
    return with_key(make_siret(number)[:9] + f"{nic:04d}")


def make_structure_line(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "siret": make_siret(number),
        "type": "ACI",
        "raison_sociale": f"Chantier fictif {number}",
        "forme_juridique": "Association",
        "code_insee": "59350",
        "date_conventionnement": "2015-01-01",
    } | changes


@dataclass(frozen=True)
class Registry:
    """The service, its database, and a caller of the whole region."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    secrets: Path
    relay_url: str

    def headers(self, **caller: Any) -> dict[str, str]:
        return bearer(self.secrets, **caller)

    async def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a request under a fresh key."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        sent = {**self.headers(), **key, **(headers or {})}
        return await self.client.request(method, f"/v1{path}", json=body, headers=sent)

    async def made(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> str:
        answer = await self.send("POST", path, body if body is not None else {}, headers)
        assert answer.status_code == 201, answer.text
        told = await self.client.get(answer.headers["location"], headers=self.headers())
        assert told.status_code == 200, answer.headers["location"]
        return str(answer.json()["id"])

    async def refused(
        self, path: str, body: Any, status: int = 409, headers: Mapping[str, str] | None = None
    ) -> str:
        answer = await self.send("POST", path, body, headers)
        assert answer.status_code == status, answer.text
        return str(answer.json()["code"])

    async def changed(self, method: str, path: str, body: Any, version: int) -> httpx.Response:
        """Replace what a version says."""
        answer = await self.send(method, path, body, {"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
        return answer

    async def read(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        answer = await self.client.get(f"/v1{path}", headers={**self.headers(), **(headers or {})})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def structure(self, number: int = 1, **changes: Any) -> str:
        return await self.made("/structures", make_structure_line(number, **changes))

    async def convention(self, structure: str, number: str = "C059FICTIF1", **changes: Any) -> str:
        """A convention of a structure, signed after the usual steps."""
        body = {"structure": structure, "date_debut": "2026-01-01", "date_fin": "2028-12-31"} | changes
        convention = await self.made("/conventions/demandes", body)
        await self.step(convention, "instruire")
        await self.opinion(convention)
        await self.step(convention, "signer", numero=number)
        return convention

    async def opinion(self, convention: str, avis: str = "FAVORABLE") -> str:
        """The opinion of a séance held before the platform, by a takeover."""
        body = {"transition": "rendre_avis", "avis": avis, "avis_repris_du": "2025-12-01"}
        return await self.made(f"/conventions/{convention}/etapes", body, self.takeover())

    def takeover(self, **caller: Any) -> dict[str, str]:
        return self.headers(scopes=[*ALL_WRITES, Scope.REPRISE], **caller)

    async def step(self, convention: str, transition: str, **others: Any) -> str:
        return await self.made(f"/conventions/{convention}/etapes", {"transition": transition, **others})

    async def annexe(self, structure: str, fin: date, name: str = "A1", **others: Any) -> None:
        """Learn of an annexe of a structure, as ``funding`` publishes it."""
        fact = make_annexe(
            name, structure_id=uuid.UUID(structure), date_debut=date(2026, 1, 1), date_fin=fin, **others
        )
        envelope: Envelope = make_envelope(fact, fact.annexe_id)
        async with self.engine.begin() as conn:
            await follow_annexes(conn, [Received(envelope, fact)])

    async def review(self, kind: str, *, a_blanc: bool = False) -> Any:
        """Run a review as the platform does."""
        operator = self.headers(scopes=[Scope.EXPLOITATION], departements=())
        answer = await self.send("POST", f"/{kind}/revue?a_blanc={str(a_blanc).lower()}", None, operator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def execute(self, statement: str, **values: Any) -> None:
        """Change the database behind the service: time that passes."""
        async with self.engine.begin() as conn:
            await conn.execute(text(statement), values)

    async def facts(self, key: str) -> list[str]:
        """Types of the facts of an aggregate, in order."""
        query = text("select split_part(type, '.', 5) from journal where key = :key order by version")
        async with self.engine.connect() as conn:
            return list((await conn.execute(query, {"key": uuid.UUID(key)})).scalars())

"""A pathways service under test, and a caller of it."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.parcours.handlers import projections
from services.parcours.vault import Vault
from shared.access.callers import Caller
from shared.access.scopes import Scope
from shared.contracts.fact import Fact
from shared.db import create_engine
from shared.messaging.consumer import Consumer
from shared.messaging.sequencer import sequence_batch
from shared.messaging.source import JournalClient
from tests.factories.facts import Publisher, make_annexe, make_structure
from tests.factories.siret import make_siret
from tests.factories.tokens import ALL_WRITES, bearer, make_caller

REPRISE = (*ALL_WRITES, Scope.REPRISE)
KINDS = {"ACI": ("S1", "59350"), "AI": ("S2", "62041"), "ETTI": ("S3", "59350")}
STRUCTURES = [
    make_structure(name, number=number, kind=kind, commune=commune)
    for number, (kind, (name, commune)) in enumerate(KINDS.items(), 1)
]
ACI, AI, ETTI = (structure.structure_id for structure in STRUCTURES)
SIRETS = {kind: make_siret(number) for number, kind in enumerate(KINDS, 1)}
ANNEXES = [
    make_annexe("A1"),
    make_annexe("A2", structure="S2", numero="AI062170001A0M0", mesure="AI_DC"),
    make_annexe("A3", structure="S3", numero="ETTI059170001A0M0", mesure="ETTI_DC"),
]


@dataclass(frozen=True)
class Parcours:
    """The service, its database, and a caller: by default a first load of the whole region."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    secrets_dir: Path
    caller: Caller
    vault: Vault
    relais_url: str
    headers: dict[str, str] = field(init=False)
    publishers: dict[str, Publisher] = field(
        default_factory=lambda: {name: Publisher(name) for name in ("structures", "funding")}
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", bearer(self.secrets_dir, self.caller))

    def as_caller(self, **caller: Any) -> "Parcours":
        """Return the same service, called by somebody else."""
        return replace(self, caller=make_caller(**caller))

    def name(self, personne: object, by: "Parcours | None" = None) -> str:
        """Return this caller's name for a person, given as the service, or as another caller, names them."""
        known = UUID(str(personne))
        known = by.vault.pseudonyms(by.caller).find(known) if by else known
        return str(self.vault.pseudonyms(self.caller).tell(known))

    async def sequence(self) -> None:
        """Give their positions to the facts written so far."""
        engine = create_engine(self.relais_url, application="test-sequencer")
        try:
            async with engine.begin() as conn:
                while await sequence_batch(conn):
                    pass
        finally:
            await engine.dispose()

    async def receive(self, *facts: Fact) -> None:
        """Apply facts of another service by the real consumer, twice: the second changes nothing."""

        async def no_token() -> str:
            raise AssertionError("no version is missing here")

        batch = self.publishers[facts[0].service].batch(facts)
        for _ in range(2):
            await Consumer(self.engine, projections, JournalClient({}, no_token)).apply(batch)

    async def post(self, path: str, line: Mapping[str, Any], key: str | None = None) -> httpx.Response:
        """Send one line, under a fresh key unless one is given."""
        headers = {**self.headers, "Idempotency-Key": key or uuid.uuid4().hex}
        return await self.client.post(f"/v1/{path}", json=dict(line), headers=headers)

    async def get(self, path: str) -> httpx.Response:
        """Read."""
        return await self.client.get(f"/v1/{path}", headers=dict(self.headers))

    async def write(self, path: str, line: Mapping[str, Any]) -> str:
        """Send one line that must be taken; return its identifier."""
        answer = await self.post(path, line)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def declare(
        self,
        mois: str,
        *lignes: Mapping[str, Any],
        match: int | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send the declaration of the ACI for a month; ``match`` is the version it replaces."""
        condition = {"If-None-Match": "*"} if match is None else {"If-Match": f'"{match}"'}
        return await self.client.put(
            f"/v1/structures/{ACI}/declarations/{mois}",
            json={"lignes": list(lignes)},
            headers={**self.headers, **condition, **({"Idempotency-Key": key} if key else {})},
        )

    async def send(
        self, nature: str, lines: Iterable[Mapping[str, Any]]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Import lines; return the job once all are decided, and its report."""
        headers = {
            **self.headers,
            "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "application/x-ndjson",
        }
        body = b"\n".join(orjson.dumps(line) for line in lines)
        answer = await self.client.post(f"/v1/imports?nature={nature}", content=body, headers=headers)
        assert answer.status_code == 202, answer.text
        async with asyncio.timeout(30):
            while True:
                job = (await self.client.get(answer.headers["location"], headers=dict(self.headers))).json()
                if job["lignes"] == job["total"]:
                    break
                await asyncio.sleep(0.02)
        report = await self.client.get(f"{answer.headers['location']}/rapport", headers=dict(self.headers))
        return job, [orjson.loads(line) for line in report.text.splitlines()]

    async def load(self, nature: str, *lines: Mapping[str, Any]) -> None:
        """Import lines that must all be taken."""
        job, report = await self.send(nature, lines)
        assert job["acceptees"] == len(lines), report

    async def refusal(self, nature: str, line: Mapping[str, Any]) -> str:
        """Import one line that must be refused; return the code."""
        _, report = await self.send(nature, [line])
        assert len(report) == 1, report
        return str(report[0]["code"])

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        async with self.engine.connect() as conn:
            return [tuple(row) for row in await conn.execute(text(query), values)]

    async def facts(self, fact: str) -> list[dict[str, Any]]:
        """Return the data of the facts of a type, oldest first."""
        rows = await self.rows(
            "select data from journal where type like :type order by seq", type=f"%.{fact}"
        )
        return [data if isinstance(data, dict) else orjson.loads(data) for (data,) in rows]

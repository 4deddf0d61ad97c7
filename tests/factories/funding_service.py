"""A funding service under test, and a caller of it."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Funding:
    """The service, its database, and a caller of the whole region."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    headers: Mapping[str, str]

    async def post(
        self, path: str, line: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send one line under a fresh key."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.client.post(
            f"/v1/{path}", json=dict(line), headers={**(headers or self.headers), **key}
        )

    async def write(self, path: str, line: Mapping[str, Any]) -> str:
        """Send one line that must be taken; return its identifier."""
        answer = await self.post(path, line)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def send(
        self, nature: str, lines: Iterable[Mapping[str, Any]]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Import lines; return the job once all are decided, and its report."""
        body = b"\n".join(orjson.dumps(line) for line in lines)
        headers = {
            **self.headers,
            "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "application/x-ndjson",
        }
        answer = await self.client.post(f"/v1/imports?nature={nature}", content=body, headers=headers)
        assert answer.status_code == 202, answer.text
        async with asyncio.timeout(30):
            while True:
                job = (await self.client.get(answer.headers["location"], headers=self.headers)).json()
                if job["lignes"] == job["total"]:
                    break
                await asyncio.sleep(0.02)
        report = await self.client.get(f"{answer.headers['location']}/rapport", headers=self.headers)
        return job, [orjson.loads(line) for line in report.text.splitlines()]

    async def scalar(self, query: str) -> Any:
        """Return the one value of a query."""
        async with self.engine.connect() as conn:
            return (await conn.execute(text(query))).scalar_one()

"""What a reader sees during the load: positions that never go back, and what it has just written."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import asyncpg
import httpx

from tests.faults.load import Load
from tests.faults.platform import Platform

EVERY_S = 0.15
PATIENCE_S = 8.0
VIEW = "/api/vues/v1/reperes?region=32&annee=2017"
UNREACHABLE = (httpx.TransportError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""The product is being broken: what counts is what it answers."""
SHOWN = "select 1 from vues.structure where structure_id = $1"


@dataclass
class Watch:
    """A reader of the views, of the journals, and of its own writes."""

    platform: Platform
    load: Load
    broken: list[str] = field(default_factory=list)
    readings: int = 0
    own_writes: int = 0
    late: int = 0
    _highest: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Read until the load stops."""
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            await asyncio.gather(
                self._repeat(client, self._read_view),
                self._repeat(client, self._read_journals),
                self._repeat(client, self._read_own_write),
            )

    async def _repeat(
        self, client: httpx.AsyncClient, read: Callable[[httpx.AsyncClient], Awaitable[None]]
    ) -> None:
        while not self.load.stopping:
            with suppress(*UNREACHABLE):
                await read(client)
            await asyncio.sleep(EVERY_S)

    def _rises(self, name: str, position: int) -> None:
        self.readings += 1
        if position < self._highest.get(name, 0):
            self.broken.append(f"{name} went from {self._highest[name]} back to {position}")
        self._highest[name] = max(position, self._highest.get(name, 0))

    async def _read_view(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(self.platform.url("gateway") + VIEW)
        if answer.status_code == 200:
            for service, position in positions(answer).items():
                self._rises(f"view of {service}", position)

    async def _read_journals(self, client: httpx.AsyncClient) -> None:
        for service in self.platform.cast.services:
            if service == "gateway":
                continue
            answer = await client.get(f"{self.platform.url(service)}/sante/pret")
            if answer.status_code == 200:
                self._rises(f"journal of {service}", answer.json()["journal"]["position"])

    async def _read_own_write(self, client: httpx.AsyncClient) -> None:
        """Ask for the position of a write: the answer holds it, or says that it is not there yet."""
        placed = [known for known in self.load.structures if known.position]
        if not placed:
            return
        known = placed[-1] if Random().random() < 0.7 else Random().choice(placed)
        wanted = f"{self.platform.url('gateway')}{VIEW}&au_moins=structures:{known.position}"
        answer = await client.get(wanted)
        if answer.status_code == 503:
            self.late += 1
            return
        if answer.status_code != 200:
            self.broken.append(f"a view answered {answer.status_code}")
            return
        self.own_writes += 1
        if positions(answer)["structures"] < (known.position or 0):
            self.broken.append(f"asked for {known.position}, given {positions(answer)}")
        conn = await asyncpg.connect(self.platform.databases["gateway"].migration)
        try:
            if not await conn.fetchval(SHOWN, known.identity):
                self.broken.append(f"position {known.position} is shown without its structure")
        finally:
            await conn.close()


def positions(answer: httpx.Response) -> dict[str, int]:
    """Return the positions that an answer of the views carries."""
    found = re.findall(r"(\w+)=(\d+)", answer.headers["positions"])
    return {service: int(position) for service, position in found}

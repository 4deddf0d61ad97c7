"""A courier of the tests: a made-up flow, a clock that is moved by hand, one subscriber or more."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.clients import client, digest
from services.gateway.webhooks.abonnements import Opened, subscribe
from services.gateway.webhooks.courier import Courier
from services.gateway.webhooks.egress import Egress
from services.gateway.webhooks.flow import Flow, Page
from services.gateway.webhooks.held import NEEDED
from shared.access.callers import Caller
from shared.contracts.envelope import Envelope
from shared.imports.sealing import KeySeal
from tests.factories.access import NOW
from tests.factories.facts import identifier, make_candidature
from tests.factories.receiver import Receiver

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Subscribers of the tests are in clear; the authorities of the system are long to read."""
PERIMETRE = {"organisations": ["FT-59-01"]}


def make_event(position: int, event_type: str = "candidature.envoyee") -> Envelope:
    """A fact of the flow, its person already named as the subscriber knows them."""
    fact = make_candidature(f"C{position}")
    return Envelope(
        id=uuid5(identifier("fait"), str(position)), service="parcours", type=f"fr.iae.parcours.{event_type}",
        key=fact.candidature_id, version=1, major=1, position=position, occurred_at=NOW, known_on=NOW.date(),
        correlation_id=identifier("demande"), causation_id=None, data=fact.canonical(),
    )  # fmt: skip


class MadeUpFlow(Flow):
    """Facts in memory; ``silent`` when the service does not answer."""

    def __init__(self, *positions: int) -> None:
        self.events = [make_event(position) for position in positions]
        self.asked: list[Caller] = []
        self.silent = False

    async def end(self) -> int | None:
        return None if self.silent else max((event.position for event in self.events), default=0)

    async def after(self, caller: Caller, position: int, limit: int, now: datetime) -> Page:  # noqa: ARG002
        if self.silent:
            raise httpx.ConnectError("silent")
        self.asked.append(caller)
        found = [event for event in self.events if event.position > position][:limit]
        return Page(found, found[-1].position if found else position)


@dataclass
class Post:
    """The database of a gateway, a flow, the instant."""

    engine: AsyncEngine
    flow: MadeUpFlow = field(default_factory=lambda: MadeUpFlow(3, 5, 8))
    seal: KeySeal = field(default_factory=lambda: KeySeal(bytes(32)))
    instant: datetime = NOW
    opened: int = 0

    def now(self) -> datetime:
        return self.instant

    def later(self, **span: float) -> None:
        self.instant += timedelta(**span)

    async def register(self, client_id: str = "editeur-fictif", **others: Any) -> None:
        values = {
            "client_id": client_id, "libelle": "Éditeur fictif", "secret_sha256": digest(client_id),
            "scopes": sorted(NEEDED), "perimetre": PERIMETRE,
        } | others  # fmt: skip
        async with self.engine.begin() as conn:
            await conn.execute(insert(client).values(values))

    async def subscribe(
        self,
        receiver: Receiver,
        *,
        client_id: str = "editeur-fictif",
        types: Sequence[str] = (),
        after: int = 0,
    ) -> Opened:
        self.opened += 1
        wanted = (receiver.url, [f"fr.iae.parcours.{name}" for name in types], after)
        async with self.engine.begin() as conn:
            return await subscribe(conn, self.seal, client_id, f"cle-{self.opened}", wanted, self.now())

    @asynccontextmanager
    async def courier(self) -> AsyncIterator[Courier]:
        async with Egress(local=True, ssl_context=NO_TLS) as egress:
            courier = Courier(self.engine, self.flow, egress, self.seal, self.now)
            try:
                yield courier
            finally:
                await courier.recover()

    async def round(self) -> None:
        """Send all that is due now."""
        async with self.courier() as courier:
            while True:
                await courier.take_all()
                if not courier._serving:
                    return
                await asyncio.gather(*courier._serving)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.engine.begin() as conn:
            return [tuple(row) for row in await conn.execute(text(query), values)]

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.engine.begin() as conn:
            await conn.execute(text(statement), values)

    async def states(self) -> list[tuple[int, str, int, int | None, str | None]]:
        """What became of each message, in order."""
        return [
            (row[0], row[1], row[2], row[3], row[4])
            for row in await self.rows(
                "select position, etat, essais, statut, erreur from livraison order by position"
            )
        ]

    async def position(self, identity: UUID) -> int:
        ((position,),) = await self.rows("select position from abonnement where id = :id", id=identity)
        return int(position)

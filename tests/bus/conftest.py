"""One publisher (the registry) and one view (the gateway), on Kafka and on the HTTP journal."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.tables import SCHEMA
from services.gateway.views import VIEW, projections
from services.structures.service import SERVICE
from shared.access.scopes import Scope
from shared.db import create_engine
from shared.messaging.checkpoints import standings
from shared.messaging.consumer import Consumer
from shared.messaging.kafka_source import KafkaSource
from shared.messaging.relay import Relay
from shared.messaging.sequencer import Sequencer, sequence_batch
from shared.messaging.source import JournalClient, JournalSource, Source
from shared.messaging.topics import create_topics
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer, make_caller

PATIENCE_S = 30


async def eventually(condition: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(patience_s):
        while not await condition():
            await asyncio.sleep(0.02)  # noqa: ASYNC110 # the condition lives in a database


@dataclass
class World:
    """A registry, its relay and a view of it."""

    client: httpx.AsyncClient
    publisher: AsyncEngine
    relay_engine: AsyncEngine
    view: AsyncEngine
    view_owner_url: str
    journals: JournalClient
    headers: dict[str, str]
    bus: str
    bootstrap: str | None
    prefix: str
    placed: asyncio.Event = field(default_factory=asyncio.Event)

    async def register(self, number: int, **fields: Any) -> httpx.Response:
        line = {
            "siret": make_siret(number),
            "type": "ACI",
            "raison_sociale": f"Chantier fictif {number}",
            "code_insee": "59350",
        } | fields
        headers = self.headers | {"Idempotency-Key": uuid.uuid4().hex}
        return await self.client.post("/v1/structures", json=line, headers=headers)

    async def sequence(self) -> None:
        """Give positions to all that waits."""
        while True:
            async with self.relay_engine.begin() as conn:
                if not await sequence_batch(conn):
                    return

    def source(self, draw: random.Random | None = None) -> Source:
        if self.bus == "kafka":
            assert self.bootstrap
            return KafkaSource(self.view, VIEW, ["structures"], self.bootstrap, self.prefix)
        return JournalSource(self.view, VIEW, "structures", self.journals, draw or random.Random(7))

    def relay(self) -> Relay:
        assert self.bootstrap
        return Relay(self.relay_engine, "structures", self.bootstrap, self.placed, self.prefix)

    def consumer(self) -> Consumer:
        return Consumer(self.view, projections, self.journals)

    @asynccontextmanager
    async def running(self, *, consume: bool = True) -> AsyncIterator[None]:
        """Sequencer, relay when on Kafka, and consumer, until the end of the block."""
        tasks = [asyncio.create_task(Sequencer(self.relay_engine, self.placed).run())]
        if self.bus == "kafka":
            tasks.append(asyncio.create_task(self.relay().run()))
        if consume:
            tasks.append(asyncio.create_task(self.consumer().run(self.source())))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def position(self) -> int:
        async with self.view.connect() as conn:
            stands = await standings(conn, VIEW)
        return stands["structures"].position if "structures" in stands else 0

    async def scalar(self, engine: AsyncEngine, query: str, **where: Any) -> Any:
        async with engine.connect() as conn:
            return (await conn.execute(text(query), where)).scalar()

    async def execute(self, engine: AsyncEngine, query: str, **where: Any) -> None:
        async with engine.begin() as conn:
            await conn.execute(text(query), where)

    async def visible(self, count: int) -> None:
        """Wait until the view shows that many structures."""

        async def shown() -> bool:
            return bool(await self.scalar(self.view, "select count(*) from structure") == count)

        await eventually(shown)


@pytest.fixture(params=["kafka", "journal"])
async def world(
    request: pytest.FixtureRequest,
    kafka: str,
    databases: Databases,
    settings_of: SettingsOf,
    secrets_dir: Path,
) -> AsyncIterator[World]:
    registry, gateway = await databases.clone("structures"), await databases.clone("gateway")
    settings = settings_of(registry)
    bootstrap = kafka if request.param == "kafka" else None
    prefix = f"t{uuid.uuid4().hex[:8]}"
    if bootstrap:
        await create_topics(bootstrap, prefix=prefix)
    app = create_service_app(SERVICE, settings)
    relay_engine = create_engine(registry.relais, application="relay", pool_size=4)
    view = create_engine(gateway.appli, application="view", schema=SCHEMA)
    service = bearer(secrets_dir, make_caller(client="service-gateway", scopes=[Scope.JOURNAL_LECTURE]))

    async def token() -> str:
        return service["Authorization"].removeprefix("Bearer ")

    async with client_of(app) as client:
        journals = JournalClient({"structures": "http://test"}, token, client)
        yield World(
            client, app.state.engine, relay_engine, view, gateway.migration, journals,
            bearer(secrets_dir), request.param, bootstrap, prefix,
        )  # fmt: skip
    await relay_engine.dispose()
    await view.dispose()

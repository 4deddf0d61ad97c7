"""Journals, views, and both ends together: one publisher (the registry) and one view (the gateway)."""

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

from deploy.local.databases import Urls
from services.gateway.tables import SCHEMA, vues
from services.gateway.views import VIEW, projections
from services.structures.service import SERVICE
from services.structures.tables import metadata
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.db import create_engine, write
from shared.messaging.checkpoints import standings
from shared.messaging.consumer import Consumer
from shared.messaging.feed import envelopes_after
from shared.messaging.journal import NewFact
from shared.messaging.kafka_source import KafkaSource
from shared.messaging.relay import Relay
from shared.messaging.sequencer import Sequencer, sequence_batch
from shared.messaging.source import JournalClient, JournalSource, Source
from shared.messaging.topics import create_topics
from shared.messaging.verify import verify_journal, verify_states, verify_view
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.journal import AUTHOR
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer, make_caller

PATIENCE_S = 60


async def eventually(condition: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(patience_s):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def in_background(*loops: Awaitable[None]) -> AsyncIterator[None]:
    """Run loops until the end of the block."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def scalar(engine: AsyncEngine, query: str, **where: Any) -> Any:
    async with engine.connect() as conn:
        return (await conn.execute(text(query), where)).scalar()


@dataclass
class Journal:
    """The journal of the registry, by its two roles."""

    urls: Urls
    appli: AsyncEngine
    relais: AsyncEngine

    async def write(self, *facts: NewFact) -> list[int]:
        async with self.appli.begin() as conn:
            return await write(conn, {}, facts, AUTHOR)

    async def sequence(self) -> None:
        """Give positions to all that waits."""
        while True:
            async with self.relais.begin() as conn:
                if not await sequence_batch(conn):
                    return

    async def envelopes(self, after: int = 0) -> list[Envelope]:
        async with self.relais.connect() as conn:
            return [e for e, _ in await envelopes_after(conn, "structures", after, 1000)]

    async def scalar(self, query: str, **where: Any) -> Any:
        return await scalar(self.appli, query, **where)


@dataclass
class View:
    """The views of a gateway, empty at first."""

    urls: Urls
    engine: AsyncEngine

    async def scalar(self, query: str, **where: Any) -> Any:
        return await scalar(self.engine, query, **where)

    async def position(self) -> int:
        async with self.engine.connect() as conn:
            stands = await standings(conn, VIEW)
        return stands["structures"].position if "structures" in stands else 0


@pytest.fixture
async def journal(databases: Databases) -> AsyncIterator[Journal]:
    urls = await databases.clone("structures")
    appli = create_engine(urls.appli, application="writer", pool_size=8)
    relais = create_engine(urls.relais, application="relay", pool_size=4)
    yield Journal(urls, appli, relais)
    await appli.dispose()
    await relais.dispose()


@pytest.fixture
async def view(databases: Databases) -> AsyncIterator[View]:
    urls = await databases.clone("gateway")
    engine = create_engine(urls.appli, application="view", schema=SCHEMA)
    yield View(urls, engine)
    await engine.dispose()


@dataclass
class World:
    """A registry that serves, its journal, and a view of it over one of the two buses."""

    client: httpx.AsyncClient
    journal: Journal
    view: View
    journals: JournalClient
    headers: dict[str, str]
    bus: str
    bootstrap: str
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

    async def register_all(self, *numbers: int) -> None:
        answers = await asyncio.gather(*(self.register(number) for number in numbers))
        assert {answer.status_code for answer in answers} == {201}

    def source(self) -> Source:
        if self.bus == "kafka":
            return KafkaSource(self.view.engine, VIEW, ["structures"], self.bootstrap, self.prefix)
        return JournalSource(self.view.engine, VIEW, "structures", self.journals, random.Random(7))

    def relay(self) -> Relay:
        return Relay(self.journal.relais, "structures", self.bootstrap, self.placed, self.prefix)

    def consumer(self) -> Consumer:
        return Consumer(self.view.engine, projections, self.journals)

    @asynccontextmanager
    async def running(self, *, consumers: int = 1) -> AsyncIterator[None]:
        """Sequencer, relay when on Kafka, and consumers, until the end of the block."""
        loops = [Sequencer(self.journal.relais, self.placed).run()]
        if self.bus == "kafka":
            loops.append(self.relay().run())
        loops += [self.consumer().run(self.source()) for _ in range(consumers)]
        async with in_background(*loops):
            yield

    async def publish_again(self, count: int) -> None:
        """Publish the journal from 1 in the same topic, and let the view pass over it."""
        async with self.journal.relais.begin() as conn:
            await conn.execute(text("update relay_cursor set position = 0 where name = 'kafka'"))
        offsets = "select sum(next_offset) from checkpoint"
        before = await self.view.scalar(offsets)

        async def passed() -> bool:
            return bool(await self.view.scalar(offsets) == before + count)

        await eventually(passed)

    async def visible(self, count: int) -> None:
        """Wait until the view shows that many structures, and stands at their position."""

        async def shown() -> bool:
            rows = await self.view.scalar("select count(*) from structure")
            return bool(rows == count and await self.view.position() >= count)

        await eventually(shown)

    async def check_all(self) -> None:
        """Check the journal, the states, and that the view equals the fold of the journal."""
        findings = await verify_journal(self.journal.appli)
        findings += await verify_states(self.journal.appli, metadata)
        owner = self.view.urls.migration
        findings += await verify_view(self.view.engine, owner, vues, projections, self.journals)
        assert not [f for f in findings if f.fault], findings


@pytest.fixture
async def either_bus_world(
    kafka: str, journal: Journal, view: View, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[World]:
    """A world whose bus the test chooses, and may change."""
    prefix = f"t{uuid.uuid4().hex[:8]}"
    await create_topics(kafka, prefix=prefix)
    reader = bearer(secrets_dir, make_caller(client="service-gateway", scopes=[Scope.JOURNAL_LECTURE]))

    async def token() -> str:
        return reader["Authorization"].removeprefix("Bearer ")

    async with client_of(create_service_app(SERVICE, settings_of(journal.urls))) as client:
        journals = JournalClient({"structures": "http://test"}, token, client)
        yield World(client, journal, view, journals, bearer(secrets_dir), "kafka", kafka, prefix)


@pytest.fixture(params=["kafka", "journal"])
def world(request: pytest.FixtureRequest, either_bus_world: World) -> World:
    either_bus_world.bus = request.param
    return either_bus_world

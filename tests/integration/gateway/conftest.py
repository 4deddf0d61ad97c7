"""A gateway on PostgreSQL whose views receive made-up batches."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.databases import Urls
from services.gateway.app import create_app
from services.gateway.tables import SCHEMA
from services.gateway.views import projections
from shared.contracts.fact import Fact
from shared.db import create_engine
from shared.messaging.consumer import Consumer
from shared.messaging.source import JournalClient
from shared.settings import Settings
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.facts import Publisher
from tests.factories.region_facts import make_region_facts


@dataclass
class Gateway:
    """The application, and the three services that feed it."""

    application: FastAPI
    client: httpx.AsyncClient
    consumer: Consumer
    publishers: dict[str, Publisher] = field(
        default_factory=lambda: {name: Publisher(name) for name in ("structures", "parcours", "funding")}
    )

    async def feed(self, *facts: Fact) -> None:
        """Apply facts one after the other, each alone in its batch."""
        for fact in facts:
            await self.consumer.apply(self.publishers[fact.service].batch([fact]))

    async def feed_together(self, *facts: Fact) -> None:
        """Apply facts of one service in one batch."""
        await self.consumer.apply(self.publishers[facts[0].service].batch(facts))

    async def reperes(self, **filters: str) -> dict[str, Any]:
        answer = await self.client.get(
            "/api/vues/v1/reperes", params={"region": "32", "annee": "2017"} | filters
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


async def _no_token() -> str:
    return ""


@pytest.fixture
async def gateway(databases: Databases, settings_of: SettingsOf) -> AsyncIterator[Gateway]:
    urls = await databases.clone("gateway")
    engine = create_engine(urls.appli, application="view", schema=SCHEMA)
    application = create_app(settings_of(urls, demonstration=True))
    async with client_of(application) as client:
        yield Gateway(
            application, client, Consumer(engine, projections, JournalClient({}, _no_token, client))
        )
    await engine.dispose()


@pytest.fixture(scope="module")
async def region(postgres: str, templates: dict[str, Urls], secrets_dir: Path) -> AsyncIterator[Gateway]:
    """One gateway for the module: its tests only read."""
    async with AsyncExitStack() as stack:
        urls = await Databases(postgres, templates, stack).clone("gateway")
        engine = create_engine(urls.appli, application="view", schema=SCHEMA)
        stack.push_async_callback(engine.dispose)
        settings = Settings(
            service_database_url=urls.appli,
            relay_database_url=urls.relais,
            secrets_dir=secrets_dir,
            demonstration=True,
        )
        application = create_app(settings)
        client = await stack.enter_async_context(client_of(application))
        gateway = Gateway(
            application, client, Consumer(engine, projections, JournalClient({}, _no_token, client))
        )
        facts = make_region_facts()
        for service in ("structures", "funding", "parcours"):
            await gateway.feed_together(*(fact for fact in facts if fact.service == service))
        yield gateway

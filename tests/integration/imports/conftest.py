"""The registry's application on a fresh database, with the engine behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.databases import Urls
from services.structures.service import SERVICE
from shared.db import create_engine
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.imports import Importer
from tests.factories.tokens import bearer


@pytest.fixture
async def urls(databases: Databases) -> Urls:
    return await databases.clone("structures")


@pytest.fixture
async def importer(urls: Urls, settings_of: SettingsOf, secrets_dir: Path) -> AsyncIterator[Importer]:
    engine = create_engine(urls.appli, application="test")
    try:
        async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
            yield Importer(client, engine, bearer(secrets_dir))
    finally:
        await engine.dispose()

"""A registry on a fresh database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.structures.service import SERVICE
from shared.db import create_engine
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.structures_service import Registry


@pytest.fixture
async def registre(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Registry]:
    urls = await databases.clone("structures")
    engine = create_engine(urls.appli, application="test")
    try:
        async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
            yield Registry(client, engine, secrets_dir, urls.relais)
    finally:
        await engine.dispose()

"""A pathways service on a fresh database that knows three structures and their annexes of 2017."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.parcours.service import SERVICE
from shared.db import create_engine
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.parcours_service import ANNEXES, REPRISE, STRUCTURES, Parcours
from tests.factories.tokens import bearer


@pytest.fixture
async def parcours(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Parcours]:
    urls = await databases.clone("parcours")
    engine = create_engine(urls.appli, application="test")
    try:
        async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
            service = Parcours(client, engine, secrets_dir, bearer(secrets_dir, scopes=REPRISE))
            await service.receive(*STRUCTURES)
            await service.receive(*ANNEXES)
            yield service
    finally:
        await engine.dispose()

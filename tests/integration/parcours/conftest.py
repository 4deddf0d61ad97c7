"""A pathways service on a fresh database that knows three structures and their annexes of 2017."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.parcours.service import SERVICE
from shared.db import create_engine
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.parcours_service import ANNEXES, REPRISE, STRUCTURES, Parcours
from tests.factories.tokens import make_caller


@pytest.fixture
async def parcours(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Parcours]:
    urls = await databases.clone("parcours")
    engine = create_engine(urls.appli, application="test")
    try:
        app = create_service_app(SERVICE, settings_of(urls))
        async with client_of(app) as client:
            caller = make_caller(scopes=REPRISE)
            service = Parcours(client, engine, secrets_dir, caller, app.state.tools, urls.relais)
            await service.receive(*STRUCTURES)
            await service.receive(*ANNEXES)
            yield service
    finally:
        await engine.dispose()

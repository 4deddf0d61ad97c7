"""A funding service on a fresh database that already knows one structure."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.funding.service import SERVICE
from shared.db import create_engine
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.funding import STRUCTURE, make_envelope, receive
from tests.factories.funding_service import Funding
from tests.factories.tokens import bearer


@pytest.fixture
async def funding(databases: Databases, settings_of: SettingsOf, secrets_dir: Path) -> AsyncIterator[Funding]:
    urls = await databases.clone("funding")
    engine = create_engine(urls.appli, application="test")
    try:
        async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
            await receive(engine, make_envelope(STRUCTURE, STRUCTURE.structure_id))
            yield Funding(client, engine, bearer(secrets_dir))
    finally:
        await engine.dispose()

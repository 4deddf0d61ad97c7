"""A gateway and a pathways service, with agents who sign in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Databases, SettingsOf
from tests.factories.office import Office, open_office


@pytest.fixture
async def office(databases: Databases, settings_of: SettingsOf, secrets_dir: Path) -> AsyncIterator[Office]:
    async with open_office(databases, settings_of, secrets_dir) as opened:
        yield opened

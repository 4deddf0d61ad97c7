"""The migrations make the tables that the code expects, and guard what is append only."""

import asyncio

import asyncpg
import pytest

from deploy.local.databases import Urls
from shared.migrations import check
from tests.conftest import SERVICES, Databases

PUBLISHERS = [name for name in SERVICES if name != "gateway"]


@pytest.mark.parametrize("service", SERVICES)
async def test_alembic_check_finds_nothing_to_change(service: str, templates: dict[str, Urls]) -> None:
    await asyncio.to_thread(check, service, templates[service].migration)


FORBIDDEN = [
    "update journal set actor = 'x'",
    "delete from journal",
    "truncate journal cascade",
    "delete from journal_position",
    "update audit set client_id = 'x'",
]


@pytest.mark.parametrize("service", PUBLISHERS)
@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_nobody_changes_what_is_append_only(service: str, statement: str, databases: Databases) -> None:
    urls = await databases.clone(service)
    for url in (urls.appli, urls.migration):
        conn = await asyncpg.connect(url)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(statement)
        await conn.close()


@pytest.mark.parametrize("service", PUBLISHERS)
async def test_the_relay_cannot_read_what_is_private(service: str, databases: Databases) -> None:
    conn = await asyncpg.connect((await databases.clone(service)).relais)
    await conn.fetch("select seq, data, private_sha from journal")
    for statement in ("select private from journal", "select * from journal"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.fetch(statement)
    await conn.close()


@pytest.mark.parametrize("service", PUBLISHERS)
async def test_the_application_cannot_give_positions(service: str, databases: Databases) -> None:
    conn = await asyncpg.connect((await databases.clone(service)).appli)
    for statement in (
        "insert into journal_position values (1, 1, now(), '')",
        "update relay_cursor set position = 9",
        "delete from journal_pending",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(statement)
    await conn.close()

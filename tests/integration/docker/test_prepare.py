import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from deploy.docker.demonstration import load_demonstration
from deploy.docker.prepare import GIVEN, create_databases, create_secrets
from deploy.local.errors import StartRefused
from deploy.local.postgres import temporary_postgres
from deploy.local.services import SERVICES

PRIVATE = ("kek", "index_key")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folders where the volumes are mounted."""
    for folder in (*GIVEN, "source", "postgres", "migrations"):
        (tmp_path / folder).mkdir()
    create_secrets(tmp_path)
    return tmp_path


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def roles_of(passwords: Path) -> set[str]:
    return {line.split(":")[3] for line in passwords.read_text().splitlines()}


def test_a_second_run_changes_nothing(root: Path) -> None:
    before = contents(root)
    create_secrets(root)
    assert contents(root) == before


def test_a_file_that_was_lost_is_given_again(root: Path) -> None:
    before = contents(root)
    (root / "parcours" / "kek").unlink()
    create_secrets(root)
    assert contents(root) == before


def test_only_parcours_can_read_identities_and_only_the_gateway_signs(root: Path) -> None:
    for name in PRIVATE:
        assert {path.parent.name for path in root.rglob(name)} == {"source", "parcours"}
    for name in ("signing_key.json", "webhook_key"):
        assert {path.parent.name for path in root.rglob(name)} == {"source", "gateway"}


def test_a_process_knows_the_passwords_of_its_own_roles_only(root: Path) -> None:
    for name in SERVICES:
        assert roles_of(root / name / "pgpass") == {f"{name}_appli", f"{name}_relais"}
    assert roles_of(root / "migrations" / "pgpass") == {f"{name}_migration" for name in SERVICES}
    assert roles_of(root / "operations" / "pgpass") == {"gateway_appli", "gateway_migration"}
    assert roles_of(root / "source" / "pgpass") == {"postgres"}


def test_only_the_owner_reads_secrets_except_the_one_of_the_server(root: Path) -> None:
    readable = {path for path in contents(root) if stat.S_IMODE(path.stat().st_mode) != 0o600}
    assert readable == {root / "postgres" / "password"}


@pytest.fixture
async def own_postgres() -> AsyncIterator[str]:
    """A server of its own: the job sets the passwords of roles that the other tests share."""
    async with temporary_postgres() as url:
        yield url


async def test_a_role_enters_its_database_by_the_password_file(
    root: Path, own_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = own_postgres
    await create_databases(postgres, root)
    server = postgres.rpartition("@")[2].partition("/")[0]
    monkeypatch.setenv("PGPASSFILE", str(root / "funding" / "pgpass"))
    connection = await asyncpg.connect(f"postgresql://funding_relais@{server}/funding")
    assert await connection.fetchval("SELECT current_user") == "funding_relais"
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://parcours_appli@{server}/parcours")


async def test_invented_data_are_refused_outside_demonstration_mode(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="mode démonstration"):
        await load_demonstration({"IAE_STATE": str(tmp_path)}, Console(quiet=True))

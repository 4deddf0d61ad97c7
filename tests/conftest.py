"""PostgreSQL, Kafka, secrets and applications for the tests; each is started once, never skipped."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.local.databases import Urls, prepare, role_names
from deploy.local.kafka import temporary_kafka
from deploy.local.postgres import temporary_postgres
from deploy.local.secret_files import create_secret_files
from shared.migrations import upgrade
from shared.settings import Settings

SERVICES = ("structures", "parcours", "funding", "gateway")
ROOM = 2 << 30
LONGEST_FIRST = ("product", "browser", "bus", "contracts", "integration/local", "faults", "integration")
"""Folders begun first: a long file begun last is waited for alone. The two that start the whole product are kept apart."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the longest files first; within a file nothing moves."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        path = item.path.relative_to(here).as_posix()
        return next(
            (n for n, name in enumerate(LONGEST_FIRST) if path.startswith(f"{name}/")), len(LONGEST_FIRST)
        )

    items.sort(key=rank)


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[str]:
    """URL of a private PostgreSQL, as administrator."""
    # A process that dies loses nothing for that: only a machine that falls would.
    async with temporary_postgres({"fsync": "off"}, within=in_memory()) as url:
        yield url


def in_memory() -> Path | None:
    """Return the folder that is in memory, where it has room for the databases of a worker."""
    folder = Path("/dev/shm")  # a folder of a name of its own is made in it
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM else None


@pytest.fixture(scope="session")
async def templates(postgres: str) -> dict[str, Urls]:
    """One migrated database per service, cloned by the tests."""
    urls = await prepare(postgres, SERVICES, dict.fromkeys(role_names(SERVICES), "test"))
    for name in SERVICES:  # one after the other: alembic's context is global
        await asyncio.to_thread(upgrade, name, urls[name].migration)
    return urls


class Databases:
    """Clones of the migrated databases, dropped at the end of the test."""

    def __init__(self, admin_url: str, templates: dict[str, Urls], stack: AsyncExitStack) -> None:
        self._admin_url = admin_url
        self._templates = templates
        self._stack = stack

    async def clone(self, service: str) -> Urls:
        """Return the URLs of a fresh copy of a service's database."""
        name = f"{service}_{uuid.uuid4().hex[:12]}"
        # By files: five times as fast as through the WAL, where nothing waits for the disk.
        await self._run(
            f"create database {name} template {service} owner {service}_migration strategy file_copy"
        )
        self._stack.push_async_callback(self._run, f"drop database {name} with (force)")
        model = self._templates[service]
        return Urls(
            *(f"{url.rpartition('/')[0]}/{name}" for url in (model.migration, model.appli, model.relais))
        )

    async def _run(self, statement: str) -> None:
        admin = await asyncpg.connect(self._admin_url)
        try:
            await admin.execute(statement)
        finally:
            await admin.close()


@pytest.fixture
async def databases(postgres: str, templates: dict[str, Urls]) -> AsyncIterator[Databases]:
    async with AsyncExitStack() as stack:
        yield Databases(postgres, templates, stack)


@pytest.fixture(scope="session")
async def kafka() -> AsyncIterator[str]:
    """Address of a private Kafka broker."""
    async with temporary_kafka() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    create_secret_files(folder, ("structures", "parcours", "funding", "gateway"))
    return folder


SettingsOf = Callable[..., Settings]


@pytest.fixture
def settings_of(secrets_dir: Path) -> SettingsOf:
    """Settings of a process on some databases."""

    def build(urls: Urls, **others: object) -> Settings:
        return Settings(
            service_database_url=urls.appli,
            relay_database_url=urls.relais,
            secrets_dir=secrets_dir,
            **others,  # type: ignore[arg-type] # the settings check them
        )

    return build


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application in this process, its lifespan entered."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client

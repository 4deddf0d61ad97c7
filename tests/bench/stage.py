"""What a measure runs on: private stores and processes, made for the bench and gone with it."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from deploy.local.databases import Urls, prepare, role_names
from deploy.local.postgres import temporary_postgres
from deploy.local.processes import Spec, supervised
from deploy.local.secret_files import create_secret_files
from deploy.local.services import SERVICES, migrate
from shared import clock
from shared.access.tokens import Signer
from tests.factories.tokens import ISSUER, make_caller


@dataclass(frozen=True)
class Stores:
    """A private PostgreSQL with the database of every service, and the secrets of the processes."""

    admin: str
    urls: Mapping[str, Urls]
    folder: Path

    @property
    def secrets(self) -> Path:
        """Secret files."""
        return self.folder / "secrets"

    def environment(self, service: str, port: int, **others: str) -> dict[str, str]:
        """Return the environment of a process of a service."""
        urls = self.urls[service]
        return os.environ | {
            "IAE_SERVICE_DATABASE_URL": urls.appli,
            "IAE_RELAY_DATABASE_URL": urls.relais,
            "IAE_SECRETS_DIR": str(self.secrets),
            "IAE_SERVICE_PORT": str(port),
            **others,
        }

    async def copy_of(self, service: str) -> Urls:
        """Return a database with the very tables of a service, empty."""
        await self.run(f"create database {service}_nu template {service} owner {service}_migration")
        model = self.urls[service]
        return Urls(*(f"{url}_nu" for url in (model.migration, model.appli, model.relais)))

    async def run(self, statement: str) -> None:
        """Run a statement as administrator."""
        admin = await asyncpg.connect(self.admin)
        try:
            await admin.execute(statement)
        finally:
            await admin.close()

    async def insert_structure(self, service: str, identity: UUID, siret: str) -> None:
        """Make a service know a structure, as if the registry had published it."""
        conn = await asyncpg.connect(self.urls[service].migration)
        try:
            await conn.execute(
                "insert into structure (id, siret, type_structure, departement) values ($1, $2, 'ACI', '59')",
                identity, siret,
            )  # fmt: skip
        finally:
            await conn.close()


@asynccontextmanager
async def stores() -> AsyncIterator[Stores]:
    """Private stores, migrated."""
    with tempfile.TemporaryDirectory(prefix="iae-bench-") as folder:
        create_secret_files(Path(folder) / "secrets", SERVICES)
        async with temporary_postgres() as admin:
            urls = await prepare(admin, SERVICES, dict.fromkeys(role_names(SERVICES), "bench"))
            await migrate(urls)
            yield Stores(admin, urls, Path(folder))


@asynccontextmanager
async def process(
    folder: Path, name: str, module: str, environment: Mapping[str, str]
) -> AsyncIterator[Path]:
    """Run one of our modules; yields the file that says its pid."""
    log = folder / "logs" / f"{name}.log"
    command = [sys.executable, "-m", module]
    async with supervised(
        [Spec(name=name, command=command, log=log, environment=environment)], folder / "run"
    ):
        yield folder / "run" / f"{name}.json"


def bearer(secrets: Path, issuer: str = ISSUER) -> dict[str, str]:
    """Return the header of a caller of the whole region, who also sends persons for an agency."""
    signer = Signer.from_json((secrets / "signing_key.json").read_text(encoding="utf-8"), issuer)
    caller = make_caller(organisations=["FT-59-01"])
    return {"Authorization": f"Bearer {signer.issue(caller, now=clock.now())}"}

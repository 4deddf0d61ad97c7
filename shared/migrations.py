"""Migrations: one folder a service, run by ``python -m shared.migrations <service>``."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

ROOT = Path(__file__).resolve().parent.parent
LOCK_TIMEOUT = "5s"


def alembic_config(service: str, url: str) -> Config:
    """Return the configuration of a service's migrations on a database."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return config


def run_environment(metadata: MetaData | Sequence[MetaData], schemas: Sequence[str] = ()) -> None:
    """Run the migrations asked for; the whole content of a service's ``env.py``.

    ``schemas`` are those of the service besides the default one.
    """
    asyncio.run(_run_online(metadata, schemas))


async def _run_online(metadata: MetaData | Sequence[MetaData], schemas: Sequence[str]) -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    async with engine.connect() as conn:
        await conn.run_sync(_migrate, metadata, schemas)
    await engine.dispose()


def _migrate(conn: Connection, metadata: MetaData | Sequence[MetaData], schemas: Sequence[str]) -> None:
    conn.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    conn.commit()
    context.configure(
        connection=conn,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
        include_schemas=bool(schemas),
        include_name=lambda name, kind, _: kind != "schema" or name is None or name in schemas,
    )
    with context.begin_transaction():
        context.run_migrations()


def upgrade(service: str, url: str) -> None:
    """Bring a database to the head of a service's migrations."""
    command.upgrade(alembic_config(service, url), "head")


def check(service: str, url: str) -> None:
    """Fail if the tables of the code and those of a migrated database differ."""
    command.check(alembic_config(service, url))


if __name__ == "__main__":
    upgrade(sys.argv[1], os.environ["IAE_MIGRATION_DATABASE_URL"])

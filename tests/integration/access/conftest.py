"""A gateway database with the tables of access, and an application that gives tokens from it."""

import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.gateway.access.tables import agent_table, client_table, delegation_table, session_table
from services.gateway.access.token_server import TokenServer
from services.gateway.routes.oauth import router
from shared.access.audit import audit_table
from shared.access.scopes import Audience
from shared.access.tokens import KeySet, Signer
from shared.naming import new_metadata
from shared.settings import Settings
from tests.factories.access import ISSUER, STRUCTURE, make_key, write_key_set

METADATA = new_metadata()
client_table(METADATA)
agent_table(METADATA)
session_table(METADATA)
delegation_table(METADATA)
audit_table(METADATA)


@pytest.fixture(scope="session")
async def access_engine(postgres: str) -> AsyncIterator[AsyncEngine]:
    admin = await asyncpg.connect(postgres)
    await admin.execute("create database access")
    await admin.close()
    url = postgres.rpartition("/")[0].replace("postgresql://", "postgresql+asyncpg://")
    engine = create_async_engine(f"{url}/access", pool_size=5)
    async with engine.begin() as conn:
        await conn.run_sync(METADATA.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine(access_engine: AsyncEngine) -> AsyncEngine:
    async with access_engine.begin() as conn:
        for table in METADATA.sorted_tables:
            await conn.execute(table.delete())
    return access_engine


@pytest.fixture
async def conn(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.begin() as connection:
        yield connection


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Demonstration mode, a random secret for each service and for the takeover."""
    for name in (*Audience, "reprise"):
        (tmp_path / f"client_{name}").write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return Settings(
        service_database_url="postgresql://inutile.invalid/gateway", secrets_dir=tmp_path, demonstration=True
    )


async def resolve(_conn: AsyncConnection, named: Sequence[tuple[str, str]]) -> list[UUID]:
    """Know one structure, as the gateway's view would."""
    return [
        STRUCTURE for siret, type_structure in named if (siret, type_structure) == ("00000001800010", "ACI")
    ]


@pytest.fixture
def server(engine: AsyncEngine, tmp_path: Path) -> TokenServer:
    key = make_key()
    return TokenServer(
        engine, Signer(key, ISSUER), KeySet(write_key_set(tmp_path / "jwks.json", key)), resolve
    )


@pytest.fixture
async def http(server: TokenServer) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.token_server = server
    app.include_router(router)
    async with AsyncClient(transport=ASGITransport(app), base_url=ISSUER) as client:
        yield client

"""Clients that exist from the first start."""

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access.clients import client, digest, find_client
from services.gateway.access.demonstration import SECRET, UnsafeSecret, register_clients
from shared.access.scopes import Scope
from shared.settings import Settings

SERVICES = {"service-structures", "service-parcours", "service-funding", "service-gateway"}
DEMONSTRATION = {"demo-prescripteur", "demo-siae", "demo-ddets", "demo-lecteur"}


async def names(conn: AsyncConnection) -> set[str]:
    return set(await conn.scalars(select(client.c.client_id)))


def outside_demonstration(settings: Settings) -> Settings:
    return settings.model_copy(update={"demonstration": False})


async def test_demonstration_mode_knows_the_demonstration_clients(
    conn: AsyncConnection, settings: Settings
) -> None:
    await register_clients(conn, settings)

    assert await names(conn) == SERVICES | DEMONSTRATION | {"demo-reprise"}
    for client_id in DEMONSTRATION:
        assert await find_client(conn, client_id, SECRET)


async def test_outside_demonstration_mode_nobody_has_the_public_secret(
    conn: AsyncConnection, settings: Settings
) -> None:
    await register_clients(conn, outside_demonstration(settings))

    assert await names(conn) == SERVICES | {"demo-reprise"}


async def test_a_second_start_changes_nothing(conn: AsyncConnection, settings: Settings) -> None:
    await register_clients(conn, settings)
    before = (await conn.execute(select(client).order_by(client.c.client_id))).all()
    await register_clients(conn, settings)

    assert (await conn.execute(select(client).order_by(client.c.client_id))).all() == before


async def test_a_new_secret_replaces_the_old_one(conn: AsyncConnection, settings: Settings) -> None:
    await register_clients(conn, settings)
    old = settings.secret("client_parcours")
    (settings.secrets_dir / "client_parcours").write_text("n" * 43, encoding="utf-8")
    await register_clients(conn, settings)

    assert await find_client(conn, "service-parcours", old) is None
    assert await find_client(conn, "service-parcours", "n" * 43)


async def test_the_takeover_client_lasts_as_long_as_its_secret(
    conn: AsyncConnection, settings: Settings
) -> None:
    await register_clients(conn, settings)
    found = await find_client(conn, "demo-reprise", settings.secret("client_reprise"))
    assert found
    assert found.scopes >= {
        Scope.REPRISE,
        Scope.STRUCTURES_ECRITURE,
        Scope.PARCOURS_ECRITURE,
        Scope.FINANCEMENT_ECRITURE,
    }

    (settings.secrets_dir / "client_reprise").unlink()
    await register_clients(conn, settings)
    assert "demo-reprise" not in await names(conn)


async def test_a_start_does_not_switch_a_client_on_again(conn: AsyncConnection, settings: Settings) -> None:
    await register_clients(conn, settings)
    await conn.execute(update(client).where(client.c.client_id == "demo-lecteur").values(actif=False))
    await register_clients(conn, settings)

    assert await find_client(conn, "demo-lecteur", SECRET) is None


async def test_a_service_without_its_secret_stops_the_start(
    conn: AsyncConnection, settings: Settings
) -> None:
    (settings.secrets_dir / "client_funding").unlink()

    with pytest.raises(FileNotFoundError):
        await register_clients(conn, settings)


async def test_a_demonstration_secret_left_behind_stops_the_start(
    conn: AsyncConnection, settings: Settings
) -> None:
    await register_clients(conn, settings)

    with pytest.raises(UnsafeSecret, match="demo-ddets, demo-lecteur, demo-prescripteur, demo-siae"):
        await register_clients(conn, outside_demonstration(settings))


async def test_another_client_with_the_public_secret_stops_the_start(
    conn: AsyncConnection, settings: Settings
) -> None:
    row = {"client_id": "editeur-fictif", "libelle": "Éditeur fictif", "scopes": [], "perimetre": {}}
    await conn.execute(insert(client).values(row | {"secret_sha256": digest(SECRET), "actif": False}))

    with pytest.raises(UnsafeSecret, match="editeur-fictif"):
        await register_clients(conn, outside_demonstration(settings))


async def test_a_short_secret_stops_the_start(conn: AsyncConnection, settings: Settings) -> None:
    (settings.secrets_dir / "client_gateway").write_text("court", encoding="utf-8")

    with pytest.raises(UnsafeSecret, match="service-gateway"):
        await register_clients(conn, outside_demonstration(settings))


async def test_no_secret_is_kept_in_clear(conn: AsyncConnection, settings: Settings) -> None:
    await register_clients(conn, settings)
    kept = str((await conn.execute(select(client))).all())

    assert SECRET.encode().hex() not in kept
    assert settings.secret("client_reprise") not in kept
    assert all(len(value) == 32 for value in await conn.scalars(select(client.c.secret_sha256)))

"""An answer comes after the COMMIT, and tells what is known of it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.bus.conftest import World, eventually
from tests.factories.siret import make_siret

LINE = {
    "siret": make_siret(1), "type": "ACI", "raison_sociale": "Chantier fictif", "code_insee": "59350",
}  # fmt: skip
# Deferred: it runs inside COMMIT.
AT_COMMIT = """
    create function at_commit() returns trigger language plpgsql security definer as $$ begin {what}; return null; end $$;
    create constraint trigger at_commit after insert on journal deferrable initially deferred
        for each row execute function at_commit();
"""


@asynccontextmanager
async def at_commit(world: World, what: str, admin_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Do something inside each COMMIT that writes the journal; yields a connection of the administrator."""
    database = world.journal.urls.appli.rpartition("/")[2]
    admin = await asyncpg.connect(f"{admin_url.rpartition('/')[0]}/{database}")
    try:
        await admin.execute(AT_COMMIT.format(what=what))
        yield admin
    finally:
        await admin.execute("drop trigger if exists at_commit on journal")
        await admin.close()


async def _post(world: World, key: str) -> tuple[int, str | None, str | None]:
    headers = world.headers | {"Idempotency-Key": key}
    answer = await world.client.post("/v1/structures", json=LINE, headers=headers)
    return answer.status_code, answer.json().get("id"), answer.headers.get("retry-after")


async def test_nothing_is_answered_before_the_commit(either_bus_world: World, postgres: str) -> None:
    world = either_bus_world
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    async with at_commit(world, "perform pg_advisory_xact_lock(1)", postgres) as admin:
        await admin.execute("select pg_advisory_lock(1)")
        posted = asyncio.create_task(_post(world, "a"))

        async def commits() -> bool:
            return bool(await admin.fetchval(waiting) == 1)

        await eventually(commits)
        assert not posted.done(), "answered while the COMMIT waits"
        await admin.execute("select pg_advisory_unlock(1)")
        assert (await posted)[0] == 201


async def test_a_commit_that_fails_is_not_a_success(either_bus_world: World, postgres: str) -> None:
    world = either_bus_world
    async with at_commit(world, "raise exception 'no' using errcode = '53100'", postgres):  # disk full
        assert (await _post(world, "a"))[::2] == (503, "2")
    assert await world.journal.scalar("select count(*) from journal") == 0
    assert (await _post(world, "a"))[0] == 201


async def test_a_connection_lost_during_the_commit_is_503_then_the_same_key_tells(
    either_bus_world: World, postgres: str
) -> None:
    """The outcome is unknown: never guessed. The same key writes once, whatever became of the first."""
    world, key = either_bus_world, uuid.uuid4().hex
    async with at_commit(world, "perform pg_terminate_backend(pg_backend_pid())", postgres):
        assert (await _post(world, key))[::2] == (503, "2")
    again = [await _post(world, key) for _ in range(2)]
    assert {status for status, _, _ in again} == {201}
    written = await world.journal.scalar("select string_agg(key::text, ' ') from journal")
    assert {identity for _, identity, _ in again} == {written}

import asyncpg
import pytest

from deploy.local.databases import prepare, role_names

NAMES = ("essai_a", "essai_b")


async def connect(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        who: str = await connection.fetchval("SELECT current_user || ' ' || current_database()")
        return who
    finally:
        await connection.close()


def passwords(word: str = "un") -> dict[str, str]:
    return {role: f"{word}-{role}" for role in role_names(NAMES)}


async def test_preparing_twice_changes_nothing(postgres: str) -> None:
    first = await prepare(postgres, NAMES, passwords())
    second = await prepare(postgres, NAMES, passwords())
    assert first == second
    assert await connect(first["essai_a"].migration) == "essai_a_migration essai_a"
    assert await connect(first["essai_b"].appli) == "essai_b_appli essai_b"
    assert await connect(first["essai_b"].relais) == "essai_b_relais essai_b"


async def test_new_passwords_replace_the_old_ones(postgres: str) -> None:
    old = await prepare(postgres, NAMES, passwords())
    new = await prepare(postgres, NAMES, passwords("deux"))
    assert await connect(new["essai_a"].appli) == "essai_a_appli essai_a"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(old["essai_a"].appli)


async def test_a_role_cannot_enter_the_database_of_another_service(postgres: str) -> None:
    urls = await prepare(postgres, NAMES, passwords())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(urls["essai_a"].appli.removesuffix("/essai_a") + "/essai_b")


async def test_only_the_owner_creates_tables(postgres: str) -> None:
    urls = await prepare(postgres, NAMES, passwords())
    owner = await asyncpg.connect(urls["essai_a"].migration)
    await owner.execute("CREATE TABLE IF NOT EXISTS piece (id int)")
    await owner.close()
    for url in (urls["essai_a"].appli, urls["essai_a"].relais):
        connection = await asyncpg.connect(url)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE intrus (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT FROM piece")
        await connection.close()


async def test_processes_lose_a_session_left_idle_in_a_transaction(postgres: str) -> None:
    urls = await prepare(postgres, NAMES, passwords())
    for url in (urls["essai_a"].appli, urls["essai_a"].relais):
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "15s"
        assert await connection.fetchval("SHOW tcp_keepalives_idle") == "5"
        await connection.close()


async def test_an_administrator_who_is_not_superuser_is_enough(postgres: str) -> None:
    admin = await asyncpg.connect(postgres)
    await admin.execute("CREATE ROLE exploitant LOGIN CREATEDB CREATEROLE PASSWORD 'essai'")
    await admin.close()
    server = postgres.rpartition("@")[2]
    names = ("essai_c",)
    secrets = dict.fromkeys(role_names(names), "essai")
    for _ in range(2):
        urls = await prepare(f"postgresql://exploitant:essai@{server}", names, secrets)
    assert await connect(urls["essai_c"].appli) == "essai_c_appli essai_c"


async def test_text_sorts_by_code_point_in_every_mode(postgres: str) -> None:
    urls = await prepare(postgres, NAMES, passwords())
    connection = await asyncpg.connect(urls["essai_a"].appli)
    words = ["Zoé", "abbé", "Élan", "a-b", "ab"]
    assert await connection.fetchval(
        "SELECT array_agg(w ORDER BY w) FROM unnest($1::text[]) w", words
    ) == sorted(words)
    await connection.close()

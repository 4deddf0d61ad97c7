"""One database and three roles per service, on the server of any mode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

ROLES = ("migration", "appli", "relais")
"""Owner of the database; process that serves; process that sends the journal to the bus."""
SESSION_SETTINGS: Mapping[str, str] = {
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "client_connection_check_interval": "5s",
}
"""A frozen or unreachable process loses its session, hence its locks, within about 15 seconds."""
CREATION_LOCK = 7_421_001


@dataclass(frozen=True)
class Urls:
    """URLs of one database, by role."""

    migration: str
    appli: str
    relais: str


def role_names(names: Sequence[str]) -> list[str]:
    """Return the roles of some services: the keys of the passwords that `prepare` needs."""
    return [f"{name}_{role}" for name in names for role in ROLES]


async def prepare(admin_url: str, names: Sequence[str], passwords: Mapping[str, str]) -> dict[str, Urls]:
    """Create the databases and the roles that are missing, and set every password.

    Rights on tables are given by the migrations, which know the tables.

    Parameters
    ----------
    admin_url
        A role that may create databases and roles; it need not be superuser.
    names
        Databases; role ``<name>_<role>`` for each of `ROLES`.
    passwords
        Password of each of `role_names`; of letters, digits, ``-`` and ``_``.

    Returns
    -------
    dict[str, Urls]
        By name, with host, port and options of ``admin_url``.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        # Two launchers may prepare the same given server.
        await admin.execute("SELECT pg_advisory_lock($1)", CREATION_LOCK)
        for role in role_names(names):
            await _create_role(admin, role, passwords[role])
        for name in names:
            await _create_database(admin, name)
    finally:
        await admin.close()
    return {
        name: Urls(
            **{role: _url(admin_url, name, f"{name}_{role}", passwords[f"{name}_{role}"]) for role in ROLES}
        )
        for name in names
    }


async def _create_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await admin.execute(f'CREATE ROLE "{role}" LOGIN')
        await admin.execute(f'GRANT "{role}" TO CURRENT_USER')
    await admin.execute(f"ALTER ROLE \"{role}\" PASSWORD '{password}'")
    if role.endswith("_migration"):
        return
    for setting, value in SESSION_SETTINGS.items():
        try:
            await admin.execute(f"ALTER ROLE \"{role}\" SET {setting} = '{value}'")
        except asyncpg.InvalidParameterValueError:
            # Some systems cannot watch a silent connection; PostgreSQL says so here.
            continue


async def _create_database(admin: asyncpg.Connection, name: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        provider = "LOCALE_PROVIDER libc" if admin.get_server_version().major >= 15 else ""
        # Text sorts by code point everywhere, as Python does: a page boundary computed here holds there.
        await admin.execute(
            f"CREATE DATABASE \"{name}\" OWNER \"{name}_migration\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' {provider}"
        )
    await admin.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    await admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{name}_appli", "{name}_relais"')


def _url(admin_url: str, database: str, role: str, password: str) -> str:
    parts = urlsplit(admin_url)
    server = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{password}@{server}", path=f"/{database}").geturl()

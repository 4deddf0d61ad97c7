"""The eight processes of the platform: what each receives, how they are prepared, when they answer."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import asyncpg
import httpx

from deploy.local.databases import Urls
from deploy.local.errors import StartRefused
from deploy.local.options import Options
from deploy.local.processes import CHECKOUT, Spec
from deploy.local.readiness import wait_until
from shared.client import open_client
from shared.revision import last_revision

SERVICES = ("gateway", "structures", "parcours", "funding")
"""In the order of their ports."""
ALIVE_WITHIN_S = 60.0
SHOWN_LINES = 15

Kind = Literal["app", "worker"]


def service_ports(port: int) -> dict[str, int]:
    """Return the port of each service, the gateway's first."""
    return {name: port + rank for rank, name in enumerate(SERVICES)}


def environments(
    options: Options, databases: Mapping[str, Urls], bootstrap: str | None, secrets: Path
) -> dict[str, dict[str, str]]:
    """Return the settings of the processes of each service, as environment variables.

    Parameters
    ----------
    bootstrap
        Address of the broker; the HTTP journals are the bus when absent.
    """
    ports = service_ports(options.port)
    common = {f"IAE_{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()} | {
        "IAE_BUS": "kafka" if bootstrap else "journal",
        "IAE_SECRETS_DIR": str(secrets),
    }
    if bootstrap:
        common["IAE_KAFKA_BOOTSTRAP"] = bootstrap
    settings = {
        name: common
        | {
            "IAE_SERVICE_PORT": str(ports[name]),
            "IAE_SERVICE_DATABASE_URL": databases[name].appli,
            "IAE_RELAY_DATABASE_URL": databases[name].relais,
        }
        for name in SERVICES
    }
    if options.demonstration:
        settings["gateway"]["IAE_DEMONSTRATION"] = "1"
    return settings


def process_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: ours without the administrator of the databases, and its settings."""
    inherited = {name: value for name, value in os.environ.items() if name != "IAE_DATABASE_URL"}
    return inherited | {"PYTHONUNBUFFERED": "1"} | dict(settings)


def specs(kind: Kind, settings: Mapping[str, Mapping[str, str]], logs: Path) -> list[Spec]:
    """Return the processes of one kind, one per service."""
    return [
        Spec(
            name=f"{name}-{kind}",
            command=[sys.executable, "-m", f"services.{name}.{kind}"],
            log=logs / f"{name}-{kind}.log",
            environment=process_environment(settings[name]),
        )
        for name in SERVICES
    ]


async def migrate(databases: Mapping[str, Urls]) -> None:
    """Bring the database of every service to its last revision, all at once.

    A database that is there already costs one query: the second start is quick.

    Raises
    ------
    StartRefused
        One migration fails.
    """
    await asyncio.gather(*(_migrate(name, urls.migration) for name, urls in databases.items()))


async def _migrate(name: str, url: str) -> None:
    last = last_revision(CHECKOUT / "services" / name / "migrations" / "versions")
    if last is None or await _revision(url) != last:
        await run_module("shared.migrations", name, settings={"IAE_MIGRATION_DATABASE_URL": url})


async def _revision(url: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


async def create_topics(bootstrap: str) -> None:
    """Create the topics that are missing."""
    await run_module("shared.messaging.topics", settings={"IAE_KAFKA_BOOTSTRAP": bootstrap})


async def run_module(module: str, *arguments: str, settings: Mapping[str, str]) -> None:
    """Run one of our modules to its end.

    Raises
    ------
    StartRefused
        It fails; the sentence carries the end of what it printed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=CHECKOUT,
        env=process_environment(settings),
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        tail = "\n".join(output.decode(errors="replace").splitlines()[-SHOWN_LINES:])
        raise StartRefused(f"La commande {' '.join([module, *arguments])} a échoué :\n{tail}")


async def wait_alive(port: int, logs: Path) -> None:
    """Return when the four services serve.

    Raises
    ------
    StartRefused
        One does not; the sentence names its log and shows its end.
    """
    async with open_client(httpx.Timeout(5)) as client:
        for name, service_port in service_ports(port).items():
            url = f"http://127.0.0.1:{service_port}/sante/vivant"
            if not await wait_until(lambda url=url: _answers(client, url), ALIVE_WITHIN_S):  # type: ignore[misc]  # default binds the loop's value
                log = logs / f"{name}-app.log"
                tail = "\n".join(
                    log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
                )
                raise StartRefused(
                    f"Le service {name} ne répond pas ; la fin de son journal ({log}) :\n{tail}"
                )


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False

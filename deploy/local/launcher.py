"""Start the whole platform on this machine, keep it running, stop it in order.

What starts last stops first: the services, then the broker, then PostgreSQL.
"""

import asyncio
import signal
from contextlib import AsyncExitStack

import asyncpg
from rich.console import Console
from rich.markup import escape

from deploy.demo.load import LoadFailed
from deploy.local import demonstration
from deploy.local.bus import Bus, open_bus
from deploy.local.databases import Urls, prepare, role_names
from deploy.local.errors import StartRefused
from deploy.local.options import Options
from deploy.local.ports import require_free
from deploy.local.postgres import running_postgres
from deploy.local.processes import Notify, supervised
from deploy.local.secret_files import create_passwords, create_secret_files
from deploy.local.services import (
    SERVICES,
    create_topics,
    environments,
    migrate,
    service_ports,
    specs,
    wait_alive,
)
from deploy.local.state import Running, State


async def up(options: Options, console: Console) -> None:
    """Run the platform until this task is cancelled (Ctrl-C, or a signal to stop).

    Raises
    ------
    StartRefused
        Something is missing or taken, or a part does not start.
    """
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    state = State(options.state)
    with state.held():
        require_free(service_ports(options.port))
        async with AsyncExitStack() as stack:
            await _start(options, state, stack, console)
            await asyncio.Event().wait()


async def _start(options: Options, state: State, stack: AsyncExitStack, console: Console) -> None:
    def notify(sentence: str) -> None:
        console.print(f"[yellow]![/] {escape(sentence)}", highlight=False, soft_wrap=True)

    create_secret_files(state.secrets, SERVICES)
    with console.status("Démarrage de la plateforme…"):
        (databases, postgres), bus = await _open_stores(options, state, stack, notify)
        settings = environments(options, databases, bus.bootstrap, state.secrets)
        await stack.enter_async_context(supervised(specs("app", settings, state.logs), state.run, notify))
        # The workers wait for the pages: eight processes that load at once would delay the first page.
        await wait_alive(options.port, state.logs)
        await stack.enter_async_context(supervised(specs("worker", settings, state.logs), state.run, notify))
    commands = {
        name: variables | {"IAE_MIGRATION_DATABASE_URL": databases[name].migration}
        for name, variables in settings.items()
    }
    running = Running(f"http://127.0.0.1:{options.port}", bus.title, postgres, commands)
    state.publish(running)
    describe(running, console)
    if options.demonstration and not demonstration.is_loaded(state):
        try:
            await demonstration.load_all(state, running.address, console, options.demonstration)
        except (LoadFailed, StartRefused) as fault:
            console.print(
                f"[yellow]![/] {escape(str(fault))}\n  La plateforme continue ; iae demo reprend le chargement.",
                highlight=False,
            )
    console.print("Ctrl-C arrête tout.")


def describe(running: Running, console: Console) -> None:
    """Print where the platform answers and what it runs on."""
    console.print(f"PostgreSQL : {running.postgres}", highlight=False, soft_wrap=True)
    console.print(f"Bus        : {running.bus}", highlight=False, soft_wrap=True)
    console.print(f"Adresse    : [bold]{running.address}[/]", highlight=False)


async def _open_stores(
    options: Options, state: State, stack: AsyncExitStack, notify: Notify
) -> tuple[tuple[dict[str, Urls], str], Bus]:
    """Bring up PostgreSQL with its migrations and the bus with its topics, side by side."""

    async def open_bus_with_topics() -> Bus:
        bus = await open_bus(options, stack, notify)
        if bus.bootstrap:
            await create_topics(bus.bootstrap)
        return bus

    databases = asyncio.create_task(_open_databases(options, state, stack, notify))
    bus = asyncio.create_task(open_bus_with_topics())
    try:
        return await databases, await bus
    finally:
        # One refused: what the other had begun is undone before the stack unwinds.
        for task in (databases, bus):
            task.cancel()
        await asyncio.gather(databases, bus, return_exceptions=True)


async def _open_databases(
    options: Options, state: State, stack: AsyncExitStack, notify: Notify
) -> tuple[dict[str, Urls], str]:
    passwords = create_passwords(state.folder / "passwords.json", role_names(SERVICES))
    if options.database_url:
        admin_url, title = options.database_url, "serveur donné par IAE_DATABASE_URL"
    else:
        admin_url = await stack.enter_async_context(running_postgres(state.folder, notify=notify))
        title = "serveur local"
    try:
        databases = await prepare(admin_url, SERVICES, passwords)
        version = await _version(admin_url)
    except (OSError, asyncpg.PostgresError, ValueError) as fault:
        raise StartRefused(f"Le serveur PostgreSQL ({title}) refuse : {fault}") from fault
    await migrate(databases)
    return databases, f"{version}, {title}"


async def _version(admin_url: str) -> str:
    admin = await asyncpg.connect(admin_url)
    try:
        return f"PostgreSQL {admin.get_server_version().major}"
    finally:
        await admin.close()

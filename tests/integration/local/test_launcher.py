"""The whole platform as a person starts it, from another process, on the bus that this machine allows."""

import io
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator

import httpx
import pytest
from rich.console import Console

from deploy.local import control
from deploy.local.errors import StartRefused
from deploy.local.options import Options
from deploy.local.ports import HOST, free_port, require_free
from deploy.local.readiness import wait_until
from deploy.local.services import service_ports
from deploy.local.state import State


@pytest.fixture(scope="module")
async def options() -> AsyncIterator[Options]:
    with tempfile.TemporaryDirectory(prefix="iae-essai-") as folder, pytest.MonkeyPatch.context() as patch:
        os.chmod(folder, 0o711)  # noqa: PTH101 # the server's user must enter it
        for name in [name for name in os.environ if name.startswith("IAE_")]:
            patch.delenv(name)
        for name, value in {
            "STATE": f"{folder}/etat",
            "PORT": str(free_port(4)),
            "DEMO": "0",
        }.items():
            patch.setenv(f"IAE_{name}", value)
        chosen = Options.from_environment()
        await control.up_detached(chosen, Console(file=io.StringIO()))
        try:
            yield chosen
        finally:
            await control.down(chosen, Console(file=io.StringIO()))


async def until_ready(options: Options) -> None:
    async def ready() -> bool:
        return await control.status(options, Console(file=io.StringIO()))

    assert await wait_until(ready, 60)


async def test_the_first_page_and_every_service_answer(options: Options) -> None:
    await until_ready(options)
    async with httpx.AsyncClient() as client:
        page = await client.get(f"http://127.0.0.1:{options.port}/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


async def test_the_screen_says_which_postgresql_and_which_bus_run(options: Options) -> None:
    screen = io.StringIO()
    await control.status(options, Console(file=screen, width=200))
    assert "PostgreSQL : PostgreSQL" in screen.getvalue()
    assert "Bus        : Apache Kafka 4." in screen.getvalue()
    assert f"Adresse    : http://127.0.0.1:{options.port}" in screen.getvalue()


@pytest.mark.parametrize("name", ["gateway-app", "structures-worker", "kafka", "postgresql"])
async def test_whatever_is_killed_comes_back(options: Options, name: str) -> None:
    await until_ready(options)
    state = State(options.state)
    before = state.children()[name]
    assert before is not None
    before.signal(signal.SIGKILL)

    async def replaced() -> bool:
        return state.children()[name] not in (None, before)

    assert await wait_until(replaced, 30)
    await until_ready(options)


async def test_a_second_start_of_the_same_state_shows_the_first(options: Options) -> None:
    screen = io.StringIO()
    await control.up_detached(options, Console(file=screen))
    assert f"http://127.0.0.1:{options.port}" in screen.getvalue()


async def test_stopped_then_started_it_continues_and_nothing_is_left_behind(options: Options) -> None:
    state = State(options.state)
    children = [identity for identity in state.children().values() if identity]
    await control.down(options, Console(file=io.StringIO()))
    assert not [identity for identity in children if identity.is_alive()]
    require_free(service_ports(options.port))
    await control.up_detached(options, Console(file=io.StringIO()))
    await until_ready(options)


async def test_a_taken_port_is_said_by_the_command(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAE_STATE", f"{options.state}-autre")
    with socket.create_server((HOST, 0)) as taken:
        monkeypatch.setenv("IAE_PORT", str(taken.getsockname()[1]))
        with pytest.raises(StartRefused, match="est déjà pris sur cette machine"):
            await control.up_detached(Options.from_environment(), Console(file=io.StringIO()))

"""Act from another terminal on the platform that runs: start it apart, stop it, tell how it goes."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from deploy.local.errors import StartRefused
from deploy.local.launcher import describe
from deploy.local.options import Options
from deploy.local.processes import CHECKOUT, Identity
from deploy.local.readiness import wait_until
from deploy.local.services import SHOWN_LINES, process_environment, service_ports
from deploy.local.state import Running, State
from shared.client import open_client

UP_WITHIN_S = 180.0
DOWN_WITHIN_S = 60.0


def require_running(options: Options) -> Running:
    """Return the platform that runs.

    Raises
    ------
    StartRefused
        None does, with this state.
    """
    running = State(options.state).running()
    if running is None:
        raise StartRefused(
            f"La plateforme ne tourne pas (état dans {options.state}) : lancez make run, ou iae up --detach."
        )
    return running


async def up_detached(options: Options, console: Console) -> None:
    """Start a launcher that outlives this terminal; return when the platform answers.

    Raises
    ------
    StartRefused
        It does not; the sentence shows what the launcher said.
    """
    state = State(options.state)
    if running := state.running():
        describe(running, console)
        return
    path = state.logs / "launcher.log"
    launcher = _launch(path)

    async def settled() -> bool:
        return launcher.poll() is not None or state.running() is not None

    with console.status("Démarrage de la plateforme…"):
        await wait_until(settled, UP_WITHIN_S)
    running = state.running()
    ended = launcher.poll() is not None
    launcher.returncode = 0  # it outlives this process: nobody here waits for it
    if running is None or ended:
        tail = "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:])
        raise StartRefused(f"La plateforme n'a pas démarré ({path}) :\n{tail}")
    describe(running, console)
    console.print(
        f"Elle continue en arrière-plan : iae status, iae down ; journal : {path}",
        highlight=False,
        soft_wrap=True,
    )


def _launch(path: Path) -> subprocess.Popen[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "up"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            start_new_session=True,
        )


async def down(options: Options, console: Console) -> None:
    """Stop the platform, and whatever a dead launcher may have left."""
    state = State(options.state)
    launcher = state.launcher()
    found = [launcher] if launcher else [child for child in state.children().values() if child]
    if not found:
        console.print("Rien ne tourne.")
        return
    for identity in found:
        identity.signal(signal.SIGTERM)
    with console.status("Arrêt de la plateforme…"):
        if not await wait_until(lambda: _all_gone(found), DOWN_WITHIN_S):
            for identity in found:
                identity.signal(signal.SIGKILL)
    console.print("Plateforme arrêtée.")


async def _all_gone(identities: list[Identity]) -> bool:
    return not any(identity.is_alive() for identity in identities)


async def status(options: Options, console: Console) -> bool:
    """Print what runs; tell whether every part of the platform does and is ready."""
    state = State(options.state)
    running = state.running()
    if running is None:
        console.print("En cours de démarrage." if state.launcher() else "La plateforme ne tourne pas.")
        return False
    describe(running, console)
    processes = Table("Processus", "État", "Pid")
    children = state.children()
    for name, identity in children.items():
        processes.add_row(name, "tourne" if identity else "arrêté", str(identity.pid) if identity else "")
    console.print(processes)
    readiness = {
        name: await _readiness(port)
        for name, port in service_ports(int(running.address.rpartition(":")[2])).items()
    }
    for name, words in readiness.items():
        console.print(f"{name:<11}: {words}", highlight=False)
    return all(children.values()) and set(readiness.values()) == {"prêt"}


async def _readiness(port: int) -> str:
    async with open_client(httpx.Timeout(5)) as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}/sante/pret")
        except httpx.TransportError:
            return "ne répond pas"
    return "prêt" if answer.is_success else "pas encore prêt"


def run_command(settings: Mapping[str, str], module: str, *arguments: str) -> int:
    """Run a maintenance command of ours with the settings of a service that runs; return its exit code."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=process_environment(settings), check=False).returncode

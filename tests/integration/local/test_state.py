import io
import os
import signal
import sys
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local import control
from deploy.local.errors import StartRefused
from deploy.local.options import Options
from deploy.local.processes import Spec, read_identity, start, write_identity
from deploy.local.state import Running, State

RUNNING = Running(
    "http://127.0.0.1:18000", "journaux HTTP", "PostgreSQL", {"gateway": {"IAE_BUS": "journal"}}
)


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


def options(folder: Path) -> Options:
    return Options.from_environment({"IAE_STATE": str(folder)})


def test_another_terminal_reads_what_runs_only_while_it_runs(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.held():
        assert state.running() is None
        state.publish(RUNNING)
        assert State(tmp_path).running() == RUNNING
        assert (tmp_path / "environment.json").stat().st_mode & 0o777 == 0o600
    assert State(tmp_path).running() is None


def test_a_second_launcher_of_the_same_state_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    with State(tmp_path).held():
        State(tmp_path).publish(RUNNING)
        with (
            pytest.raises(StartRefused, match="tourne déjà à http://127"),
            State(tmp_path).held(),
        ):
            pass
    with State(tmp_path).held():
        pass


def test_what_a_launcher_killed_at_once_left_does_not_pass_for_the_next_one(tmp_path: Path) -> None:
    State(tmp_path).publish(RUNNING)
    write_identity(tmp_path / "launcher.json", 1)
    with State(tmp_path).held():
        assert State(tmp_path).running() is None


def test_a_state_that_cannot_be_written_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with (
        pytest.raises(StartRefused, match="choisissez-en un par IAE_STATE"),
        State(tmp_path / "fichier").held(),
    ):
        pass


def test_a_command_that_needs_the_platform_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"ne tourne pas .* make run"):
        control.require_running(options(tmp_path))


async def test_down_stops_what_a_dead_launcher_left(tmp_path: Path, screen: io.StringIO) -> None:
    program = "import time; time.sleep(600)"
    child = await start(
        Spec(name="essai", command=[sys.executable, "-c", program], log=tmp_path / "essai.log")
    )
    write_identity(tmp_path / "run" / "essai.json", child.pid)
    identity = read_identity(tmp_path / "run" / "essai.json")
    assert identity is not None
    await control.down(options(tmp_path), Console(file=screen))
    assert not identity.is_alive()
    assert await child.wait() == -signal.SIGTERM
    assert "Plateforme arrêtée." in screen.getvalue()


async def test_down_without_anything_to_stop_says_so_and_kills_nobody(
    tmp_path: Path, screen: io.StringIO
) -> None:
    (tmp_path / "launcher.json").write_text(f'{{"pid": {os.getpid()}, "started": "un autre démarrage"}}')
    await control.down(options(tmp_path), Console(file=screen))
    assert "Rien ne tourne." in screen.getvalue()


async def test_status_tells_a_stopped_platform(tmp_path: Path, screen: io.StringIO) -> None:
    assert not await control.status(options(tmp_path), Console(file=screen))
    assert "La plateforme ne tourne pas." in screen.getvalue()

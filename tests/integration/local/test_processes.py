import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from deploy.local.processes import (
    CHECKOUT,
    Identity,
    Spec,
    identify,
    read_identity,
    start,
    stop,
    supervised,
    write_identity,
)
from deploy.local.readiness import wait_until
from deploy.local.state import State

QUIET = "import time; print('prêt', flush=True); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('prêt', flush=True); time.sleep(600)"


def spec(folder: Path, name: str = "essai", program: str = QUIET, **changes: Any) -> Spec:
    return Spec(name=name, command=[sys.executable, "-c", program], log=folder / f"{name}.log", **changes)


async def until(condition: Callable[[], bool], within_s: float = 20) -> None:
    async def holds() -> bool:
        return condition()

    assert await wait_until(holds, within_s)


def says(folder: Path, name: str = "essai") -> str:
    log = folder / f"{name}.log"
    return log.read_text() if log.exists() else ""


def recorded(folder: Path, name: str = "essai") -> Identity:
    identity = read_identity(folder / f"{name}.json")
    assert identity is not None
    return identity


async def test_a_killed_child_is_restarted_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    async with supervised([spec(tmp_path)], tmp_path, said.append):
        first = recorded(tmp_path)
        first.signal(signal.SIGKILL)
        await until(lambda: read_identity(tmp_path / "essai.json") not in (None, first))
    assert not first.is_alive()
    assert said[0].startswith("essai s'est arrêté (code -9) ; relance dans")


async def test_a_child_that_keeps_dying_is_restarted_more_and_more_slowly(tmp_path: Path) -> None:
    said: list[str] = []
    async with supervised([spec(tmp_path, program="raise SystemExit(3)")], tmp_path, said.append):
        await until(lambda: len(said) == 3)
    delays = [float(sentence.split("relance dans ")[1].split(" s")[0]) for sentence in said]
    assert delays == [0.4, 0.8, 1.6]


async def test_the_end_of_the_block_stops_every_child_even_a_deaf_one(tmp_path: Path) -> None:
    children = [spec(tmp_path), spec(tmp_path, "sourd", DEAF, stop_delay_s=0.3)]
    async with supervised(children, tmp_path / "run"):
        await until(lambda: "prêt" in says(tmp_path) and "prêt" in says(tmp_path, "sourd"))
        identities = [recorded(tmp_path / "run", child.name) for child in children]
    assert [identity.is_alive() for identity in identities] == [False, False]
    assert State(tmp_path).children() == {}


async def test_a_fault_inside_the_block_stops_the_children_too(tmp_path: Path) -> None:
    found: list[Identity] = []
    with suppress(ZeroDivisionError):
        async with supervised([spec(tmp_path)], tmp_path):
            found.append(recorded(tmp_path))
            _ = 1 / 0
    assert not found[0].is_alive()


async def test_children_die_when_their_launcher_is_killed_at_once(tmp_path: Path) -> None:
    launcher = f"""
import asyncio, pathlib, sys
from collections.abc import Callable
from typing import Any

from deploy.local.processes import Spec, supervised
folder = pathlib.Path({str(tmp_path)!r})
child = Spec(name="essai", command=[sys.executable, "-c", {DEAF!r}], log=folder / "essai.log")
async def main():
    async with supervised([child], folder):
        await asyncio.Event().wait()
asyncio.run(main())
"""
    process = await start(
        Spec(
            name="lanceur",
            command=[sys.executable, "-c", launcher],
            log=tmp_path / "lanceur.log",
            cwd=CHECKOUT,
        )
    )
    await until(lambda: "prêt" in says(tmp_path))
    child = recorded(tmp_path)
    assert child.is_alive()
    process.kill()
    await process.wait()
    await until(lambda: not child.is_alive())


async def test_an_orderly_stop_leaves_the_child_time_to_finish(tmp_path: Path) -> None:
    program = """
import signal, sys, time
def leave(*_):
    print("au revoir", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("prêt", flush=True)
time.sleep(600)
"""
    child = spec(tmp_path, program=program)
    process = await start(child)
    await until(lambda: "prêt" in says(tmp_path))
    await stop(process, child)
    assert process.returncode == 0
    assert says(tmp_path).endswith("au revoir\n")


async def test_a_reused_pid_is_never_signalled(tmp_path: Path) -> None:
    child = spec(tmp_path)
    process = await start(child)
    Identity(process.pid, "un autre démarrage").signal(signal.SIGKILL)
    real = identify(process.pid)
    assert real is not None
    assert real.is_alive()
    await stop(process, child)
    assert not real.is_alive()


async def test_a_recorded_process_is_found_again_only_while_it_lives(tmp_path: Path) -> None:
    child = spec(tmp_path)
    process = await start(child)
    path = tmp_path / "qui.json"
    write_identity(path, process.pid)
    assert read_identity(path) == identify(process.pid)
    await stop(process, child)
    assert json.loads(path.read_text())["pid"] == process.pid
    assert read_identity(path) is None
    path.write_text("{")
    assert read_identity(path) is None


async def test_a_log_that_grows_too_much_is_cut_and_the_older_part_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.processes.LOG_LIMIT_BYTES", 1000)
    monkeypatch.setattr("deploy.local.processes.LOG_CHECK_S", 0.05)
    program = "import time\nfor i in range(10**9): print('ligne', i, flush=True); time.sleep(0.001)"
    async with supervised([spec(tmp_path, program=program)], tmp_path):
        await until((tmp_path / "essai.log.1").exists)
        older = (tmp_path / "essai.log.1").stat().st_size
        await until(lambda: (tmp_path / "essai.log").stat().st_size < older)
    assert older > 1000


async def test_a_child_does_not_receive_the_interrupt_of_the_terminal(tmp_path: Path) -> None:
    child = spec(tmp_path)
    process = await start(child)
    assert os.getpgid(process.pid) == process.pid != os.getpgrp()
    before = time.monotonic()
    await stop(process, child)
    assert time.monotonic() - before < child.stop_delay_s

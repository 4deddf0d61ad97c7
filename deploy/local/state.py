"""The folder of the local state, and what it tells another terminal about the platform that runs."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.errors import StartRefused
from deploy.local.processes import Identity, read_identity, write_identity
from deploy.local.secret_files import write_private


@dataclass(frozen=True)
class Running:
    """The platform that runs.

    Attributes
    ----------
    address
        Of the gateway, for a browser.
    bus, postgres
        French words for the screen.
    environments
        Environment of a command that acts on a service, by service name; unlike a process, it may own the database.
    """

    address: str
    bus: str
    postgres: str
    environments: dict[str, dict[str, str]]


@dataclass(frozen=True)
class State:
    """Paths of one local state."""

    folder: Path

    @property
    def run(self) -> Path:
        """One file per child process: who runs."""
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        """Secret files of the processes."""
        return self.folder / "secrets"

    def secret(self, name: str) -> str:
        """Return the content of a secret file."""
        return (self.secrets / name).read_text(encoding="utf-8").strip()

    @property
    def demonstration(self) -> Path:
        """Generated demonstration data."""
        return self.folder / "demonstration"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only launcher of this state for the time of the block.

        Raises
        ------
        StartRefused
            Another one holds it, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        except OSError as fault:
            raise StartRefused(
                f"Le dossier {self.folder} ne peut pas être écrit ({fault.strerror}) : choisissez-en un par IAE_STATE."
            ) from fault
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                running = self.running()
                where = f" à {running.address}" if running else ""
                raise StartRefused(
                    f"La plateforme tourne déjà{where} (état dans {self.folder}) : arrêtez-la par iae down, "
                    "ou donnez à celle-ci un autre dossier par IAE_STATE et d'autres ports par IAE_PORT."
                ) from fault
            # What a launcher killed at once left behind must not pass for this one's.
            self._running_file.unlink(missing_ok=True)
            write_identity(self._launcher_file, os.getpid())
            try:
                yield
            finally:
                self._running_file.unlink(missing_ok=True)
                self._launcher_file.unlink(missing_ok=True)

    def publish(self, running: Running) -> None:
        """Tell other terminals what runs."""
        write_private(self._running_file, json.dumps(asdict(running), ensure_ascii=False, indent=1))

    def running(self) -> Running | None:
        """Return the platform that is up, or nothing while it starts or when its launcher is gone."""
        if self.launcher() is None or not self._running_file.exists():
            return None
        return Running(**json.loads(self._running_file.read_text(encoding="utf-8")))

    def launcher(self) -> Identity | None:
        """Return the launcher that holds this state, if it lives."""
        return read_identity(self._launcher_file)

    def children(self) -> dict[str, Identity | None]:
        """Return the child processes last started, by name; nothing for one that no longer lives."""
        return {path.stem: read_identity(path) for path in sorted(self.run.glob("*.json"))}

    @property
    def _launcher_file(self) -> Path:
        return self.folder / "launcher.json"

    @property
    def _running_file(self) -> Path:
        return self.folder / "environment.json"

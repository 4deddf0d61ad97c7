"""The running product, with a proxy on each of its links, and everything that can be done to it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import httpx

from deploy.local import processes
from deploy.local.databases import Urls, prepare, role_names
from deploy.local.options import BusChoice, Options
from deploy.local.ports import free_port
from deploy.local.postgres import running_postgres
from deploy.local.processes import Identity, Spec, read_identity, supervised
from deploy.local.secret_files import create_passwords, create_secret_files
from deploy.local.services import SERVICES, environments, migrate, process_environment, service_ports
from tests.faults.broker import Broker
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy, Weather

KAFKA = "kafka"
LONGEST_DELAY_S = 1.0
ALIVE_WITHIN_S = 180
ARMED = "IAE_CRASH_POINT"


@dataclass(frozen=True)
class Cast:
    """How many processes of each kind."""

    services: Sequence[str]
    workers: int

    @property
    def processes(self) -> list[str]:
        """Their names."""
        apps = [f"{name}-app" for name in self.services]
        spares = {"structures": self.workers, "gateway": self.workers}
        return apps + [
            f"{name}-worker-{n}" for name in self.services for n in range(1, spares.get(name, 1) + 1)
        ]


@dataclass
class Platform:
    """The product in one folder.

    Attributes
    ----------
    exits
        Sentences of the supervisor, one per process that ended.
    """

    folder: Path
    cast: Cast
    port: int = field(default_factory=lambda: free_port(4))
    exits: list[str] = field(default_factory=list)
    databases: dict[str, Urls] = field(default_factory=dict)
    broker: Broker | None = None
    _links: dict[str, Proxy] = field(default_factory=dict)
    _environments: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def links(self) -> list[str]:
        """Names of the proxies."""
        return list(self._links)

    @property
    def secrets(self) -> Path:
        """Secret files of the processes."""
        return self.folder / "secrets"

    @property
    def logs(self) -> Path:
        """Technical logs of the processes."""
        return self.folder / "logs"

    def url(self, service: str) -> str:
        """Address of a service."""
        return f"http://127.0.0.1:{service_ports(self.port)[service]}"

    @asynccontextmanager
    async def stores(self, *, broker: bool, small_disk: bool) -> AsyncIterator[None]:
        """PostgreSQL migrated, and a broker when one is wanted, each behind its proxy."""
        self.folder.chmod(0o711)  # the server's user must enter it
        create_secret_files(self.secrets, SERVICES)
        async with AsyncExitStack() as stack:
            # The patience of the supervisor would only make a campaign longer.
            stack.enter_context(patch.object(processes, "LONGEST_DELAY_S", LONGEST_DELAY_S))
            postgres = free_port()
            admin = await stack.enter_async_context(
                running_postgres(self.folder, port=postgres, notify=self.exits.append)
            )
            passwords = create_passwords(self.folder / "passwords.json", role_names(SERVICES))
            self.databases = await prepare(admin, SERVICES, passwords)
            preparing = asyncio.create_task(migrate(self.databases))
            for name in self.cast.services:
                await self._open_link(stack, name, postgres)
            if broker:
                real = free_port()
                link = await self._open_link(stack, KAFKA, real)
                self.broker = Broker(self.folder / "broker", real, link.port, self.exits.append)
                await stack.enter_async_context(self.broker.running(small_disk=small_disk))
            await preparing
            yield

    async def _open_link(self, stack: AsyncExitStack, name: str, target: int) -> Proxy:
        proxy = Proxy(free_port(), target)
        await stack.enter_async_context(proxy.running())
        self._links[name] = proxy
        return proxy

    @asynccontextmanager
    async def processes(self, bus: str) -> AsyncIterator[None]:
        """Every process on one bus, supervised, until the end of the block."""
        self._environments = self._environments_on(bus)
        specs = [self._spec(name) for name in self.cast.processes]
        async with supervised(specs, self.folder / "run", self.exits.append):
            try:
                await self.wait_alive()
                yield
            finally:
                for process in self.cast.processes:
                    self._signal(process, signal.SIGCONT)

    def _environments_on(self, bus: str) -> dict[str, dict[str, str]]:
        options = Options(self.folder, self.port, BusChoice(bus), None, None, "1")
        behind = {name: urls for name, urls in self.databases.items() if name in self.cast.services}
        for name, urls in behind.items():
            behind[name] = Urls(
                *(_through(url, self._links[name].port) for url in (urls.migration, urls.appli, urls.relais))
            )
        everywhere = {name: behind.get(name, urls) for name, urls in self.databases.items()}
        bootstrap = self.broker.bootstrap if self.broker and bus == KAFKA else None
        settings = environments(options, everywhere, bootstrap, self.secrets)
        settings["gateway"]["IAE_DEBIT_ANONYME"] = "100000"
        return {
            process: process_environment(settings[process.split("-")[0]]) for process in self.cast.processes
        }

    def _spec(self, process: str) -> Spec:
        service, kind = process.split("-")[:2]
        return Spec(
            name=process,
            command=[sys.executable, "-m", f"services.{service}.{kind}"],
            log=self.logs / f"{process}.log",
            environment=self._environments[process],
            cwd=Path.cwd(),
        )

    async def wait_alive(self) -> None:
        """Wait until every process runs and every application answers."""
        async with asyncio.timeout(ALIVE_WITHIN_S), httpx.AsyncClient(timeout=2) as client:
            for service in self.cast.services:
                while not await _answers(client, f"{self.url(service)}/sante/vivant"):
                    await asyncio.sleep(0.05)
            while not all(self._identity(process) for process in self.cast.processes):
                await asyncio.sleep(0.05)

    async def undergo(self, fault: Fault) -> None:
        """Do a fault, and undo it once it has lasted."""
        match fault.kind:
            case Kind.KILL | Kind.KILL_ALL:
                for process in fault.targets:
                    self._signal(process, signal.SIGKILL)
            case Kind.FREEZE:
                await self._freeze(fault.targets[0], fault.lasts)
            case Kind.CRASH:
                await self._crash_at(fault.targets[0], fault.detail)
            case Kind.NETWORK:
                proxy = self._links[fault.targets[0]]
                proxy.set(Weather(fault.detail))
                try:
                    await asyncio.sleep(fault.lasts)
                finally:
                    proxy.set(Weather.FINE)
            case Kind.POSTGRES:
                self._signal("postgresql", signal.SIGQUIT)
            case _:
                await self._undergo_on_broker(fault)

    async def _undergo_on_broker(self, fault: Fault) -> None:
        assert self.broker is not None
        match fault.kind:
            case Kind.BROKER_KILL:
                self.broker.kill()
            case Kind.BROKER_FREEZE:
                await self.broker.freeze(fault.lasts)
            case Kind.BROKER_WIPE:
                await self.broker.wipe()
            case Kind.DISK_FULL:
                await self.broker.fill(fault.lasts)

    async def _freeze(self, process: str, lasts: float) -> None:
        frozen = self._identity(process)
        if frozen is None:
            return
        frozen.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(lasts)
        finally:
            frozen.signal(signal.SIGCONT)

    async def _crash_at(self, process: str, point: str) -> None:
        """Have a process start armed: it dies at the point, then starts as usual."""
        before = self._identity(process)
        self._environments[process][ARMED] = point
        try:
            self._signal(process, signal.SIGKILL)
            async with asyncio.timeout(ALIVE_WITHIN_S):
                while self._identity(process) in (None, before):
                    await asyncio.sleep(0.05)
        finally:
            self._environments[process].pop(ARMED, None)

    async def dies(self, process: str, within_s: float) -> bool:
        """Wait until the process that runs now is dead; tell whether it was in time."""
        running = self._identity(process)
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while running and running.is_alive():
                    await asyncio.sleep(0.05)
                return True
        return False

    def _identity(self, process: str) -> Identity | None:
        return read_identity(self.folder / "run" / f"{process}.json")

    def _signal(self, process: str, number: signal.Signals) -> None:
        if identity := self._identity(process):
            with suppress(ProcessLookupError):
                identity.signal(number)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


def _through(url: str, port: int) -> str:
    server, _, database = url.rpartition("/")
    return f"{server.rpartition(':')[0]}:{port}/{database}"


def may_mount() -> bool:
    """Tell whether a small file system can be mounted here."""
    return os.geteuid() == 0 and sys.platform == "linux"

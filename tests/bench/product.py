"""The whole product as ``make run`` starts it, in a folder of its own, loaded with the region of 2017."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.demo.load import Summary, load
from deploy.local.demonstration import LOADED
from deploy.local.ports import HOST, free_port
from deploy.local.processes import CHECKOUT
from deploy.local.services import run_module, service_ports
from deploy.local.state import State
from tests.bench.processes import cpu_seconds, descendants
from tests.bench.wire import wait_alive

SCALE = "1"
RATE = "1000000"  # of anonymous requests: the bench is a single address


@dataclass
class Product:
    """A running product.

    Attributes
    ----------
    summary
        Of the load; None before it.
    spent
        Processor time of each process during the load, in seconds.
    """

    state: State
    port: int
    summary: Summary | None = None
    spent: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the gateway."""
        return f"http://{HOST}:{self.port}"

    def port_of(self, service: str) -> int:
        """Port of a service."""
        return service_ports(self.port)[service]

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a command on this product."""
        return os.environ | {
            "IAE_STATE": str(self.state.folder),
            "IAE_PORT": str(self.port),
            "IAE_BUS": "kafka",
            "IAE_DEMO": SCALE,
            "IAE_DEBIT_ANONYME": RATE,
        }

    def environment_of(self, service: str) -> Mapping[str, str]:
        """Environment of a command on a service, as the owner of its database."""
        running = self.state.running()
        assert running is not None
        return running.environments[service]

    async def iae(self, *arguments: str) -> None:
        """Run a command of the product to its end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.cli", *arguments,
            cwd=CHECKOUT, env=self.environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == 0, arguments

    async def start(self) -> float:
        """Start; return the seconds to the first page."""
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:  # a start that fails ends the wait
            group.create_task(self.iae("up", "--detach"))
            await wait_alive(f"{self.url}/")
            first_page = time.perf_counter()
        return first_page - started

    @property
    def families(self) -> dict[str, list[int]]:
        """What runs, launcher included; PostgreSQL with the processes that it starts by itself."""
        running = self.state.children() | {"launcher": self.state.launcher()}
        pids = {name: identity.pid for name, identity in running.items() if identity}
        return {name: descendants(pid) if name == "postgresql" else [pid] for name, pid in pids.items()}

    def processor(self) -> dict[str, float]:
        """Processor time used until now by each process, in seconds; PostgreSQL with all its backends."""
        return {name: sum(map(cpu_seconds, pids)) for name, pids in self.families.items()}

    def processor_since(self, before: dict[str, float]) -> dict[str, float]:
        """Return the processor time of each process since a reading, in seconds, the greatest first."""
        spent = {name: used - before.get(name, 0) for name, used in self.processor().items()}
        return dict(sorted(spent.items(), key=lambda item: -item[1]))

    async def load(self) -> None:
        """Send the whole set through the public import API; return once the views show it."""
        before = self.processor()
        folder = self.state.demonstration / f"echelle-{SCALE}"
        secret = self.state.secret("client_reprise")
        self.summary = await load(self.url, secret, folder, lambda _, __, ___: None)
        self.spent = self.processor_since(before)

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the owner of the database of a service."""
        conn = await asyncpg.connect(self.environment_of(service)["IAE_MIGRATION_DATABASE_URL"])
        try:
            yield conn
        finally:
            await conn.close()


@asynccontextmanager
async def loaded_product() -> AsyncIterator[Product]:
    """The product, loaded; everything goes at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="iae-bench-") as folder:
        os.chmod(folder, 0o711)  # noqa: PTH101 # the server's user must enter it
        product = Product(State(Path(folder) / "etat"), free_port(4))
        data = product.state.demonstration
        data.mkdir(parents=True)
        await run_module(
            "deploy.demo.generate", "--out", str(data / f"echelle-{SCALE}"), "--scale", SCALE, settings={}
        )
        (data / LOADED).touch()  # the launcher has nothing to load: the measure does
        try:
            await product.start()
            await product.load()
            yield product
        finally:
            await product.iae("down")

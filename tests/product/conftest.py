"""The whole product as a person starts it, loaded with a small region while its processes are killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser

from deploy.local.ports import free_port

pytest.register_assert_rewrite("tests.browser.checks")
from tests.browser.checks import open_browser  # noqa: E402 -- its failures are explained only when imported after

ROOT = Path(__file__).parents[2]
LOAD_WITHIN_S = 300
SCALE = "0.05"


@dataclass(frozen=True)
class Product:
    """A running platform: its address, its state folder, and commands on it."""

    url: str
    state: Path
    environment: Mapping[str, str]

    def iae(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the platform to its end."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip

    def processes(self) -> dict[str, int]:
        """Names and pids of what runs now."""
        found = {}
        for path in (self.state / "run").glob("*.json"):
            identity = json.loads(path.read_text(encoding="utf-8"))
            found[path.stem] = identity["pid"]
        return found

    @property
    def loaded(self) -> bool:
        return (self.state / "demonstration" / "chargement-termine").exists()

    @property
    def expected(self) -> dict[str, Any]:
        """Totals that the generator computed from its own files."""
        path = self.state / "demonstration" / f"echelle-{SCALE}" / "totaux.json"
        totals: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["chiffres"]
        return totals


@asynccontextmanager
async def running_product(folder: Path, bus: str) -> AsyncIterator[Product]:
    """Start everything in a folder of its own; stopped at the end of the block."""
    port = free_port(4)
    environment = os.environ | {
        "IAE_STATE": str(folder),
        "IAE_PORT": str(port),
        "IAE_BUS": bus,
        "IAE_DEMO": SCALE,
    }
    product = Product(f"http://127.0.0.1:{port}", folder, environment)
    try:
        started = await asyncio.to_thread(product.iae, "up", "--detach")
        assert started.returncode == 0, started.stdout + started.stderr
        yield product
    finally:
        await asyncio.to_thread(product.iae, "down")


async def until_loaded(product: Product) -> None:
    async with asyncio.timeout(LOAD_WITHIN_S):
        while not product.loaded:
            await asyncio.sleep(0.5)


async def kill_each_process_once(product: Product) -> list[str]:
    """Kill every process, one after the other, while the load runs; return those killed."""
    killed = []
    for name, pid in sorted(product.processes().items()):
        if product.loaded:
            break
        os.kill(pid, signal.SIGKILL)
        killed.append(name)
        async with asyncio.timeout(60):
            while product.processes().get(name) in (pid, None):
                await asyncio.sleep(0.1)
    return killed


@pytest.fixture(scope="session")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """The product on Kafka, whose every process was killed once during the load."""
    folder = tmp_path_factory.mktemp("etat")
    async with running_product(folder, "kafka") as running:
        killed = await kill_each_process_once(running)
        assert len(killed) >= 8, killed
        await until_loaded(running)
        yield running


@pytest.fixture(scope="session")
async def http(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
async def real_browser() -> AsyncIterator[Browser]:
    async with open_browser() as found:
        yield found


async def token(http: httpx.AsyncClient, client: str) -> dict[str, str]:
    answer = await http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, "demonstration")
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}

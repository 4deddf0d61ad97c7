"""A broker behind a proxy, that can be killed, frozen, filled and wiped."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from deploy.local.kafka import running_kafka
from deploy.local.processes import Notify, read_identity
from shared.messaging.topics import create_topics

DISK_BYTES = 192 * 1024 * 1024
TOPICS_WITHIN_S = 60


class Broker:
    """One broker; clients reach it by ``advertised``, the port of a proxy in front of ``port``."""

    def __init__(self, folder: Path, port: int, advertised: int, notify: Notify) -> None:
        self._folder = folder
        self._port = port
        self._advertised = advertised
        self._notify = notify
        self._stack = AsyncExitStack()
        self._changing = asyncio.Lock()
        self.bootstrap = f"127.0.0.1:{advertised}"
        folder.mkdir(parents=True)

    @asynccontextmanager
    async def running(self, *, small_disk: bool) -> AsyncIterator[None]:
        """Run, with topics, until the end of the block; ``small_disk`` needs the right to mount."""
        data = self._folder / "kafka"
        data.mkdir()
        if small_disk:
            size = f"size={DISK_BYTES}"
            await asyncio.to_thread(_run, "mount", "-t", "tmpfs", "-o", size, "iae-faults", str(data))
        try:
            await self._start()
            yield
        finally:
            await self._stack.aclose()
            if small_disk:
                await asyncio.to_thread(_run, "umount", "--lazy", str(data))

    async def _start(self) -> None:
        await self._stack.enter_async_context(
            running_kafka(self._folder, port=self._port, advertised=self._advertised, notify=self._notify)
        )
        async with asyncio.timeout(TOPICS_WITHIN_S):
            while True:
                with suppress(Exception):  # the proxy in front may be cut: it will not stay so
                    return await create_topics(self.bootstrap)
                await asyncio.sleep(0.2)

    def kill(self) -> None:
        """End the process at once; its supervisor starts it again."""
        self._signal(signal.SIGKILL)

    async def freeze(self, lasts: float) -> None:
        """Stop the process for some seconds."""
        async with self._changing:
            self._signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(lasts)
            finally:
                self._signal(signal.SIGCONT)

    async def fill(self, lasts: float) -> None:
        """Leave no room on the disk for some seconds."""
        async with self._changing:
            filler = self._folder / "kafka" / "filler"
            try:
                await asyncio.to_thread(_fill, filler)
                await asyncio.sleep(lasts)
            finally:
                filler.unlink(missing_ok=True)

    async def wipe(self) -> None:
        """Lose everything: another cluster, empty, at the same address."""
        async with self._changing:
            await self._stack.aclose()
            for path in (self._folder / "kafka").iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            (self._folder / "kafka.cluster").unlink()
            await self._start()

    def _signal(self, number: signal.Signals) -> None:
        if identity := read_identity(self._folder / "run" / "kafka.json"):
            identity.signal(number)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _fill(path: Path) -> None:
    with path.open("wb") as file, suppress(OSError):
        while True:
            os.write(file.fileno(), bytes(65_536))

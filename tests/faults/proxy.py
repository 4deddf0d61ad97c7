"""A TCP proxy that can cut, hold or slow what passes: a network that fails, without any right on the machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

HOST = "127.0.0.1"
BLOCK = 65_536
SLOW_S = 0.15


class Weather(StrEnum):
    """How the network behaves."""

    FINE = "fine"
    CUT = "cut"
    """Connections are reset, new ones are refused."""
    HELD = "held"
    """Nothing passes; all of it arrives later, as after a route that comes back."""
    ANSWERS_HELD = "answers held"
    """Requests arrive, answers do not until later."""
    SLOW = "slow"


class Proxy:
    """One address in front of another."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._weather = Weather.FINE
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the time of the block."""
        server = await asyncio.start_server(self._connected, HOST, self.port)
        try:
            yield
        finally:
            server.close()
            self._open.set()
            self._reset_all()

    def set(self, weather: Weather) -> None:
        """Change the weather."""
        self._weather = weather
        if weather in (Weather.HELD, Weather.ANSWERS_HELD):
            self._open.clear()
        else:
            self._open.set()
        if weather is Weather.CUT:
            self._reset_all()

    def _reset_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far: asyncio.StreamWriter | None = None
        self._writers.add(writer)
        try:
            if self._weather is Weather.CUT:
                return
            far_reader, far = await asyncio.open_connection(HOST, self._target)
            self._writers.add(far)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far, answers=False))
                group.create_task(self._pump(far_reader, writer, answers=True))
        except* OSError:
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    self._writers.discard(end)
                    end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while block := await reader.read(BLOCK):
            if self._weather is Weather.SLOW:
                await asyncio.sleep(SLOW_S)
            if answers or self._weather is Weather.HELD:
                await self._open.wait()
            writer.write(block)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()
        if answers:
            raise ConnectionResetError  # the server has left: the client is told at once

"""The lightest HTTP client that measures: requests made beforehand, connections kept, nothing read twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import httpx

ALIVE_WITHIN_S = 180


class Connection(asyncio.Protocol):
    """One connection, one request at a time; answers carry their length."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = bytes(self._received).partition(b"\r\n\r\n")
        if separator and len(body) >= _length(head):
            self._received.clear()
            assert self._answer is not None
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError  # a server closes what stays idle for five seconds
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


def _length(head: bytes) -> int:
    found = head.lower().partition(b"content-length:")[2]
    return int(found.partition(b"\r\n")[0] or 0)


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Open connections to a port of this machine; closed at the end of the block."""
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            if connection.transport is not None:
                connection.transport.close()


def make_request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a request as it travels."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def time_requests(port: int, count: int, requests: Iterable[bytes], expected: int) -> float:
    """Send requests on some fresh connections, one at a time on each; return how long it took, in seconds."""
    left = iter(requests)

    async def send_in_turn(connection: Connection) -> None:
        for request in left:
            status, body = await connection.send(request)
            assert status == expected, body

    async with connections(port, count) as opened:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for connection in opened:
                group.create_task(send_in_turn(connection))
        return time.perf_counter() - started


async def timed(connection: Connection, request: bytes) -> float:
    """Return how long a good answer takes, in seconds."""
    started = time.perf_counter()
    status, body = await connection.send(request)
    assert status == 200, body
    return time.perf_counter() - started


async def wait_alive(url: str) -> None:
    """Wait until an address answers."""
    async with asyncio.timeout(ALIVE_WITHIN_S), httpx.AsyncClient(timeout=2) as client:
        while True:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)

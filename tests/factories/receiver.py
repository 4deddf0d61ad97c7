"""A subscriber of the tests: an HTTP server that answers as told, and judges signatures by its own means."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from ssl import SSLContext
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

TOLERANCE_S = 300


@dataclass(frozen=True)
class Received:
    """One request."""

    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = orjson.loads(self.body)
        return message

    @property
    def position(self) -> int:
        position: int = self.message["data"]["position"]
        return position

    def signed_by(self, secret: str, now: datetime) -> bool:
        """Judge as the standard says: one of the signatures is right, and the instant is near."""
        at = self.headers["webhook-timestamp"]
        if abs(now.timestamp() - int(at)) > TOLERANCE_S:
            return False
        key = base64.b64decode(secret.removeprefix("whsec_"))
        for signature in self.headers["webhook-signature"].split(" "):
            version, _, digest = signature.partition(",")
            mac = HMAC(key, SHA256())
            mac.update(b".".join((self.id.encode(), at.encode(), self.body)))
            with suppress(InvalidSignature):
                mac.verify(base64.b64decode(digest))
                return version == "v1"
        return False


@dataclass
class Receiver:
    """Where it listens, what it received, what it answers: the statuses told, then 204."""

    url: str = ""
    port: int = 0
    answers: list[int] = field(default_factory=list)
    headers: str = ""
    received: list[Received] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    on_request: Callable[[], None] = lambda: None

    @property
    def positions(self) -> list[int]:
        return [request.position for request in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in lines[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received(lines[0].split(" ")[1], headers, body))
            self.arrived.set()
            self.on_request()
            await self.open.wait()
            status = self.answers.pop(0) if self.answers else 204
            writer.write(f"HTTP/1.1 {status} X\r\n{self.headers}content-length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(ssl: SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A subscriber on this machine."""
    receiver = Receiver()
    receiver.open.set()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=ssl)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{receiver.port}/recu"
    try:
        yield receiver
    finally:
        receiver.open.set()
        server.close()

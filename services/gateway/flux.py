"""What moves, told as it moves: one reading of the positions for all who listen."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import orjson

from services.gateway.answers import sources_body
from services.gateway.sources import Sources
from shared.contracts.topics import SERVICES
from shared.errors import Indisponible
from shared.messaging.loop import Loop

LOOK_EVERY_S = 1.0
HEARTBEAT_S = 15.0
RETRY_MS = 5_000
LISTENERS = 200
LISTENERS_OF_ADDRESS = 20

VUES: Mapping[str, tuple[str, ...]] = {
    "structures": ("reperes", "territoires", "structures", "cdiae", "plans"),
    "parcours": ("reperes", "territoires", "structures", "parcours"),
    "funding": ("reperes", "territoires", "structures", "financements", "clauses"),
}
"""Views that the facts of each source may change."""
EVENT_ID = re.compile(r"[a-z]+=\d{1,18}(\.[a-z]+=\d{1,18})*")


class FluxComplet(Indisponible):
    """As many listeners as can be held."""

    code = "flux_complet"
    retry_after = 30


class Flux(Loop):
    """Reads the positions while somebody listens, and wakes the listeners when one moves.

    Parameters
    ----------
    leaving
        Tells when the process is stopping: streams end by themselves, no request has to be cut.
    """

    name = "flux"

    def __init__(self, sources: Sources, leaving: Callable[[], bool]) -> None:
        super().__init__()
        self._sources = sources
        self._leaving = leaving
        self._listeners: Counter[str] = Counter()
        self._moved = asyncio.Condition()
        self.positions: dict[str, int] = {}
        self.closed = False

    async def turn(self) -> float:
        """Look once, if anybody listens."""
        if self._leaving():
            await self._close()
        elif self._listeners:
            await self._look()
        return LOOK_EVERY_S

    async def recover(self) -> None:
        """Let the listeners go when the loop ends; after a mere error they stay."""
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            await self._close()

    async def _look(self) -> None:
        positions = await self._sources.positions()
        if positions != self.positions:
            async with self._moved:
                self.positions = positions
                self._moved.notify_all()

    async def _close(self) -> None:
        async with self._moved:
            self.closed = True
            self._moved.notify_all()

    def enter(self, address: str) -> None:
        """Count a listener.

        Raises
        ------
        FluxComplet
            There are too many, in all or at this address.
        """
        if (
            self.closed
            or self._listeners.total() >= LISTENERS
            or self._listeners[address] >= LISTENERS_OF_ADDRESS
        ):
            raise FluxComplet("Trop de pages écoutent le flux. Les pages restent complètes sans lui.")
        self._listeners[address] += 1

    def leave(self, address: str) -> None:
        """Forget a listener."""
        self._listeners[address] -= 1
        self._listeners += Counter()  # an address without listener is not kept

    @property
    def listeners(self) -> int:
        """How many listen."""
        return self._listeners.total()

    async def events(self, last_id: str | None) -> AsyncIterator[bytes]:
        """Yield the events of one listener, from the positions it last heard of."""
        yield f"retry: {RETRY_MS}\n\n".encode()
        heard = read_event_id(last_id)
        await self._look()
        while not self.closed:
            present = self.positions
            if present != heard:
                yield self._event(heard, present)
                heard = present
            elif not await self._wait(present):
                yield b": rien de neuf\n\n"

    async def _wait(self, known: dict[str, int]) -> bool:
        """Wait for a move or the end; return False when the time of a heartbeat passed."""
        try:
            async with asyncio.timeout(HEARTBEAT_S), self._moved:
                await self._moved.wait_for(lambda: self.closed or self.positions != known)
        except TimeoutError:
            return False
        return True

    def _event(self, heard: Mapping[str, int] | None, present: Mapping[str, int]) -> bytes:
        moved = [name for name in present if heard is None or heard.get(name) != present[name]]
        body: dict[str, Any] = {
            "positions": present,
            "sources_changees": moved,
            "vues_changees": sorted({vue for name in moved for vue in VUES[name]}),
            "sources": sources_body(self._sources),
        }
        return f"id: {write_event_id(present)}\nevent: vues\ndata: ".encode() + orjson.dumps(body) + b"\n\n"


def write_event_id(positions: Mapping[str, int]) -> str:
    """Return the identifier of an event: the positions after it."""
    return ".".join(f"{name}={positions[name]}" for name in SERVICES)


def read_event_id(text: str | None) -> dict[str, int] | None:
    """Return the positions that an identifier says; nothing when it is not one of ours."""
    if text is None or len(text) > 120 or not EVENT_ID.fullmatch(text):
        return None
    positions = {
        name: int(position) for name, _, position in (part.partition("=") for part in text.split("."))
    }
    return positions if set(positions) == set(SERVICES) else None

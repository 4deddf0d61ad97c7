"""Reading the views, once per state of them: what has not moved is not read again."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.gateway.projections import VIEW
from shared.contracts.topics import SERVICES
from shared.messaging.checkpoints import standings

KEPT = 64
MADE = 64

T = TypeVar("T")
F = TypeVar("F")
K = TypeVar("K", bound=Hashable)
Read = Callable[[AsyncConnection], Awaitable[F]]


@dataclass(frozen=True, slots=True)
class Reading(Generic[F]):
    """Figures and the positions they were read at: one consistent state of the views."""

    figures: F
    positions: dict[str, int]
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of these figures under a key; it is made the first time only."""
        if key not in self._made:
            if len(self._made) == MADE:
                self._made.clear()
            self._made[key] = make()
        made: T = self._made[key]
        return made


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[tuple[AsyncConnection, dict[str, int], bool]]:
    """Open one instant of the views: a connection, the positions there, and whether anything was ever read."""
    async with engine.connect() as conn:
        await conn.execution_options(isolation_level="REPEATABLE READ")
        stands = await standings(conn, VIEW)
        yield conn, {name: stands[name].position if name in stands else 0 for name in SERVICES}, bool(stands)


class Reader:
    """Reads the views; the last readings are kept until a position moves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[Hashable, Reading[Any]] = OrderedDict()
        self._locks: dict[frozenset[Hashable], asyncio.Lock] = {}

    async def read(self, key: Hashable, read: Read[F]) -> Reading[F]:
        """Return what a function reads of the views at the present positions, named by a key."""
        return (await self.read_all({key: read}))[key]

    async def read_all(self, wanted: Mapping[K, Read[F]]) -> dict[K, Reading[F]]:
        """Return several readings, all of one instant of the views."""
        keys = frozenset(wanted)
        lock = self._locks.setdefault(keys, asyncio.Lock())
        try:
            async with lock, snapshot(self._engine) as (conn, positions, begun):
                found = {}
                for key, read in wanted.items():
                    kept = self._kept.get(key)
                    if kept is None or kept.positions != positions or not begun:
                        kept = self._kept[key] = Reading(await read(conn), positions)
                    self._kept.move_to_end(key)
                    found[key] = kept
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
                return found
        finally:
            if not lock.locked():
                self._locks.pop(keys, None)

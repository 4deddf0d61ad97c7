"""Reading a region, once per state of the views: what has not moved is not read again."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.gateway.projections import VIEW
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures, read_region
from shared.contracts.topics import SERVICES
from shared.messaging.checkpoints import standings

KEPT = 32
MADE = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures and the positions they were read at: one consistent state of the views."""

    figures: RegionFigures
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
    """Reads regions; the last readings are kept until a position moves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[Champ, Reading] = OrderedDict()
        self._locks: dict[Champ, asyncio.Lock] = {}

    async def read(self, champ: Champ) -> Reading:
        """Return the figures of a region at the present positions."""
        lock = self._locks.setdefault(champ, asyncio.Lock())
        try:
            async with lock, snapshot(self._engine) as (conn, positions, begun):
                kept = self._kept.get(champ)
                if kept is None or kept.positions != positions or not begun:
                    kept = Reading(await read_region(conn, champ), positions)
                    self._kept[champ] = kept
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
                self._kept.move_to_end(champ)
                return kept
        finally:
            if not lock.locked():
                self._locks.pop(champ, None)

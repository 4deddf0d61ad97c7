"""Reading a region, once per state of the views: what has not moved is not read again."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.projections import VIEW
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures, read_region
from shared.contracts.topics import SERVICES
from shared.messaging.checkpoints import standings

KEPT = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures and the positions they were read at: one consistent state of the views."""

    figures: RegionFigures
    positions: dict[str, int]


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
            async with lock, self._engine.connect() as conn:
                # One snapshot: positions and figures tell of the same instant.
                await conn.execution_options(isolation_level="REPEATABLE READ")
                stands = await standings(conn, VIEW)
                positions = {name: stands[name].position if name in stands else 0 for name in SERVICES}
                kept = self._kept.get(champ)
                if kept is None or kept.positions != positions or not stands:
                    kept = Reading(await read_region(conn, champ), positions)
                    self._kept[champ] = kept
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
                self._kept.move_to_end(champ)
                return kept
        finally:
            if not lock.locked():
                self._locks.pop(champ, None)

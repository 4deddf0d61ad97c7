"""Reading what the catalogue counts, once per state of the views: a source is read when an indicator asks for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.catalogue.lecture import Compteur
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import read_counts
from services.gateway.reading import snapshot

KEPT = 128


@dataclass(frozen=True, slots=True)
class Comptage:
    """Counts by source, and the positions all of them were read at."""

    compteurs: Mapping[str, Compteur]
    positions: dict[str, int]


class Counting:
    """Reads sources of counts; the last ones are kept until a position moves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[tuple[Champ, str], tuple[dict[str, int], Compteur]] = OrderedDict()
        self._lock = asyncio.Lock()

    async def read(self, champ: Champ, sources: Iterable[str]) -> Comptage:
        """Return some sources for a région and a period, at the present positions; the type is left to the cell."""
        (comptage,) = await self.read_many([replace(champ, type=None)], sources)
        return comptage

    async def read_many(self, champs: Iterable[Champ], sources: Iterable[str]) -> list[Comptage]:
        """Return the same for several périodes, at one instant of the views."""
        wanted = sorted(set(sources))
        async with self._lock, snapshot(self._engine) as (conn, positions, begun):
            found = []
            for champ in champs:
                compteurs = {}
                for source in wanted:
                    key = (champ, source)
                    kept = self._kept.get(key)
                    if kept is None or kept[0] != positions or not begun:
                        kept = (positions, Compteur(source, await read_counts(conn, champ, source)))
                        self._kept[key] = kept
                    self._kept.move_to_end(key)
                    compteurs[source] = kept[1]
                found.append(Comptage(compteurs, positions))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

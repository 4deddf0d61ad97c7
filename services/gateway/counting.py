"""Reading what the catalogue counts: a source is read when an indicator asks for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.catalogue.lecture import Compteur
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import read_counts
from services.gateway.reading import Reader


@dataclass(frozen=True, slots=True)
class Comptage:
    """Counts by source, and the positions all of them were read at."""

    compteurs: Mapping[str, Compteur]
    positions: dict[str, int]


class Counting:
    """Reads sources of counts."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def read(self, champ: Champ, sources: Iterable[str]) -> Comptage:
        """Return some sources for a région and a period, at the present positions; the type is left to the cell."""
        (comptage,) = await self.read_many([replace(champ, type=None)], sources)
        return comptage

    async def read_many(self, champs: Iterable[Champ], sources: Iterable[str]) -> list[Comptage]:
        """Return the same for several périodes, at one instant of the views."""
        wanted, fields = sorted(set(sources)), list(champs)
        readings = await self._reader.read_all(
            {
                (champ, source): partial(_count, champ=champ, source=source)
                for champ in fields
                for source in wanted
            }
        )
        return [
            Comptage(
                {source: readings[champ, source].figures for source in wanted},
                readings[champ, wanted[0]].positions,
            )
            for champ in fields
        ]


async def _count(conn: AsyncConnection, champ: Champ, source: str) -> Compteur:
    return Compteur(source, await read_counts(conn, champ, source))

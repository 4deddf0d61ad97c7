"""Reading what the catalogue counts: a source is read when an indicator asks for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.catalogue.lecture import Compteur
from services.gateway.catalogue.secret import DETAILS
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import BY_PLACE, read_counts, read_structures
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

    async def read_many(
        self, champs: Iterable[Champ], sources: Iterable[str], structures: str | None = None
    ) -> list[Comptage]:
        """Return the same for several périodes, at one instant of the views.

        Parameters
        ----------
        structures
            A type, each structure of which is counted as well.
        """
        wanted, fields = sorted(set(sources)), list(champs)
        # Exits always count each structure, for the tables of territories; details never do.
        whole = ("sorties", *BY_PLACE, *DETAILS)
        kinds = {source: None if source in whole else structures for source in wanted}
        readings = await self._reader.read_all(
            {
                (champ, source, kind): partial(_count, champ=champ, source=source, structures=kind)
                for champ in fields
                for source, kind in kinds.items()
            }
        )
        return [
            Comptage(
                {source: readings[champ, source, kind].figures for source, kind in kinds.items()},
                readings[champ, wanted[0], kinds[wanted[0]]].positions,
            )
            for champ in fields
        ]


async def _count(conn: AsyncConnection, champ: Champ, source: str, structures: str | None) -> Compteur:
    comptes = await read_counts(conn, champ, source)
    if structures:
        comptes |= await read_structures(conn, replace(champ, type=structures), source)
    return Compteur(source, comptes, champ.connu_le is not None)

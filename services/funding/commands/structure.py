"""The structures that lines name by SIRET and type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.domain.errors import StructureInconnue

FIND = text("""
    select id, siret, type_structure, departement from structure where siret = any(cast(:sirets as text[]))
""")


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure as money knows it; ``departement`` is an INSEE code."""

    id: UUID
    type_structure: str
    departement: str


class Located:
    """The structures of some SIRET."""

    def __init__(self, found: Mapping[str, Sequence[Structure]]) -> None:
        self._found = found

    def find(self, siret: str, type_structure: str | None) -> Structure:
        """Return the structure of a SIRET and a type; without type, the only one of the SIRET.

        Raises
        ------
        StructureInconnue
            No such pair, or several types at this SIRET and none given.
        """
        matches = [
            s
            for s in self._found.get(siret, ())
            if type_structure is None or s.type_structure == type_structure
        ]
        if len(matches) != 1:
            raise StructureInconnue(
                "Aucune structure du registre n'a ce SIRET et ce type.",
                champ="siret",
                correction="Enregistrez d'abord la structure, ou précisez type_structure.",
            )
        return matches[0]


async def locate_structures(conn: AsyncConnection, sirets: Sequence[str]) -> Located:
    """Return the structures of some SIRET."""
    found: dict[str, list[Structure]] = {}
    for row in await conn.execute(FIND, {"sirets": list(sirets)}):
        found.setdefault(row.siret, []).append(Structure(row.id, row.type_structure, row.departement))
    return Located(found)

"""Structures as this service knows them, and their annexes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.declaration import Annexe
from services.parcours.domain.errors import StructureInconnue
from services.parcours.tables import contrat, structure
from shared.access.rights import UNKNOWN, Target
from shared.errors import Introuvable

_columns = select(structure.c.id, structure.c.siret, structure.c.type_structure, structure.c.departement)
_of_siret = structure.c.siret == any_(bindparam("sirets", type_=ARRAY(Text)))
_of_id = structure.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
BY_SIRET = _columns.where(_of_siret)
BY_ID = _columns.where(_of_id)
# The row of the structure is the lock of its month's end: hours and exits of its contracts change under it.
_locked = _columns.order_by(structure.c.id).with_for_update(key_share=True)
LOCK_NAMED = _locked.where(or_(_of_siret, _of_id))
LOCK_OF_CONTRACTS = _locked.where(
    structure.c.id.in_(
        select(contrat.c.structure_id).where(contrat.c.id == any_(bindparam("contrats", type_=ARRAY(Uuid))))
    )
)
ANNEXES = text("""
    select structure_id, numero, etat, date_debut, date_fin from annexe
    where structure_id = any(cast(:ids as uuid[])) order by numero
""")


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure as known here."""

    id: UUID
    siret: str
    type_structure: str
    departement: str

    @property
    def target(self) -> Target:
        """What relates the structure to a caller."""
        return Target(structure_id=self.id, departement=self.departement)


class Located:
    """The structures that some lines name, by SIRET and type or by identifier."""

    def __init__(self, found: Iterable[Structure]) -> None:
        self._by_id = {each.id: each for each in found}
        self._by_siret: dict[str, list[Structure]] = defaultdict(list)
        for each in self._by_id.values():
            self._by_siret[each.siret].append(each)

    def find(self, siret: str, type_structure: str | None) -> Structure:
        """Return the structure of a SIRET and a type.

        Raises
        ------
        StructureInconnue
            No such pair, or several types at this SIRET and none given.
        """
        matches = [s for s in self._by_siret.get(siret, ()) if type_structure in (None, s.type_structure)]
        if len(matches) != 1:
            raise StructureInconnue(
                "Aucune structure connue n'a ce SIRET et ce type.",
                champ="siret",
                correction="Enregistrez d'abord la structure, ou précisez type_structure.",
            )
        return matches[0]

    def get(self, structure_id: UUID) -> Structure:
        """Return the structure of an identifier.

        Raises
        ------
        Introuvable
            None known here has it.
        """
        if structure_id not in self._by_id:
            raise Introuvable(UNKNOWN)
        return self._by_id[structure_id]

    @property
    def ids(self) -> list[UUID]:
        """Identifiers of the structures."""
        return list(self._by_id)


async def locate_structures(conn: AsyncConnection, sirets: Collection[str]) -> Located:
    """Return the structures of some SIRET."""
    rows = await conn.execute(BY_SIRET, {"sirets": list(sirets)})
    return Located(Structure(*row) for row in rows)


async def find_structures(conn: AsyncConnection, ids: Collection[UUID], sirets: Collection[str]) -> Located:
    """Return structures by identifier or by SIRET."""
    rows = [*await conn.execute(BY_ID, {"ids": list(ids)})]
    if sirets:
        rows += await conn.execute(BY_SIRET, {"sirets": list(sirets)})
    return Located(Structure(*row) for row in rows)


async def lock_structures(conn: AsyncConnection, sirets: Collection[str], ids: Collection[UUID]) -> Located:
    """Return structures by SIRET or identifier, locked in the order of identifiers."""
    rows = await conn.execute(LOCK_NAMED, {"sirets": list(sirets), "ids": list(ids)})
    return Located(Structure(*row) for row in rows)


async def lock_structures_of(conn: AsyncConnection, contrats: Collection[UUID]) -> Located:
    """Return the structures of some contracts, locked in the order of identifiers."""
    rows = await conn.execute(LOCK_OF_CONTRACTS, {"contrats": list(contrats)})
    return Located(Structure(*row) for row in rows)


async def find_annexes(conn: AsyncConnection, structures: Collection[UUID]) -> dict[UUID, list[Annexe]]:
    """Return the annexes of some structures, by structure."""
    found: dict[UUID, list[Annexe]] = defaultdict(list)
    for structure_id, *annexe in await conn.execute(ANNEXES, {"ids": list(structures)}):
        found[structure_id].append(Annexe(*annexe))
    return found

"""Reading the registry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.structure import ATTENTE_FLUX, OPCS, STAFF_CREATED
from services.structures.tables import structure
from shared.db import StaleVersion

PAGE = 200
Stored = Mapping[Any, Any]
"""A row, as read or about to be written, by name of column."""
LOCK = text("select * from structure where id = any(cast(:ids as uuid[])) order by id for update")
SHARE = text("select * from structure where id = any(cast(:ids as uuid[])) order by id for share")
FAMILIES = text("""
    select * from structure
    where id = any(cast(:ids as uuid[])) or mere_id = any(cast(:ids as uuid[]))
       or id in (select mere_id from structure where id = any(cast(:ids as uuid[])))
    order by id for update
""")

FORGOTTEN = text("""
    select id from structure
    where source = :source and cree_le < :depuis and fermee_le is null and type_structure <> :hors_flux
""")
ANTENNES = text("""
    select mere_id, count(*) as ouvertes from structure
    where mere_id = any(cast(:ids as uuid[])) and fermee_le is null group by mere_id
""")


async def lock_structures(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return structures by identifier, locked in order until the end of the transaction."""
    rows = await conn.execute(LOCK, {"ids": sorted(set(ids))})
    return {row["id"]: row for row in rows.mappings()}


async def lock_families(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return structures, their mothers and their antennes, locked in one order."""
    rows = await conn.execute(FAMILIES, {"ids": sorted(set(ids))})
    return {row["id"]: row for row in rows.mappings()}


async def share_structures(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return structures by identifier; none changes until the end of the transaction."""
    rows = await conn.execute(SHARE, {"ids": sorted(set(ids))})
    return {row["id"]: row for row in rows.mappings()}


async def lock_held(
    conn: AsyncConnection, table: Table, ids: Iterable[UUID]
) -> tuple[Mapping[UUID, RowMapping], Mapping[UUID, RowMapping]]:
    """Return the structures that hold some rows, none of which changes meanwhile, and these rows, locked.

    Structures come first, as wherever they are locked with what hangs on them: two writers never wait for each other.

    Raises
    ------
    StaleVersion
        A merger moved one of the rows between the two readings.
    """
    of = table.c.id.in_(set(ids))
    holders = select(structure).where(structure.c.id.in_(select(table.c.structure_id).where(of)))
    shared = (await conn.execute(holders.order_by(structure.c.id).with_for_update(read=True))).mappings()
    structures = {row["id"]: row for row in shared}
    rows = (await conn.execute(select(table).where(of).order_by(table.c.id).with_for_update())).mappings()
    held = {row["id"]: row for row in rows}
    if any(row["structure_id"] not in structures for row in held.values()):
        raise StaleVersion(table.name)
    return structures, held


async def list_forgotten(conn: AsyncConnection, le: date) -> Sequence[UUID]:
    """Return the open structures made by the staff that still wait for the ASP after 90 days."""
    values = {"source": STAFF_CREATED, "depuis": le - ATTENTE_FLUX, "hors_flux": OPCS}
    return (await conn.execute(FORGOTTEN, values)).scalars().all()


async def find_antennes(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """Return how many open antennes each of these structures has, zero left out."""
    rows = await conn.execute(ANTENNES, {"ids": sorted(set(ids))})
    return {row.mere_id: row.ouvertes for row in rows}


async def get_structure(conn: AsyncConnection, structure_id: UUID) -> RowMapping | None:
    """Return a structure by its identifier."""
    rows = await conn.execute(select(structure).where(structure.c.id == structure_id))
    return rows.mappings().first()


async def list_structures(conn: AsyncConnection, apres: UUID | None, **filters: Any) -> Sequence[RowMapping]:
    """Return at most 200 structures after an identifier, oldest first, whose columns equal the filters (None: any)."""
    query = select(structure).order_by(structure.c.id).limit(PAGE)
    if apres:
        query = query.where(structure.c.id > apres)
    for column, value in filters.items():
        if value is not None:
            query = query.where(structure.c[column] == value)
    return (await conn.execute(query)).mappings().all()

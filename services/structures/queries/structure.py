"""Reading the registry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.structure import ATTENTE_FLUX, OPCS, STAFF_CREATED
from services.structures.tables import structure

PAGE = 200
Stored = Mapping[Any, Any]
"""A row, as read or about to be written, by name of column."""
LOCK = text("select * from structure where id = any(cast(:ids as uuid[])) order by id for update")
SHARE = text("select * from structure where id = any(cast(:ids as uuid[])) order by id for share")

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


async def share_structures(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return structures by identifier; none changes until the end of the transaction."""
    rows = await conn.execute(SHARE, {"ids": sorted(set(ids))})
    return {row["id"]: row for row in rows.mappings()}


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

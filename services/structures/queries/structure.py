"""Reading the registry."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.tables import structure

PAGE = 200


async def get_structure(conn: AsyncConnection, structure_id: UUID) -> RowMapping | None:
    """Return a structure by its identifier."""
    rows = await conn.execute(select(structure).where(structure.c.id == structure_id))
    return rows.mappings().first()


async def list_structures(conn: AsyncConnection, **filters: Any) -> Sequence[RowMapping]:
    """Return at most 200 structures, oldest first, whose columns equal the given filters (None: any)."""
    query = select(structure).order_by(structure.c.id).limit(PAGE)
    for column, value in filters.items():
        if value is not None:
            query = query.where(structure.c[column] == value)
    return (await conn.execute(query)).mappings().all()

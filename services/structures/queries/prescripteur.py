"""Reading organisations that send people."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.queries.structure import PAGE
from services.structures.tables import prescripteur

LOCK = text("select * from prescripteur where id = any(cast(:ids as uuid[])) order by id for update")


async def lock_prescripteurs(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return organisations by identifier, locked until the end of the transaction."""
    rows = await conn.execute(LOCK, {"ids": sorted(set(ids))})
    return {row["id"]: row for row in rows.mappings()}


async def get_prescripteur(conn: AsyncConnection, prescripteur_id: UUID) -> RowMapping | None:
    """Return an organisation by its identifier."""
    rows = await conn.execute(select(prescripteur).where(prescripteur.c.id == prescripteur_id))
    return rows.mappings().first()


async def list_prescripteurs(
    conn: AsyncConnection, departement: str | None, apres: UUID | None
) -> Sequence[RowMapping]:
    """Return at most 200 organisations after an identifier, oldest first."""
    query = select(prescripteur).order_by(prescripteur.c.id).limit(PAGE)
    if departement:
        query = query.where(prescripteur.c.departement == departement)
    if apres:
        query = query.where(prescripteur.c.id > apres)
    return (await conn.execute(query)).mappings().all()

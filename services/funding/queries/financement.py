"""Reading annexes and payments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.tables import annexe_financiere, structure, versement

PAGE = 500
ANNEXES = select(annexe_financiere, structure.c.departement).join(
    structure, structure.c.id == annexe_financiere.c.structure_id
)


async def get_annexe(conn: AsyncConnection, annexe_id: UUID) -> RowMapping | None:
    """Return an annexe by its identifier, with the département of its structure."""
    return (await conn.execute(ANNEXES.where(annexe_financiere.c.id == annexe_id))).mappings().first()


async def list_annexes(conn: AsyncConnection, structure_id: UUID) -> Sequence[RowMapping]:
    """Return at most 500 annexes of a structure, the latest period first, each with the département."""
    query = (
        ANNEXES.where(annexe_financiere.c.structure_id == structure_id)
        .order_by(annexe_financiere.c.date_debut.desc(), annexe_financiere.c.id)
        .limit(PAGE)
    )
    return (await conn.execute(query)).mappings().all()


async def list_versements(conn: AsyncConnection, annexe_id: UUID) -> Sequence[RowMapping]:
    """Return at most 500 payments of an annexe, by month."""
    query = (
        select(versement)
        .where(versement.c.annexe_id == annexe_id)
        .order_by(versement.c.mois, versement.c.id)
        .limit(PAGE)
    )
    return (await conn.execute(query)).mappings().all()

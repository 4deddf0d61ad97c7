"""Reading fiches de poste."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.poste import SAISIE, SANS_NOUVELLE
from services.structures.queries.structure import PAGE
from services.structures.tables import fiche_de_poste

LOCK_OPEN = text("""
    select * from fiche_de_poste
    where structure_id = any(cast(:structures as uuid[])) and fermee_le is null order by id for update
""")
LOCK_OLD = text("""
    select * from fiche_de_poste
    where fermee_le is null and mise_a_jour_le <= :depuis and source = :source
    order by id for update
""")


async def lock_open(conn: AsyncConnection, structures: Iterable[UUID]) -> Sequence[RowMapping]:
    """Return the open fiches of structures, locked."""
    rows = await conn.execute(LOCK_OPEN, {"structures": sorted(set(structures))})
    return rows.mappings().all()


async def lock_without_news(conn: AsyncConnection, le: date) -> Sequence[RowMapping]:
    """Return the open fiches typed on the platform that nobody updated for 90 days, locked."""
    rows = await conn.execute(LOCK_OLD, {"depuis": le - SANS_NOUVELLE, "source": SAISIE})
    return rows.mappings().all()


async def get_fiche(conn: AsyncConnection, fiche_id: UUID) -> RowMapping | None:
    """Return a fiche by its identifier."""
    rows = await conn.execute(select(fiche_de_poste).where(fiche_de_poste.c.id == fiche_id))
    return rows.mappings().first()


async def list_fiches(
    conn: AsyncConnection,
    structure_id: UUID | None,
    code_rome: str | None,
    apres: UUID | None,
    *,
    ouvertes: bool,
) -> Sequence[RowMapping]:
    """Return at most 200 fiches after an identifier, oldest first."""
    query = select(fiche_de_poste).order_by(fiche_de_poste.c.id).limit(PAGE)
    if structure_id:
        query = query.where(fiche_de_poste.c.structure_id == structure_id)
    if code_rome:
        query = query.where(fiche_de_poste.c.code_rome == code_rome)
    if apres:
        query = query.where(fiche_de_poste.c.id > apres)
    if ouvertes:
        query = query.where(fiche_de_poste.c.fermee_le.is_(None))
    return (await conn.execute(query)).mappings().all()

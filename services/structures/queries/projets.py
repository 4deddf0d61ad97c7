"""Reading plans, innovations and the shared watch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.tables import plan, projet, veille, vote

PlanKey = tuple[str, str, date]
PAGE = 200


async def find_plans(conn: AsyncConnection, keys: Iterable[PlanKey]) -> Mapping[PlanKey, RowMapping]:
    """Return plans by level, territory and first day."""
    key = tuple_(plan.c.maille, plan.c.territoire, plan.c.date_debut)
    rows = await conn.execute(select(plan).where(key.in_(list(keys))))
    return {(row["maille"], row["territoire"], row["date_debut"]): row for row in rows.mappings()}


async def list_plans(
    conn: AsyncConnection, *, territoire: str | None = None, plan_id: UUID | None = None
) -> Sequence[RowMapping]:
    """Return at most 200 plans, the latest first."""
    query = select(plan).order_by(plan.c.date_debut.desc(), plan.c.id).limit(PAGE)
    if plan_id:
        query = query.where(plan.c.id == plan_id)
    if territoire:
        query = query.where(plan.c.territoire == territoire)
    return (await conn.execute(query)).mappings().all()


async def get_projets(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return innovations by identifier."""
    rows = await conn.execute(select(projet).where(projet.c.id.in_(list(ids))))
    return {row["id"]: row for row in rows.mappings()}


async def list_projets(
    conn: AsyncConnection, *, stade: str | None = None, projet_id: UUID | None = None
) -> Sequence[RowMapping]:
    """Return at most 200 innovations with their votes, the most supported first."""
    votes = select(func.count()).where(vote.c.projet_id == projet.c.id).scalar_subquery()
    query = select(projet, votes.label("votes")).order_by(votes.desc(), projet.c.id).limit(PAGE)
    if stade:
        query = query.where(projet.c.stade == stade)
    if projet_id:
        query = query.where(projet.c.id == projet_id)
    return (await conn.execute(query)).mappings().all()


async def list_veille(conn: AsyncConnection, etiquette: str | None) -> Sequence[RowMapping]:
    """Return at most 200 readings, the last shared first."""
    query = select(veille).order_by(veille.c.id.desc()).limit(PAGE)
    if etiquette:
        query = query.where(veille.c.etiquettes.contains([etiquette]))
    return (await conn.execute(query)).mappings().all()

"""Plans, innovations with their votes, and shared readings, by place: a maille followed by its code, « REGION32 »."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

# A region and a département may bear one code.
PLACE = "maille || territoire = any(cast(:lieux as text[]))"
PLANS = text(f"""
    select * from plan where {PLACE} order by maille desc, territoire, date_debut desc, plan_id limit 200
""")  # noqa: S608 # constants of this module
PROJETS = text(f"""
    select p.*, (select count(distinct v.organisation) from vote v where v.projet_id = p.projet_id) as votes
    from projet p where {PLACE} order by votes desc, titre, projet_id limit 200
""")  # noqa: S608 # idem
VEILLE = text(f"""
    select * from veille where {PLACE} order by known_on desc, titre, veille_id limit 200
""")  # noqa: S608 # idem


async def read_plans(conn: AsyncConnection, lieux: Sequence[str]) -> Sequence[RowMapping]:
    """Return the plans of some territories, the region first, the latest first."""
    return await _read(conn, PLANS, lieux)


async def read_projets(conn: AsyncConnection, lieux: Sequence[str]) -> Sequence[RowMapping]:
    """Return the innovations of some territories, the most supported first."""
    return await _read(conn, PROJETS, lieux)


async def read_veille(conn: AsyncConnection, lieux: Sequence[str]) -> Sequence[RowMapping]:
    """Return the readings shared in some territories, the latest first."""
    return await _read(conn, VEILLE, lieux)


async def _read(conn: AsyncConnection, statement: TextClause, lieux: Sequence[str]) -> Sequence[RowMapping]:
    rows = await conn.execute(statement, {"lieux": list(lieux)})
    return rows.mappings().all()

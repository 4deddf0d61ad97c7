"""What the pages of a structure without software need of the views: its names, its annexes, its months."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.queries.champ import ETATS

STRUCTURES = text("""
    select structure_id, raison_sociale, type_structure, siret, departement, code_insee from structure
    where structure_id = any(cast(:ids as uuid[])) order by raison_sociale, structure_id
""")
ANNEXES = text(f"""
    select numero from annexe
    where structure_id = :id and etat in {ETATS} and date_debut <= :dernier and date_fin >= :premier
    order by numero
""")  # noqa: S608 # a constant of the module
YEARS = text(f"""
    select distinct y as annee from annexe,
      generate_series(extract(year from date_debut)::int, extract(year from date_fin)::int) y
    where structure_id = :id and etat in {ETATS} and make_date(y, 1, 1) <= :jour order by y desc
""")  # noqa: S608 # idem
DECLARED = text("""
    select mois, count(*) as declarations from declaration
    where structure_id = :id and annee = :annee group by mois
""")


async def read_structures(conn: AsyncConnection, ids: Collection[UUID]) -> Sequence[RowMapping]:
    """Return some structures, by name."""
    return (await conn.execute(STRUCTURES, {"ids": list(ids)})).mappings().all()


async def read_annexes(
    conn: AsyncConnection, structure_id: UUID, premier: date, dernier: date
) -> tuple[str, ...]:
    """Return the numbers of the annexes that may carry hours between two days, both included."""
    values = {"id": structure_id, "premier": premier, "dernier": dernier}
    return tuple((await conn.execute(ANNEXES, values)).scalars())


async def read_years(conn: AsyncConnection, structure_id: UUID, jour: date) -> list[int]:
    """Return the years that annexes of a structure cover, begun on a day, latest first."""
    return list((await conn.execute(YEARS, {"id": structure_id, "jour": jour})).scalars())


async def read_declared(conn: AsyncConnection, structure_id: UUID, annee: int) -> set[int]:
    """Return the months of a year for which a declaration was received."""
    return set((await conn.execute(DECLARED, {"id": structure_id, "annee": annee})).scalars())

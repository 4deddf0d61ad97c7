"""Reading what the conférence des financeurs settled."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

LIST = text("""
    select a.*, s.raison_sociale, s.type_structure,
           a.numero = max(a.numero) over (partition by a.structure_id, a.annee, a.financeur) as en_vigueur
    from arbitrage a join structure s on s.id = a.structure_id
    where a.departement = :departement and a.annee = :annee
    order by s.raison_sociale, a.structure_id, a.financeur, a.numero limit 5000
""")


async def list_arbitrages(conn: AsyncConnection, departement: str, annee: int) -> Sequence[RowMapping]:
    """Return at most 5,000 arbitrations of a département and a year, the replaced ones too."""
    parameters = {"departement": departement, "annee": annee}
    return (await conn.execute(LIST, parameters)).mappings().all()

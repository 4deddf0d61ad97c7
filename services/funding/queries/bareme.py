"""Reading the amounts that administrators entered."""

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.domain.saisi import Saisi, Saisis

LIST = text("""
    select id, grandeur, cas, type_structure, a_compter_du, montant, source from bareme_saisi
    order by grandeur, cas, type_structure, a_compter_du
""")


async def list_baremes(conn: AsyncConnection) -> list[RowMapping]:
    """Return all the amounts entered."""
    return list((await conn.execute(LIST)).mappings())


async def list_saisis(conn: AsyncConnection) -> Saisis:
    """Return all the amounts entered, as rules take them."""
    return [Saisi(**{k: v for k, v in row.items() if k != "id"}) for row in await list_baremes(conn)]

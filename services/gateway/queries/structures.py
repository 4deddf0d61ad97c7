"""Finding structures in the views."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

OF_SIRETS = text("""
    select s.structure_id from structure s
    join unnest(cast(:sirets as text[]), cast(:types as text[])) as u(siret, type_structure)
      on u.siret = s.siret and u.type_structure = s.type_structure
""")


async def structures_of_sirets(conn: AsyncConnection, pairs: Sequence[tuple[str, str]]) -> list[UUID]:
    """Return the structures of some pairs (SIRET, type); those not in the views yet are left out."""
    rows = await conn.execute(
        OF_SIRETS, {"sirets": [siret for siret, _ in pairs], "types": [kind for _, kind in pairs]}
    )
    return [row.structure_id for row in rows]

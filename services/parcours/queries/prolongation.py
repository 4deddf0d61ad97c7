"""Prolongations as read by those whom they bind: the structure that asks, the organisation that is asked."""

from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.dossier import Prolongation
from services.parcours.queries.names import in_perimeter, perimeter_parameters
from services.parcours.tables import pass_iae, prolongation, structure
from shared.access.callers import Caller

PAGE = 200
VISIBLE = (
    select(*(prolongation.c[name] for name in Prolongation.__slots__), pass_iae.c.numero)
    .join(pass_iae, pass_iae.c.id == prolongation.c.pass_id)
    .join(structure, structure.c.id == prolongation.c.structure_id)
    .where(
        ~pass_iae.c.annule,
        or_(
            in_perimeter,
            prolongation.c.organisation == any_(bindparam("organisations", type_=ARRAY(Text))),
        ),
    )
    .order_by(prolongation.c.id)
    .limit(PAGE)
)


async def list_prolongations(
    conn: AsyncConnection, caller: Caller, etat: str | None, after: UUID | None
) -> list[tuple[Prolongation, str]]:
    """Return at most 200 prolongations of the caller's perimeter, oldest first, each with the number of its PASS IAE."""
    query = VISIBLE
    if etat is not None:
        query = query.where(prolongation.c.etat == etat)
    if after is not None:
        query = query.where(prolongation.c.id > after)
    rows = await conn.execute(query, perimeter_parameters(caller))
    return [(Prolongation(*row[:-1]), row[-1]) for row in rows]

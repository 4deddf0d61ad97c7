"""Reading redéploiements."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.tables import redeploiement

# Its avenant is the modification that its application made: not one made meanwhile, nor the renewal for the next year.
LINES = text("""
    select l.annexe_id, l.etp, a.numero, a.structure_id, a.montant_unitaire, s.departement, s.type_structure, m.id as avenant
    from ligne_redeploiement l join redeploiement r on r.id = l.redeploiement_id
    join annexe_financiere a on a.id = l.annexe_id
    join structure s on s.id = a.structure_id
    left join annexe_financiere m on r.etat = 'APPLIQUE' and m.avenant_de = a.id and left(m.numero, -1) = left(a.numero, -1)
    where l.redeploiement_id = :id order by l.etp, a.numero
""")


async def get_redeploiement(
    conn: AsyncConnection, identity: UUID
) -> tuple[RowMapping | None, Sequence[RowMapping]]:
    """Return a redéploiement and its lines, what is taken first; None and nothing when it is unknown."""
    row = (await conn.execute(select(redeploiement).where(redeploiement.c.id == identity))).mappings().first()
    lines = (await conn.execute(LINES, {"id": identity})).mappings().all()
    return row, lines

"""Monthly declarations: their present version, and what it says."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.queries.names import IN_PERIMETER, perimeter_parameters
from shared.access.callers import Caller

VERSIONS = text("select id, version from declaration where id = any(cast(:ids as uuid[]))")
EXITED = text("""
    select d.id, k.id
    from declaration d
    join ligne_declaree l on l.declaration_id = d.id and l.declaration_version = d.version
    join contrat k on k.id = l.contrat_id
    where d.id = any(cast(:ids as uuid[])) and k.date_sortie is not null
""")
GET = text(f"""
    select d.id, d.version, d.structure_id, d.mois from declaration d join structure s on s.id = d.structure_id
    where d.structure_id = :structure and d.mois = :mois and {IN_PERIMETER}
""")
LINES = text("""
    select contrat_id, annexe, heures, heures_eligibles from ligne_declaree
    where declaration_id = :id and declaration_version = :version order by contrat_id
""")


async def get_versions(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the present version of the declarations that exist."""
    rows = await conn.execute(VERSIONS, {"ids": list(ids)})
    return {declaration_id: version for declaration_id, version in rows}


async def get_exited(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return, by declaration, the contracts of its present version that are over."""
    found: dict[UUID, set[UUID]] = {}
    for declaration_id, contrat_id in await conn.execute(EXITED, {"ids": list(ids)}):
        found.setdefault(declaration_id, set()).add(contrat_id)
    return found


async def get_declaration(
    conn: AsyncConnection, caller: Caller, structure_id: UUID, mois: str
) -> RowMapping | None:
    """Return the declaration of a structure of the caller's perimeter for a month, without its lines."""
    parameters = {"structure": structure_id, "mois": mois} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).mappings().first()


async def get_lignes(conn: AsyncConnection, declaration_id: UUID, version: int) -> Sequence[Row[tuple[object, ...]]]:
    """Return the lines of a version of a declaration."""
    return (await conn.execute(LINES, {"id": declaration_id, "version": version})).all()

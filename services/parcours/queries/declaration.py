"""Monthly declarations: their present version, and what it says."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.queries.names import in_perimeter, perimeter_parameters
from services.parcours.tables import declaration, structure
from shared.access.callers import Caller

VERSIONS = text("select id, version from declaration where id = any(cast(:ids as uuid[]))")
EXITED = text("""
    select d.id as declaration_id, k.id as contrat_id
    from declaration d
    join ligne_declaree l on l.declaration_id = d.id and l.declaration_version = d.version
    join contrat k on k.id = l.contrat_id
    where d.id = any(cast(:ids as uuid[])) and k.date_sortie is not null
""")
GET = (
    select(declaration)
    .join(structure, structure.c.id == declaration.c.structure_id)
    .where(declaration.c.structure_id == bindparam("structure"), declaration.c.mois == bindparam("mois"))
    .where(in_perimeter)
)
LINES = text("""
    select contrat_id, annexe, heures, heures_eligibles from ligne_declaree
    where declaration_id = :id and declaration_version = :version order by contrat_id
""")


async def get_versions(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the present version of the declarations that exist."""
    rows = await conn.execute(VERSIONS, {"ids": list(ids)})
    return {row.id: row.version for row in rows}


async def get_exited(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return, by declaration, the contracts of its present version that are over."""
    found: dict[UUID, set[UUID]] = {}
    for row in await conn.execute(EXITED, {"ids": list(ids)}):
        found.setdefault(row.declaration_id, set()).add(row.contrat_id)
    return found


async def get_declaration(
    conn: AsyncConnection, caller: Caller, structure_id: UUID, mois: str
) -> RowMapping | None:
    """Return the declaration of a structure of the caller's perimeter for a month, without its lines."""
    parameters = {"structure": structure_id, "mois": mois} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).mappings().first()


async def get_lignes(conn: AsyncConnection, declaration_id: UUID, version: int) -> Sequence[Row[Any]]:
    """Return the lines of a version of a declaration."""
    return (await conn.execute(LINES, {"id": declaration_id, "version": version})).all()

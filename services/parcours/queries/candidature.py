"""Candidatures as read, and those that a decision changes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import Candidature
from services.parcours.queries.names import IN_PERIMETER, perimeter_parameters
from shared.access.callers import Caller

PAGE = 200
_COLUMNS = """
    c.id, c.version, c.personne_id, c.structure_id, c.origine, c.type_prescripteur, c.organisation, c.date_orientation,
    c.etat, c.date_suite, c.motif_refus, c.contrat_id
"""
_VISIBLE = f"({IN_PERIMETER} or c.organisation = any(cast(:organisations as text[])))"
_FROM = f"select {_COLUMNS} from candidature c join structure s on s.id = c.structure_id"
GET = text(f"{_FROM} where c.id = :id and {_VISIBLE}")
LIST = text(f"""
    {_FROM}
    where {_VISIBLE} and (cast(:structure as uuid) is null or c.structure_id = :structure)
      and (cast(:apres as uuid) is null or c.id > :apres)
    order by c.id limit {PAGE}
""")
LOCK_PERSONS = text("""
    select id from personne
    where id in (select personne_id from candidature where id = any(cast(:ids as uuid[])))
    order by id for no key update
""")
# The other candidatures of the person may become obsolete: the person's row was locked first.
LOCK_ALL_OF_PERSONS = text(f"""
    select {_COLUMNS} from candidature c where c.personne_id = any(cast(:personnes as uuid[]))
    order by c.id for update
""")


async def get_candidature(conn: AsyncConnection, caller: Caller, candidature_id: UUID) -> RowMapping | None:
    """Return a candidature of the caller's perimeter."""
    parameters = {"id": candidature_id} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).mappings().first()


async def list_candidatures(
    conn: AsyncConnection, caller: Caller, structure_id: UUID | None, after: UUID | None
) -> Sequence[RowMapping]:
    """Return at most 200 candidatures of the caller's perimeter, oldest first, after a known one."""
    parameters = {"structure": structure_id, "apres": after} | perimeter_parameters(caller)
    return (await conn.execute(LIST, parameters)).mappings().all()


async def lock_candidatures(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Candidature]:
    """Return all the candidatures of the persons of some, locked: persons first, then by identifier."""
    personnes = (await conn.execute(LOCK_PERSONS, {"ids": list(ids)})).scalars().all()
    rows = await conn.execute(LOCK_ALL_OF_PERSONS, {"personnes": personnes})
    return {row[0]: Candidature(*row) for row in rows}

"""Candidatures as read, and those that a decision changes."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import ARCHIVABLES, REFUS_APRES, REFUSABLES, Candidature
from services.parcours.queries.names import perimeter_parameters, sent_or_received, unless_erased
from services.parcours.tables import candidature, structure
from shared.access.callers import Caller

PAGE = 200
_touched = func.coalesce(candidature.c.change_le, candidature.c.date_orientation)
_columns = [candidature.c[name] for name in Candidature.__slots__]
VISIBLE = (
    select(*(unless_erased(column) for column in _columns))
    .join(structure, structure.c.id == candidature.c.structure_id)
    .where(sent_or_received)
    .order_by(candidature.c.id)
    .limit(PAGE)
)
LOCK_PERSONS = text("""
    select id from personne
    where id in (select personne_id from candidature where id = any(cast(:ids as uuid[])))
    order by id for no key update
""")
# The other candidatures of the person may become obsolete: the person's row was locked first.
LOCK_ALL_OF_PERSONS = (
    select(*_columns)
    .where(candidature.c.personne_id == any_(bindparam("personnes", type_=ARRAY(Uuid))))
    .order_by(candidature.c.id)
    .with_for_update()
)

OF_PERSON = select(*_columns).where(candidature.c.personne_id == bindparam("personne"))

# Only those sent since the PASS IAE: the refusal and the archiving are rules of today.
UNTOUCHED = (
    select(candidature.c.id)
    .where(
        candidature.c.id > bindparam("after"),
        candidature.c.archivee_le.is_(None),
        candidature.c.date_orientation >= REFUS_APRES.depuis,
        or_(
            candidature.c.etat.in_(REFUSABLES) & (_touched <= bindparam("refusal")),
            candidature.c.etat.in_(ARCHIVABLES) & (_touched <= bindparam("archiving")),
        ),
    )
    .order_by(candidature.c.id)
    .limit(bindparam("count"))
)


async def get_candidature(conn: AsyncConnection, caller: Caller, candidature_id: UUID) -> RowMapping | None:
    """Return a candidature of the caller's perimeter."""
    query = VISIBLE.where(candidature.c.id == candidature_id)
    return (await conn.execute(query, perimeter_parameters(caller))).mappings().first()


async def list_candidatures(
    conn: AsyncConnection,
    caller: Caller,
    structure_id: UUID | None,
    after: UUID | None,
    etats: Collection[str] = (),
) -> Sequence[RowMapping]:
    """Return at most 200 candidatures of the caller's perimeter, oldest first, after a known one.

    ``etats`` are those kept; all when empty.
    """
    query = VISIBLE
    if etats:
        query = query.where(candidature.c.etat.in_(etats))
    if structure_id is not None:
        query = query.where(candidature.c.structure_id == structure_id)
    if after is not None:
        query = query.where(candidature.c.id > after)
    return (await conn.execute(query, perimeter_parameters(caller))).mappings().all()


async def lock_candidatures(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Candidature]:
    """Return all the candidatures of the persons of some, locked: persons first, then by identifier."""
    personnes = (await conn.execute(LOCK_PERSONS, {"ids": list(ids)})).scalars().all()
    return await lock_of_persons(conn, personnes)


async def lock_of_persons(conn: AsyncConnection, personnes: Collection[UUID]) -> dict[UUID, Candidature]:
    """Return all the candidatures of some persons, locked; their rows were locked first."""
    rows = await conn.execute(LOCK_ALL_OF_PERSONS, {"personnes": list(personnes)})
    return {row[0]: Candidature(*row) for row in rows}


async def find_untouched(
    conn: AsyncConnection, refusal: date, archiving: date, after: UUID, count: int
) -> list[UUID]:
    """Return the first candidatures after one that nobody touched since a day: to refuse, or to put away.

    Parameters
    ----------
    refusal, archiving
        Last days, included, of the change that makes them due.
    """
    values = {"refusal": refusal, "archiving": archiving, "after": after, "count": count}
    return list((await conn.execute(UNTOUCHED, values)).scalars())

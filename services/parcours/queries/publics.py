"""What publics are counted from: who worked where, what the vault holds of them, what was refused and why."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import ORIENTEUR, PRESCRIPTEUR
from services.parcours.domain.publics import Presence, Refus
from services.parcours.tables import publics

LOCK = text("select pg_advisory_xact_lock(hashtext('publics'))")
# Requests find rows by key, and at once; this one reads whole tables, then opens safes.
WHOLE_TABLES = text("""
    select set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
           set_config('idle_in_transaction_session_timeout', '120s', true)
""")
PRESENCES = text("""
    select distinct c.personne_id, cast(left(d.mois, 4) as int), s.departement, s.type_structure
    from declaration d
    join ligne_declaree l on l.declaration_id = d.id and l.declaration_version = d.version
    join contrat c on c.id = l.contrat_id join structure s on s.id = d.structure_id
    where l.heures > 0
""")
SEALED = text("""
    select p.id, k.dek_enveloppee, p.identite, p.sensible
    from personne p join cle_personne k on k.personne_id = p.id where p.id = any(cast(:ids as uuid[]))
""")
REFUS = text(f"""
    select cast(extract(year from c.date_orientation) as int), s.departement, s.type_structure, c.motif_refus,
           count(*)
    from candidature c join structure s on s.id = c.structure_id
    where c.etat = 'refused' and c.origine in ('{PRESCRIPTEUR}', '{ORIENTEUR}') group by 1, 2, 3, 4
""")  # noqa: S608 # constants of the domain
KNOWN = select(publics)


async def lock_publics(conn: AsyncConnection) -> None:
    """Wait for whoever counts; what they wrote is read from now on."""
    await conn.execute(LOCK)
    await conn.execute(WHOLE_TABLES)


async def list_presences(conn: AsyncConnection) -> list[Presence]:
    """Return who worked, each year, by département and type of structure; never twice."""
    return [Presence(*row) for row in await conn.execute(PRESENCES)]


async def read_sealed(
    conn: AsyncConnection, personnes: Collection[UUID]
) -> list[tuple[UUID, bytes, bytes, bytes]]:
    """Return the wrapped key, the identity and the sensitive values of persons; nothing of those erased."""
    rows = await conn.execute(SEALED, {"ids": list(personnes)})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def count_refus(conn: AsyncConnection) -> list[Refus]:
    """Return how many orientations by a third party are refused, by year of sending, place, type and reason."""
    return [Refus(*row) for row in await conn.execute(REFUS)]


async def list_known(conn: AsyncConnection) -> Sequence[dict[str, object]]:
    """Return the counts as they were last published."""
    return [dict(row) for row in (await conn.execute(KNOWN)).mappings()]

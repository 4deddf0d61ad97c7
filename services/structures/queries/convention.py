"""Reading conventions, and the annexes that make them active."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.convention import ACTIFS, EN_COURS, Examen
from services.structures.queries.structure import PAGE
from services.structures.tables import convention, structure

EXAMENS = text("""
    select d.id, d.structure_id, d.objet, d.avis, s.etat as etat_seance
    from dossier d left join seance s on s.id = d.seance_id where d.id = any(cast(:ids as uuid[]))
""")
LOCK_OF = text("""
    select * from convention
    where structure_id = any(cast(:structures as uuid[])) and etat = any(cast(:etats as text[]))
    order by id for update
""")
# The annexes of a convention: those of its structure, of its antennes, and of what they absorbed.
SITUATIONS = text("""
    with recursive famille (convention_id, structure_id) as (
        select id, structure_id from convention where etat = any(cast(:etats as text[]))
        union
        select f.convention_id, s.id from famille f cross join lateral (
            select id from structure where mere_id = f.structure_id
            union all select id from structure where absorbante_id = f.structure_id
        ) s
    ),
    connue as (
        select structure_id, etat, date_fin from annexe
        union all  -- those of the files of the ASP, until funding publishes them
        select l.structure_id, l.etat, l.date_fin from annexe_asp l where not exists (
            select 1 from annexe a where a.structure_id = l.structure_id and a.numero = l.numero
        )
    )
    select c.*, exists (
        select 1 from famille f join connue a on a.structure_id = f.structure_id
        where f.convention_id = c.id and a.etat = any(cast(:actifs as text[])) and a.date_fin > :le
    ) as annexe_active
    from convention c where c.etat = any(cast(:etats as text[])) order by c.id for update of c
""")


async def lock_of(
    conn: AsyncConnection, structures: Iterable[UUID], etats: Sequence[str]
) -> Sequence[RowMapping]:
    """Return the conventions of structures in some states, locked."""
    rows = await conn.execute(LOCK_OF, {"structures": sorted(set(structures)), "etats": list(etats)})
    return rows.mappings().all()


async def lock_en_cours(conn: AsyncConnection, structures: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return the convention in force of each structure that has one, locked."""
    return {row["structure_id"]: row for row in await lock_of(conn, structures, EN_COURS)}


async def lock_situations(conn: AsyncConnection, le: date) -> Sequence[RowMapping]:
    """Return every convention in force, locked, with ``annexe_active`` on a day."""
    values = {"etats": list(EN_COURS), "actifs": list(ACTIFS), "le": le}
    return (await conn.execute(SITUATIONS, values)).mappings().all()


async def find_examens(conn: AsyncConnection, dossiers: Iterable[UUID]) -> Mapping[UUID, Examen]:
    """Return files of the CDIAE by identifier, with the state of their séance: closed, it never changes."""
    rows = await conn.execute(EXAMENS, {"ids": list(dossiers)})
    return {row.id: Examen(row.structure_id, row.objet, row.avis, row.etat_seance) for row in rows}


async def get_convention(conn: AsyncConnection, convention_id: UUID) -> RowMapping | None:
    """Return a convention by its identifier."""
    rows = await conn.execute(select(convention).where(convention.c.id == convention_id))
    return rows.mappings().first()


async def list_conventions(
    conn: AsyncConnection,
    structure_id: UUID | None,
    departement: str | None,
    etat: str | None,
    apres: UUID | None,
) -> Sequence[RowMapping]:
    """Return at most 200 conventions after an identifier, oldest first; an antenne has those of its mother."""
    query = select(convention).order_by(convention.c.id).limit(PAGE)
    if structure_id:
        porteuse = select(func.coalesce(structure.c.mere_id, structure.c.id))
        one = porteuse.where(structure.c.id == structure_id).scalar_subquery()
        query = query.where(convention.c.structure_id == one)
    if departement:
        there = select(structure.c.id).where(structure.c.departement == departement)
        query = query.where(convention.c.structure_id.in_(there))
    if etat:
        query = query.where(convention.c.etat == etat)
    if apres:
        query = query.where(convention.c.id > apres)
    return (await conn.execute(query)).mappings().all()

"""The registry as it was: states by day of effect, changes by position, activity by day."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Integer, RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.activite import Entreprise
from services.structures.domain.convention import EN_COURS, TERMINEE
from services.structures.tables import exercice, structure_etat

WINDOW = 5000
"""Positions that one reading of the changes looks at, whatever they are about."""
# A change never takes effect before the previous one: the greatest version is the last state.
AS_OF = text("""
    select version, etat from structure_etat
    where structure_id = :id and date_effet <= :le order by version desc limit 1
""").columns(version=Integer, etat=JSON)
ENTREPRISE = text("""
    select s.type_structure, s.source, s.visible, s.fermee_le, c.etat as convention,
           coalesce(c.suspendue_le, case when c.etat = :terminee then c.etat_le end) as desactivee_le
    from structure s
    left join lateral (
        select * from convention c
        where c.structure_id = coalesce(s.mere_id, s.id) and (c.etat = any(cast(:en_cours as text[])) or c.etat = :terminee)
        order by c.etat = :terminee, c.etat_le desc limit 1
    ) c on true
    where s.id = :id
""")
CHANGES = text("""
    select p.position, j.key, j.version, split_part(j.type, '.', 5) as fait,
           j.data->>'fermee_le' is not null as fermee, cast(j.data->>'absorbante_id' as uuid) as absorbante_id
    from journal_position p join journal j using (seq)
    where p.position > :depuis and p.position <= :jusqu_a and j.aggregate = 'structure'
    order by p.position
""")
HEAD = text("select coalesce(max(position), 0) from journal_position")


async def get_state(conn: AsyncConnection, structure_id: UUID, le: date) -> tuple[int, dict[str, Any]] | None:
    """Return the version and the state of a structure on a day, None before it was known."""
    row = (await conn.execute(AS_OF, {"id": structure_id, "le": le})).first()
    return (row.version, row.etat) if row else None


async def list_states(conn: AsyncConnection, structure_id: UUID) -> Sequence[RowMapping]:
    """Return every state of a structure, oldest first."""
    query = (
        select(structure_etat)
        .where(structure_etat.c.structure_id == structure_id)
        .order_by(structure_etat.c.version)
    )
    return (await conn.execute(query)).mappings().all()


async def list_exercices(conn: AsyncConnection, structure_id: UUID) -> Sequence[RowMapping]:
    """Return the figures of a structure, year by year."""
    query = select(exercice).where(exercice.c.structure_id == structure_id).order_by(exercice.c.annee)
    return (await conn.execute(query)).mappings().all()


async def get_entreprise(conn: AsyncConnection, structure_id: UUID) -> Entreprise | None:
    """Return what the activity of a structure depends on; an antenne has the convention of its mother."""
    values = {"id": structure_id, "en_cours": list(EN_COURS), "terminee": TERMINEE}
    row = (await conn.execute(ENTREPRISE, values)).mappings().first()
    return Entreprise(**row) if row else None


async def list_changes(conn: AsyncConnection, depuis: int) -> tuple[Sequence[RowMapping], int, bool]:
    """Return the last change of each structure changed after a position, up to which one, and if that is all."""
    head = int((await conn.execute(HEAD)).scalar_one())
    jusqu_a = min(head, depuis + WINDOW)
    rows = (await conn.execute(CHANGES, {"depuis": depuis, "jusqu_a": jusqu_a})).mappings()
    last = {row["key"]: row for row in rows}
    ordered = sorted(last.values(), key=lambda row: row["position"])
    return ordered, max(jusqu_a, depuis), jusqu_a >= head

"""Reading instances, séances and files; what is about to change is locked."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, RowMapping, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.tables import dossier, instance, seance, structure
from shared.access.callers import Caller

InstanceKey = tuple[str, str, str, str]
PAGE = 200

SEANCES = text("""
    select s.*, i.nature, i.departements, i.membres, i.delai_convocation_jours, i.quorum as quorum_instance
    from seance s join instance i on i.id = s.instance_id
    where s.id = any(cast(:ids as uuid[])) order by s.id for update of s
""")
"""Locked: what is inscribed, judged or closed in a séance goes one after the other."""
SANS_AVIS = text("""
    select seance_id, count(*) filter (where avis is null) as sans_avis from dossier
    where seance_id = any(cast(:ids as uuid[])) group by seance_id
""")


async def find_instances(
    conn: AsyncConnection, keys: Sequence[InstanceKey]
) -> Mapping[InstanceKey, RowMapping]:
    """Return instances by nature, level, territory and sector."""
    key = tuple_(instance.c.nature, instance.c.maille, instance.c.territoire, instance.c.secteur)
    rows = await conn.execute(select(instance).where(key.in_(keys)))
    return {(row["nature"], row["maille"], row["territoire"], row["secteur"]): row for row in rows.mappings()}


async def find_instances_by_id(conn: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, RowMapping]:
    """Return instances by identifier."""
    rows = await conn.execute(select(instance).where(instance.c.id.in_(ids)))
    return {row["id"]: row for row in rows.mappings()}


async def lock_seances(conn: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return séances with the rules of their instance, locked until the end of the transaction."""
    rows = await conn.execute(SEANCES, {"ids": sorted(set(ids))})
    return {row.id: _decoded(row) for row in rows}


def _decoded(row: Row[Any]) -> Mapping[str, Any]:
    values = dict(row._mapping)  # noqa: SLF001 -- the public mapping of a row
    for name in ("questions", "situations", "conclusions", "membres"):
        if isinstance(values[name], str):
            values[name] = orjson.loads(values[name])
    return values


async def count_sans_avis(conn: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Return how many files of each séance have no opinion yet."""
    rows = await conn.execute(SANS_AVIS, {"ids": list(ids)})
    return {row.seance_id: row.sans_avis for row in rows}


async def get_dossiers(conn: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, RowMapping]:
    """Return files by identifier."""
    rows = await conn.execute(select(dossier).where(dossier.c.id.in_(ids)))
    return {row["id"]: row for row in rows.mappings()}


async def list_instances(
    conn: AsyncConnection, nature: str | None, departement: str | None
) -> Sequence[RowMapping]:
    """Return at most 200 instances, by nature then territory."""
    query = (
        select(instance).order_by(instance.c.nature, instance.c.territoire, instance.c.secteur).limit(PAGE)
    )
    if nature:
        query = query.where(instance.c.nature == nature)
    if departement:
        query = query.where(instance.c.departements.contains([departement]))
    return (await conn.execute(query)).mappings().all()


async def list_seances(
    conn: AsyncConnection,
    caller: Caller,
    *,
    instance_id: UUID | None = None,
    seance_id: UUID | None = None,
    apres: date | None = None,
) -> Sequence[RowMapping]:
    """Return at most 200 séances of the caller's perimeter, the next first."""
    mine = sorted(caller.perimetre.departements)
    query = (
        select(seance, instance.c.nature, instance.c.libelle, instance.c.territoire, instance.c.membres)
        .join_from(seance, instance)
        .where(instance.c.departements.overlap(mine))
        .order_by(seance.c.date_seance, seance.c.id)
        .limit(PAGE)
    )
    if instance_id:
        query = query.where(seance.c.instance_id == instance_id)
    if seance_id:
        query = query.where(seance.c.id == seance_id)
    if apres:
        query = query.where(seance.c.date_seance > apres)
    return (await conn.execute(query)).mappings().all()


async def list_dossiers(
    conn: AsyncConnection, *, seance_id: UUID | None = None, dossier_id: UUID | None = None
) -> Sequence[RowMapping]:
    """Return the files of a séance, in the order of the agenda, or one file, with their structure."""
    query = (
        select(dossier, structure.c.raison_sociale, structure.c.type_structure, structure.c.siret)
        .join_from(dossier, structure)
        .where(dossier.c.seance_id == seance_id if seance_id else dossier.c.id == dossier_id)
        .order_by(dossier.c.id)
    )
    return (await conn.execute(query)).mappings().all()

"""Persons who may be one and the same, and two of them about to become one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, and_, any_, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.queries.names import perimeter_parameters
from services.parcours.queries.personne import visible
from services.parcours.tables import cle_personne, empreinte_proche, fusion, personne
from shared.access.callers import Caller

PAIRS = 200
LOCK_TWO = (
    select(personne.c.id, personne.c.fusionnee_dans, personne.c.sensible, cle_personne.c.dek_enveloppee)
    .join(cle_personne, cle_personne.c.personne_id == personne.c.id)
    .where(personne.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(personne.c.id)
    .with_for_update(of=personne)
)
SEEN = select(personne.c.id).where(personne.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), visible)

_mine = (
    select(personne.c.id, personne.c.index_nir)
    .where(visible, personne.c.fusionnee_dans.is_(None), personne.c.index_identite.is_not(None))
    .cte("mine")
)
_une, _autre = _mine.alias("une"), _mine.alias("autre")
_de_une, _de_autre = empreinte_proche.alias("de_une"), empreinte_proche.alias("de_autre")
RESEMBLING = (
    select(_une.c.id, _autre.c.id, func.array_agg(_de_une.c.forme.distinct()))
    .join_from(_une, _de_une, _de_une.c.personne_id == _une.c.id)
    .join(
        _de_autre,
        and_(_de_autre.c.empreinte == _de_une.c.empreinte, _de_autre.c.personne_id > _de_une.c.personne_id),
    )
    .join(_autre, _autre.c.id == _de_autre.c.personne_id)
    .where(or_(_une.c.index_nir.is_(None), _autre.c.index_nir.is_(None)))  # two NIR are two persons
    .group_by(_une.c.id, _autre.c.id)
    .order_by(_une.c.id, _autre.c.id)
    .limit(PAIRS)
)

TRACE = select(fusion.c.conservee_id, fusion.c.objets).where(fusion.c.absorbee_id == bindparam("id"))
# Those it had absorbed, those whom these had absorbed…
ABSORBED = text("""
    with recursive avant as (
        select absorbee_id from fusion where conservee_id = :id
        union select f.absorbee_id from fusion f join avant a on a.absorbee_id = f.conservee_id
    ) select absorbee_id from avant order by absorbee_id
""")
# Since the merge (later ones of the person kept tell it again): facts of what moved, hours declared under its
# contracts; and what stays and rests on what would go.
FOLLOWED = text("""
    with dites as (
        select seq, data->>'conservee_id' = cast(key as text) as defaite from journal
        where key = :absorbee and type = 'fr.iae.parcours.personne.fusionnees'
    ), fusion_dite as (
        select min(seq) as seq from dites
        where seq > coalesce((select max(seq) from dites where defaite), 0)
    )
    select exists (
        select 1 from journal j, fusion_dite f where j.key = any(cast(:ids as uuid[])) and j.seq > f.seq
    ) or exists (
        select 1 from ligne_declaree l
        join journal j on j.key = l.declaration_id and j.version = l.declaration_version, fusion_dite f
        where l.contrat_id = any(cast(:ids as uuid[])) and j.seq > f.seq
    ) or exists (
        select 1 from pass_iae where diagnostic_id = any(cast(:ids as uuid[])) and id <> all(cast(:ids as uuid[]))
    ) or exists (
        select 1 from candidature where personne_id = :conservee and id <> all(cast(:ids as uuid[]))
        and (pass_id = any(cast(:ids as uuid[])) or diagnostic_id = any(cast(:ids as uuid[]))
             or contrat_id = any(cast(:ids as uuid[])))
    )
""")


async def find_trace(
    conn: AsyncConnection, absorbee_id: UUID
) -> tuple[UUID, Mapping[str, Sequence[str]]] | None:
    """Return who absorbed a person, and the identifiers that moved, by table."""
    row = (await conn.execute(TRACE, {"id": absorbee_id})).first()
    return (row[0], row[1]) if row else None


async def list_absorbed(conn: AsyncConnection, personne_id: UUID) -> Sequence[UUID]:
    """Return those whom a person had absorbed, themselves or through others."""
    return (await conn.execute(ABSORBED, {"id": personne_id})).scalars().all()


async def has_followed(
    conn: AsyncConnection, conservee_id: UUID, absorbee_id: UUID, moved: Mapping[str, Sequence[str]]
) -> bool:
    """Tell whether something that a merge moved changed since, or holds something that stays."""
    ids = [identity for each in moved.values() for identity in each]
    values = {"conservee": conservee_id, "absorbee": absorbee_id, "ids": ids}
    return bool((await conn.execute(FOLLOWED, values)).scalar())


async def list_resembling(conn: AsyncConnection, caller: Caller) -> Sequence[tuple[UUID, UUID, list[str]]]:
    """Return at most 200 pairs of persons of the caller's perimeter who resemble each other, and by what."""
    values = {"client": caller.client_id} | perimeter_parameters(caller)
    return [(une, autre, sorted(formes)) for une, autre, formes in await conn.execute(RESEMBLING, values)]


async def lock_two(conn: AsyncConnection, caller: Caller, une: UUID, autre: UUID) -> dict[UUID, RowMapping]:
    """Return two persons of the caller's perimeter, with their keys, their rows locked against any attachment.

    Who was merged before is returned even when nothing of theirs is in the perimeter any more.
    """
    values: dict[str, Any] = {"ids": [une, autre]}
    rows = {row["id"]: row for row in (await conn.execute(LOCK_TWO, values)).mappings()}
    values |= {"client": caller.client_id} | perimeter_parameters(caller)
    seen = set((await conn.execute(SEEN, values)).scalars())
    return {
        identity: row for identity, row in rows.items() if identity in seen or (row["fusionnee_dans"] in seen)
    }

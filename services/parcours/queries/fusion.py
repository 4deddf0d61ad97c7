"""Persons who may be one and the same, and two of them about to become one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, and_, any_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.queries.names import perimeter_parameters
from services.parcours.queries.personne import visible
from services.parcours.tables import cle_personne, empreinte_proche, personne
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

"""Steps of the support of persons, and all that happened to one of them, in order."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.tables import cle_personne, etape


class Etape(NamedTuple):
    """A step as stored, with what opens its content."""

    id: UUID
    version: int
    personne_id: UUID
    structure_id: UUID
    nature: str
    date_debut: date
    date_fin: date | None
    contenu: bytes
    dek_enveloppee: bytes


_columns = (*(etape.c[name] for name in Etape._fields[:-1]), cle_personne.c.dek_enveloppee)
_of_living = select(*_columns).join(cle_personne, cle_personne.c.personne_id == etape.c.personne_id)
LOCK = (
    _of_living.where(etape.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(etape.c.id)
    .with_for_update(of=etape)
)
OF_PERSON = _of_living.where(etape.c.personne_id == bindparam("personne")).order_by(
    etape.c.date_debut, etape.c.id
)
# Neither reasons nor contents: who may read a pathway need not know why.
TIMELINE = text("""
    select date_orientation as jour, 'CANDIDATURE' as nature, id, structure_id, etat as detail
    from candidature where personne_id = :personne
    union all
    select date_diagnostic, 'DIAGNOSTIC', id, structure_id, auteur from diagnostic where personne_id = :personne
    union all
    select date_debut, 'AGREMENT', id, null, 'debut' from agrement where personne_id = :personne
    union all
    select date_debut, 'PASS_IAE', id, structure_id, case when annule then 'annule' else 'debut' end
    from pass_iae where personne_id = :personne
    union all
    select s.date_debut, 'SUSPENSION', s.id, s.structure_id, 'jusqu''au ' || s.date_fin
    from suspension s join pass_iae p on p.id = s.pass_id where p.personne_id = :personne and not s.annulee
    union all
    select r.date_debut, 'PROLONGATION', r.id, r.structure_id, r.etat
    from prolongation r join pass_iae p on p.id = r.pass_id where p.personne_id = :personne
    union all
    select date_debut, 'CONTRAT', id, structure_id, type_contrat from contrat where personne_id = :personne
    union all
    select date_sortie, 'SORTIE', id, structure_id, categorie
    from contrat where personne_id = :personne and date_sortie is not null
    union all
    select date_debut, 'ETAPE', id, structure_id, nature from etape where personne_id = :personne
    union all
    select u.constate_le, 'SUIVI', u.id, c.structure_id, u.echeance || ' mois : ' || u.situation
    from suivi u join contrat c on c.id = u.contrat_id where c.personne_id = :personne
    order by jour, nature, id
""")


async def lock_etapes(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Etape]:
    """Return steps by identifier, locked; those of somebody erased are not found."""
    return {row[0]: Etape(*row) for row in await conn.execute(LOCK, {"ids": list(ids)})}


async def list_etapes(conn: AsyncConnection, personne_id: UUID) -> list[Etape]:
    """Return the steps of a person, oldest first."""
    return [Etape(*row) for row in await conn.execute(OF_PERSON, {"personne": personne_id})]


async def get_timeline(conn: AsyncConnection, personne_id: UUID) -> list[RowMapping]:
    """Return all that happened to a person, oldest first: ``jour``, ``nature``, ``id``, ``structure_id``, ``detail``."""
    rows: Any = (await conn.execute(TIMELINE, {"personne": personne_id})).mappings().all()
    return list(rows)

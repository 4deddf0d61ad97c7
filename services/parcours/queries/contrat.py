"""Contracts: by name, with what a declaration or an exit needs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.contrat import Contrat
from services.parcours.domain.declaration import Engagement
from services.parcours.domain.regles import Periode
from services.parcours.queries.names import (
    in_perimeter,
    name_parameters,
    named,
    perimeter_parameters,
    unless_erased,
)
from services.parcours.tables import agrement, contrat, structure
from shared.access.callers import Caller

NAMES = select(named.c.nom, named.c.id)
ENGAGEMENTS = (
    select(
        named.c.nom,
        contrat.c.id,
        contrat.c.personne_id,
        contrat.c.structure_id,
        contrat.c.date_debut,
        func.coalesce(contrat.c.date_sortie, contrat.c.date_fin_prevue),
        contrat.c.date_sortie.is_not(None),
        agrement.c.date_debut,
        agrement.c.date_fin,
    )
    .join_from(named, contrat, contrat.c.id == named.c.id)
    .outerjoin(agrement, agrement.c.personne_id == contrat.c.personne_id)
)
RECRUTEMENTS = text("""
    with recursive suite as (
        select id, personne_id, structure_id, date_debut from contrat where id = any(cast(:ids as uuid[]))
        union
        select s.id, b.personne_id, b.structure_id, b.date_debut from suite s join contrat b
            on b.personne_id = s.personne_id and b.structure_id = s.structure_id
            and b.date_sortie is null and b.date_debut < s.date_debut and b.date_fin_prevue >= s.date_debut - 1
    )
    select id, min(date_debut) from suite group by id having count(*) > 1
""")
_columns = [contrat.c[name] for name in Contrat.__slots__]
GET_MANY = select(*_columns).where(contrat.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
_as_read = [unless_erased(column) for column in _columns]
GET = (
    select(*_as_read)
    .join(structure, structure.c.id == contrat.c.structure_id)
    .where(contrat.c.id == bindparam("id"), in_perimeter)
)
OF_DAYS = (
    select(*_as_read)
    .join(structure, structure.c.id == contrat.c.structure_id)
    .where(
        contrat.c.structure_id == bindparam("structure"),
        contrat.c.date_debut <= bindparam("dernier"),
        func.coalesce(contrat.c.date_sortie, contrat.c.date_fin_prevue) >= bindparam("premier"),
        in_perimeter,
    )
    .order_by(contrat.c.date_debut, contrat.c.id)
)
HOURS = text("""
    select l.contrat_id, d.mois, l.heures
    from ligne_declaree l
    join declaration d on d.id = l.declaration_id and d.version = l.declaration_version
    where l.contrat_id = any(cast(:ids as uuid[]))
""")

Heures = dict[UUID, dict[str, Decimal]]
"""Hours declared, by contract then by month ``AAAA-MM``."""


async def resolve_contrats(conn: AsyncConnection, client_id: str, names: Collection[str]) -> dict[str, UUID]:
    """Return the identifiers that names of contracts stand for; nothing says that the contracts exist."""
    rows = await conn.execute(NAMES, name_parameters(client_id, "contrats", names))
    return {row.nom: row.id for row in rows}


async def find_engagements(
    conn: AsyncConnection, client_id: str, names: Collection[str]
) -> tuple[dict[str, UUID], dict[UUID, Engagement]]:
    """Return the contracts that a client names: identifiers by name, engagements by identifier."""
    ids: dict[str, UUID] = {}
    found: dict[UUID, Engagement] = {}
    rows = await conn.execute(ENGAGEMENTS, name_parameters(client_id, "contrats", names))
    for nom, contrat_id, personne_id, structure_id, debut, fin, sorti, depuis, jusqu_a in rows:
        ids[nom] = contrat_id
        agrements: tuple[Periode, ...] = (Periode(depuis, jusqu_a),) if depuis is not None else ()
        if contrat_id in found:  # another agrément of the person, or another name of the contract
            agrements += found[contrat_id].agrements
        found[contrat_id] = Engagement(contrat_id, personne_id, structure_id, debut, fin, sorti, agrements)
    return ids, found


async def get_contrats(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Contrat]:
    """Return contracts by identifier."""
    rows = await conn.execute(GET_MANY, {"ids": list(ids)})
    return {row[0]: Contrat(*row) for row in rows}


async def get_recrutements(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, date]:
    """Return the first day of the recruitment of contracts that renew others, by contract.

    Contracts do not tell their parent: one renews another of the same person in the same structure that nothing
    ended and that runs until its eve at least.

    Source
    ------
    Parcours §10.3, recrutement
    """
    rows = await conn.execute(RECRUTEMENTS, {"ids": list(ids)})
    return {contrat_id: debut for contrat_id, debut in rows}  # noqa: C416 # a row is no pair for the types


async def get_heures(conn: AsyncConnection, ids: Collection[UUID]) -> Heures:
    """Return the hours declared for contracts, in the present version of each declaration."""
    found: Heures = defaultdict(dict)
    for contrat_id, mois, heures in await conn.execute(HOURS, {"ids": list(ids)}):
        found[contrat_id][mois] = heures
    return found


async def get_contrat(conn: AsyncConnection, caller: Caller, contrat_id: UUID) -> RowMapping | None:
    """Return a contract of a structure of the caller's perimeter."""
    parameters = {"id": contrat_id} | perimeter_parameters(caller)
    return (await conn.execute(GET, parameters)).mappings().first()


async def list_contrats(
    conn: AsyncConnection, caller: Caller, structure_id: UUID, jours: Periode
) -> Sequence[RowMapping]:
    """Return the contracts of a structure of the caller's perimeter that run on some day of a period."""
    parameters = {"structure": structure_id, "premier": jours.debut, "dernier": jours.fin}
    return (await conn.execute(OF_DAYS, parameters | perimeter_parameters(caller))).mappings().all()

"""Contracts: by name, with what a declaration or an exit needs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.agrement import Periode
from services.parcours.domain.contrat import Contrat
from services.parcours.domain.declaration import Engagement
from services.parcours.queries.names import IN_PERIMETER, NAMED, name_parameters, perimeter_parameters
from shared.access.callers import Caller

_COLUMNS = """
    k.id, k.version, k.personne_id, k.structure_id, k.type_contrat, k.date_debut, k.date_fin_prevue, k.heures_hebdo,
    k.code_rome, k.date_sortie, k.motif_sortie, k.categorie, k.comptee, k.raison
"""
NAMES = text(f"with {NAMED} select n.nom, n.id from named n")
ENGAGEMENTS = text(f"""
    with {NAMED}
    select n.nom, k.id, k.personne_id, k.structure_id, k.date_debut, coalesce(k.date_sortie, k.date_fin_prevue),
           k.date_sortie is not null, a.date_debut, a.date_fin
    from named n join contrat k on k.id = n.id left join agrement a on a.personne_id = k.personne_id
""")
GET_MANY = text(f"select {_COLUMNS} from contrat k where k.id = any(cast(:ids as uuid[]))")
HOURS = text("""
    select l.contrat_id, d.mois, l.heures
    from ligne_declaree l
    join declaration d on d.id = l.declaration_id and d.version = l.declaration_version
    where l.contrat_id = any(cast(:ids as uuid[]))
""")
GET = text(f"""
    select {_COLUMNS} from contrat k join structure s on s.id = k.structure_id
    where k.id = :id and {IN_PERIMETER}
""")


async def resolve_contrats(conn: AsyncConnection, client_id: str, names: Collection[str]) -> dict[str, UUID]:
    """Return the identifiers that names of contracts stand for; nothing says that the contracts exist."""
    rows = await conn.execute(NAMES, name_parameters(client_id, "contrats", names))
    return {nom: contrat_id for nom, contrat_id in rows}


async def find_engagements(
    conn: AsyncConnection, client_id: str, names: Collection[str]
) -> tuple[dict[str, UUID], dict[UUID, Engagement]]:
    """Return the contracts that a client names: identifiers by name, engagements by identifier."""
    ids: dict[str, UUID] = {}
    found: dict[UUID, Engagement] = {}
    rows = await conn.execute(ENGAGEMENTS, name_parameters(client_id, "contrats", names))
    for nom, contrat_id, personne_id, structure_id, debut, fin, sorti, depuis, jusqu_a in rows:
        ids[nom] = contrat_id
        agrements = (Periode(depuis, jusqu_a),) if depuis is not None else ()
        if contrat_id in found:  # another agrément of the person, or another name of the contract
            agrements += found[contrat_id].agrements
        found[contrat_id] = Engagement(contrat_id, personne_id, structure_id, debut, fin, sorti, agrements)
    return ids, found


async def get_contrats(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Contrat]:
    """Return contracts by identifier."""
    rows = await conn.execute(GET_MANY, {"ids": list(ids)})
    return {row[0]: Contrat(*row) for row in rows}


Heures = dict[UUID, dict[str, Decimal]]
"""Hours declared, by contract then by month ``AAAA-MM``."""


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


def row_of(contrat: Contrat) -> dict[str, object]:
    """Return a contract as a row of its table."""
    return {name: getattr(contrat, name) for name in Contrat.__slots__}



"""Demand and offer by intercommunal body: where structures are asked, what they hold, how long one waits."""

# ruff: noqa: S608 -- every name in a text is a constant of these modules

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.queries.champ import CHAMP, MONTHS, Champ

DEMANDE = text(f"""
    {CHAMP}
    select c.departement, coalesce(s.epci, '') as epci, c.type_structure,
           grouping(c.type_structure) as tous, count(*) as envoyees,
           count(*) filter (where k.etat = 'accepted') as acceptees,
           count(*) filter (where k.etat in ('new', 'processing', 'postponed')) as sans_reponse
    from candidature k join champ c using (structure_id) join structure s using (structure_id)
    where k.origine in ('PRESCRIPTEUR', 'ORIENTEUR') and k.envoyee_le between :debut and :fin
    group by grouping sets ((c.departement, coalesce(s.epci, '')),
                            (c.departement, coalesce(s.epci, ''), c.type_structure))
""")
OFFRE = text(f"""
    {CHAMP},
    conv as (select structure_id, sum(etp * ({MONTHS})) / 12 as etp from af group by structure_id)
    select c.departement, coalesce(s.epci, '') as epci, count(*) as structures, sum(v.etp) as etp,
           sum(s.capacite) as capacite, avg(s.delai_attente_jours) as attente,
           count(s.delai_attente_jours) as attente_connue,
           sum((select sum(f.postes_ouverts) from fiche_de_poste f
                where f.structure_id = c.structure_id and f.fermee_le is null)) as postes
    from champ c join conv v using (structure_id) join structure s using (structure_id)
    where cast(:type_voulu as text) is null or c.type_structure = :type_voulu
    group by c.departement, coalesce(s.epci, '')
""")


@dataclass(frozen=True, slots=True)
class Demande:
    """Orientations sent to the structures of an EPCI, of one type or of all (None)."""

    departement: str
    epci: str
    type: str | None
    envoyees: int
    acceptees: int
    sans_reponse: int


@dataclass(frozen=True, slots=True)
class Offre:
    """What the structures of an EPCI hold; None where none of them says it."""

    departement: str
    epci: str
    structures: int
    etp: Decimal
    capacite: int | None
    postes: int | None
    attente: Decimal | None
    attente_connue: int


async def read_epcis(conn: AsyncConnection, champ: Champ) -> tuple[list[Demande], list[Offre]]:
    """Return the demand, for every type, and the offer of the type asked for."""
    where = champ.parameters() | {"type": None}
    asked: Sequence[Any] = (await conn.execute(champ.statement(DEMANDE), where)).all()
    held: Sequence[Any] = (
        await conn.execute(champ.statement(OFFRE), where | {"type_voulu": champ.type})
    ).all()
    return (
        [
            Demande(
                r.departement,
                r.epci,
                None if r.tous else r.type_structure,
                r.envoyees,
                r.acceptees,
                r.sans_reponse,
            )
            for r in asked
        ],
        [
            Offre(
                r.departement, r.epci, r.structures, r.etp, r.capacite, r.postes, r.attente, r.attente_connue
            )
            for r in held
        ],
    )

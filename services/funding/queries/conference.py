"""Who pays what: the table of the conférence des financeurs, and each line against the theory."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# Written: the State's socle less the cofunders' parts, its part modulée and the FDI, for its payments hold all three;
# paid: on the annexes of the year, replaced ones included.
TABLE = text("""
    with annexes as (
        select a.* from annexe_financiere a join structure s on s.id = a.structure_id
        where s.departement = any(cast(:departements as text[])) and extract(year from a.date_debut) = :annee
    ), en_vigueur as (select * from annexes where etat in ('VALIDE', 'PROVISOIRE', 'CLOTURE')),
    lignes as (
        select structure_id, 'ETAT' as financeur,
               montant_socle - montant_cofinance + coalesce(montant_module, 0) + coalesce(montant_fdi, 0) as inscrit,
               0 as verse
        from en_vigueur
        union all
        select a.structure_id, c.financeur, c.montant, 0
        from cofinancement c join en_vigueur a on a.id = c.annexe_id
        union all
        select v.structure_id, v.financeur, 0, v.montant
        from versement v join annexes a on a.id = v.annexe_id
    )
    select l.structure_id, s.departement, s.raison_sociale, s.type_structure, l.financeur,
           sum(l.inscrit) as inscrit, sum(l.verse) as verse
    from lignes l join structure s on s.id = l.structure_id
    group by l.structure_id, s.departement, s.raison_sociale, s.type_structure, l.financeur
    order by s.departement, s.raison_sociale, l.structure_id, l.financeur
""")
COFUNDED = text("""
    select c.id, c.annexe_id, c.financeur, c.montant, c.circuit, c.postes, c.date_accord
    from cofinancement c where c.annexe_id = :annexe order by c.financeur
""")
DECISION = text("""
    select id, taux, socle_du, montant, date_notification, justification from modulation where annexe_id = :annexe
""")


async def list_financements(
    conn: AsyncConnection, departements: Sequence[str], annee: int
) -> Sequence[RowMapping]:
    """Return, by structure and funder, what the annexes of a year say and what was paid, euros."""
    return (await conn.execute(TABLE, {"departements": list(departements), "annee": annee})).mappings().all()


async def list_cofinancements(conn: AsyncConnection, annexe_id: UUID) -> Sequence[RowMapping]:
    """Return the lines of cofinancing of an annexe."""
    return (await conn.execute(COFUNDED, {"annexe": annexe_id})).mappings().all()


async def get_modulation(conn: AsyncConnection, annexe_id: UUID) -> RowMapping | None:
    """Return the decision of modulation of an annexe."""
    return (await conn.execute(DECISION, {"annexe": annexe_id})).mappings().first()

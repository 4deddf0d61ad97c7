"""Reading contracts with a social clause and actions of the FDI."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# A correction may leave fewer hours declared than counted: both are shown.
MARCHES = text("""
    select m.id, m.departement, m.acheteur, m.objet, m.date_notification, m.date_fin, m.modalite, m.structure_id, m.annee,
           m.heures_prevues, m.heures_realisees, coalesce(h.imputees, 0) as heures_imputees,
           coalesce(h.declarees, 0) as heures_declarees
    from marche m left join lateral (
        select sum(c.heures) as imputees, sum(d.heures) as declarees
        from heures_clause c left join lateral (
            select sum(x.heures) as heures from heures_declarees x
            where x.contrat_id = c.contrat_id and x.mois = c.mois
        ) d on true
        where c.marche_id = m.id
    ) h on true
    where m.departement = :departement and m.annee = :annee order by m.date_notification, m.id limit 500
""")
ACTIONS = text("""
    select f.*, s.departement from action_fdi f join structure s on s.id = f.structure_id
    where f.structure_id = :structure order by f.date_decision, f.id limit 500
""")


async def list_marches(conn: AsyncConnection, departement: str, annee: int) -> Sequence[RowMapping]:
    """Return at most 500 contracts of a département and a year, with the hours counted for them."""
    parameters = {"departement": departement, "annee": annee}
    return (await conn.execute(MARCHES, parameters)).mappings().all()


async def list_actions(conn: AsyncConnection, structure_id: UUID) -> Sequence[RowMapping]:
    """Return at most 500 actions of a structure."""
    return (await conn.execute(ACTIONS, {"structure": structure_id})).mappings().all()

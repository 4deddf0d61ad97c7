"""Reading envelopes: what was received, moved, delegated, committed, and what is left."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# What is committed below counts at each level above; what is paid is read in the double entries.
LIST = text("""
    with recursive descent as (
        select id as haut, id from enveloppe where annee = :annee and nature = :nature
        union all
        select d.haut, e.id from descent d join enveloppe e on e.parent_id = d.id
    ), cumul as (
        select d.haut, sum(e.engage) as engage, sum(v.verse) as verse
        from descent d join enveloppe e on e.id = d.id
        cross join lateral (
            select coalesce(-sum(montant), 0) as verse from ecriture
            where compte = 'ENVELOPPE' and titulaire = e.id::text
        ) v group by d.haut
    )
    select e.id, e.niveau, e.territoire, e.annee, e.nature, e.programme, e.parent_id, e.notifie, e.notifie_etp,
           e.abondements, e.retraits, e.delegue, e.engage as engage_propre, c.engage, c.verse
    from enveloppe e join cumul c on c.haut = e.id
    order by array_position(array['NATIONAL', 'REGIONAL', 'DEPARTEMENTAL'], e.niveau), e.territoire
""")
ENGAGED = text("""
    select distinct m.enveloppe_id, a.id, a.heures_par_etp, a.montant_unitaire, a.montant_socle, a.montant_cofinance
    from mouvement_enveloppe m join enveloppe e on e.id = m.enveloppe_id
    join annexe_financiere a on a.id = m.annexe_id
    where m.sens = 'ENGAGEMENT' and e.annee = :annee and e.nature = :nature
      and a.etat in ('VALIDE', 'PROVISOIRE', 'CLOTURE')
""")
MOVEMENTS = text("""
    select id, sens, montant, etp, annexe_id, motif, le from mouvement_enveloppe
    where enveloppe_id = :id order by id limit 500
""")


async def list_enveloppes(conn: AsyncConnection, annee: int, nature: str) -> Sequence[RowMapping]:
    """Return the envelopes of a year and kind, from the nation down; ``engage`` and ``verse`` hold the levels below."""
    return (await conn.execute(LIST, {"annee": annee, "nature": nature})).mappings().all()


async def list_engagees(conn: AsyncConnection, annee: int, nature: str) -> Sequence[RowMapping]:
    """Return the annexes in force that hold credits of the envelopes of a year and kind, with their terms."""
    return (await conn.execute(ENGAGED, {"annee": annee, "nature": nature})).mappings().all()


async def list_mouvements(conn: AsyncConnection, enveloppe_id: UUID) -> Sequence[RowMapping]:
    """Return at most 500 movements of an envelope, in order."""
    return (await conn.execute(MOVEMENTS, {"id": enveloppe_id})).mappings().all()

"""Persons of whom nothing happens any more: who is to be told, and who may be erased."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A person of whom only the identity is held has no day: nothing says since when.
INACTIVE = """
    with activite as (
        select personne_id, max(jour) as jour from (
            select personne_id, date_fin as jour from agrement
            union all select personne_id, date_fin from pass_iae where not annule
            union all select personne_id, coalesce(date_sortie, date_fin_prevue) from contrat
            union all select personne_id, coalesce(change_le, date_orientation) from candidature
            union all select personne_id, date_diagnostic from diagnostic
            union all select personne_id, coalesce(date_fin, date_debut) from etape
            union all select c.personne_id, u.constate_le from suivi u join contrat c on c.id = u.contrat_id
        ) acts group by personne_id
    ), inactive as (
        select a.personne_id, a.jour from activite a join cle_personne using (personne_id)
        where a.jour <= :derniere
    )
"""
NOT_TOLD = """
    from inactive i where not exists (
        select 1 from avis_conservation v where v.personne_id = i.personne_id and v.derniere_activite = i.jour
    )
"""
COUNT_TO_TELL = text(f"{INACTIVE} select count(*) {NOT_TOLD}")  # constants of this module
TELL = text(f"""
    {INACTIVE} insert into avis_conservation (personne_id, derniere_activite, avise_le)
    select i.personne_id, i.jour, :today {NOT_TOLD} on conflict do nothing
""")  # idem
DUE = text(f"""
    {INACTIVE} select i.personne_id from inactive i join avis_conservation v
    on v.personne_id = i.personne_id and v.derniere_activite = i.jour and v.avise_le <= :avise
    order by i.personne_id
""")  # noqa: S608 # idem


async def count_to_tell(conn: AsyncConnection, derniere: date) -> int:
    """Return how many persons were last active on a day or before, and were not told."""
    return int((await conn.execute(COUNT_TO_TELL, {"derniere": derniere})).scalar_one())


async def tell(conn: AsyncConnection, derniere: date, today: date) -> int:
    """Record that they are told today; return how many, each told once whoever else does it too."""
    return (await conn.execute(TELL, {"derniere": derniere, "today": today})).rowcount


async def list_due(conn: AsyncConnection, derniere: date, avise: date) -> Sequence[UUID]:
    """Return the persons last active on a day or before, told on a day or before, and not active since."""
    return (await conn.execute(DUE, {"derniere": derniere, "avise": avise})).scalars().all()

"""Where else a person may be sent after a refusal."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.candidature import Candidature
from services.parcours.queries.candidature import OF_PERSON

# No document says what a basin is: the EPCI of the structure stands for it.
PROPOSED = text("""
    select s.id as structure_id, s.siret, s.type_structure, f.code_rome, sum(f.postes_ouverts) as postes_ouverts
    from structure refused
    join structure s on s.epci = refused.epci and s.id <> refused.id and s.accueille
    join fiche_de_poste f on f.structure_id = s.id and f.fermee_le is null and f.postes_ouverts > 0
    where refused.id = :structure
    and f.code_rome in (select code_rome from fiche_de_poste where structure_id = refused.id)
    and not exists (
        select 1 from candidature k where k.personne_id = :personne and k.structure_id = s.id
        and k.etat in ('new', 'processing', 'postponed', 'accepted')
    )
    group by s.id, s.siret, s.type_structure, f.code_rome
    order by postes_ouverts desc, s.id, f.code_rome limit 20
""")


async def list_propositions(conn: AsyncConnection, refusee: Candidature) -> Sequence[RowMapping]:
    """Return at most 20 structures of the same EPCI with posts open in a trade of the one that refused."""
    values = {"structure": refusee.structure_id, "personne": refusee.personne_id}
    return (await conn.execute(PROPOSED, values)).mappings().all()


async def list_of_person(conn: AsyncConnection, personne_id: UUID) -> list[Candidature]:
    """Return all the candidatures of a person."""
    return [Candidature(*row) for row in await conn.execute(OF_PERSON, {"personne": personne_id})]

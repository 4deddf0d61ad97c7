"""What the money learns from the registry and from the monthly declarations."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.tables import structure
from shared.contracts.parcours import DeclarationRecue
from shared.contracts.structures import STRUCTURE_FACTS
from shared.db import upsert
from shared.messaging.consumer import Projections, Received

projections = Projections("funding")

FORGET = text("delete from heures_declarees where declaration_id = any(cast(:ids as uuid[]))")
# The lines go from the event to the table inside PostgreSQL: a region declares hundreds of thousands a year.
KEEP = text("""
    insert into heures_declarees (declaration_id, ligne, structure_id, mois, contrat_id, annexe_numero, heures,
                                  heures_eligibles)
    select d.id, l.ligne, d.structure_id, d.mois, l.contrat, l.annexe, l.heures, l.heures_eligibles
    from unnest(cast(:ids as uuid[]), cast(:structures as uuid[]), cast(:mois as text[]), cast(:data as text[]))
             as d(id, structure_id, mois, data),
         rows from (json_to_recordset(cast(d.data as json)->'lignes')
                    as (contrat uuid, annexe text, heures numeric, heures_eligibles numeric))
             with ordinality as l(contrat, annexe, heures, heures_eligibles, ligne)
""")


TRACE = text("""
    insert into version_declaration (declaration_id, version, annexe_numero, mois, connue_le, heures, heures_eligibles)
    select d.id, d.version, l.annexe, d.mois, d.connue_le, sum(l.heures), sum(l.heures_eligibles)
    from unnest(cast(:ids as uuid[]), cast(:versions as int[]), cast(:mois as text[]), cast(:connues as date[]),
                cast(:data as text[])) as d(id, version, mois, connue_le, data),
         json_to_recordset(cast(d.data as json)->'lignes') as l(annexe text, heures numeric, heures_eligibles numeric)
    group by d.id, d.version, l.annexe, d.mois, d.connue_le
    on conflict do nothing
""")


@projections.on(*STRUCTURE_FACTS)
async def follow_structures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep what tells a structure and its département."""
    rows = [
        {
            "id": event.fact.structure_id,
            "siret": event.fact.siret,
            "type_structure": event.fact.type_structure,
            "raison_sociale": event.fact.raison_sociale,
            "departement": event.fact.departement,
        }
        for event in events
    ]
    await upsert(conn, structure, rows)


@projections.on(DeclarationRecue)
async def follow_declarations(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep the hours of the last version of each declaration, whether or not their annexe is known yet.

    What each version said is kept beside, by annexe: a correction leaves a trace.
    """
    last = list({event.fact.declaration_id: event for event in events}.values())
    ids = [event.fact.declaration_id for event in last]
    await conn.execute(FORGET, {"ids": ids})
    await conn.execute(
        KEEP,
        {
            "ids": ids,
            "structures": [event.fact.structure_id for event in last],
            "mois": [event.fact.mois for event in last],
            "data": [event.envelope.data for event in last],
        },
    )
    await conn.execute(
        TRACE,
        {
            "ids": [event.fact.declaration_id for event in events],
            "versions": [event.envelope.version for event in events],
            "mois": [event.fact.mois for event in events],
            "connues": [event.envelope.known_on for event in events],
            "data": [event.envelope.data for event in events],
        },
    )

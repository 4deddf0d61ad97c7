"""What the pathways learn from the other services."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.tables import annexe, structure
from shared.contracts.funding import AnnexeFinanciereEnregistree
from shared.contracts.structures import STRUCTURE_FACTS
from shared.db import upsert
from shared.messaging.consumer import Projections, Received

projections = Projections("parcours")


@projections.on(*STRUCTURE_FACTS)
async def follow_structures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep what locates a structure, its type and its département: rules and perimeters depend on them."""
    rows = [
        {
            "id": event.fact.structure_id,
            "siret": event.fact.siret,
            "type_structure": event.fact.type_structure,
            "departement": event.fact.departement,
        }
        for event in events
    ]
    await upsert(conn, structure, rows)


@projections.on(AnnexeFinanciereEnregistree)
async def follow_annexes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep the state and period of annexes: declared hours go to one of them."""
    rows = [
        {
            "id": event.fact.annexe_id,
            "numero": event.fact.numero,
            "structure_id": event.fact.structure_id,
            "etat": event.fact.etat,
            "date_debut": event.fact.date_debut,
            "date_fin": event.fact.date_fin,
        }
        for event in events
    ]
    await upsert(conn, annexe, rows)

"""What the registry learns from the other services."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.convention import MILIEU_PENITENTIAIRE
from services.structures.tables import annexe
from shared.contracts.funding import AnnexeFinanciereEnregistree
from shared.db import upsert
from shared.messaging.consumer import Projections, Received

projections = Projections("structures")


@projections.on(AnnexeFinanciereEnregistree)
async def follow_annexes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep the state and period of the annexes that count here: a convention is active while one of them is."""
    rows = [
        {
            "id": event.fact.annexe_id,
            "structure_id": event.fact.structure_id,
            "numero": event.fact.numero,
            "etat": event.fact.etat,
            "date_debut": event.fact.date_debut,
            "date_fin": event.fact.date_fin,
        }
        for event in events
        if event.fact.mesure not in MILIEU_PENITENTIAIRE
    ]
    await upsert(conn, annexe, rows)

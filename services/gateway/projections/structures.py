"""What the registry publishes."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.tables import convention, dossier, structure
from shared.contracts.structures import ConventionSignee, DossierExamine, StructureEnregistree
from shared.db import upsert
from shared.messaging.consumer import Received

STRUCTURE = (
    "structure_id", "siret", "type_structure", "raison_sociale", "code_insee", "departement", "epci", "reseau",
    "activite", "code_rome", "annee", "permanents", "chiffre_affaires",
)  # fmt: skip
CONVENTION = ("convention_id", "structure_id", "numero", "date_debut", "date_fin")
DOSSIER = (
    "dossier_id", "structure_id", "departement", "date_seance", "objet", "etp_demandes", "etp_accordes", "avis",
)  # fmt: skip


def rows_of(events: Sequence[Received], fields: Sequence[str]) -> list[dict[str, object]]:
    """Return one row per event: some fields of the fact, and the day it was known."""
    return [
        {name: getattr(event.fact, name) for name in fields} | {"known_on": event.envelope.known_on}
        for event in events
    ]


@projections.on(StructureEnregistree)
async def project_structures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show structures as they are."""
    await upsert(conn, structure, rows_of(events, STRUCTURE))


@projections.on(ConventionSignee)
async def project_conventions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show conventions."""
    await upsert(conn, convention, rows_of(events, CONVENTION))


@projections.on(DossierExamine)
async def project_dossiers(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show what the CDIAE said."""
    await upsert(conn, dossier, rows_of(events, DOSSIER))

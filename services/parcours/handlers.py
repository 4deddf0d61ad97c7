"""What the pathways learn from the other services."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.tables import annexe, fiche_de_poste, prescripteur, structure
from shared.contracts.funding import AnnexeFinanciereEnregistree
from shared.contracts.structures import (
    STRUCTURE_FACTS,
    FicheDePosteFermee,
    FicheDePosteModifiee,
    FicheDePostePubliee,
    HabilitationDecidee,
    PrescripteurCorrige,
    PrescripteurEnregistre,
)
from shared.db import upsert
from shared.messaging.consumer import Projections, Received

projections = Projections("parcours")


@projections.on(*STRUCTURE_FACTS)
async def follow_structures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep what locates a structure, its type, and whether it may be proposed: rules and perimeters depend on them."""
    rows = [
        {
            "id": event.fact.structure_id,
            "siret": event.fact.siret,
            "type_structure": event.fact.type_structure,
            "departement": event.fact.departement,
            "epci": event.fact.epci,
            "accueille": event.fact.visible and event.fact.fermee_le is None,
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


@projections.on(PrescripteurEnregistre, PrescripteurCorrige, HabilitationDecidee)
async def follow_prescripteurs(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep who is habilitated and until when; a type that is masked is not read."""
    rows = [
        {
            "id": event.fact.prescripteur_id,
            "code": event.fact.code,
            "statut": event.fact.statut,
            "habilite_le": event.fact.habilite_le,
            "habilite_jusqu_au": event.fact.habilite_jusqu_au,
        }
        for event in events
    ]
    await upsert(conn, prescripteur, rows)


@projections.on(FicheDePostePubliee, FicheDePosteModifiee, FicheDePosteFermee)
async def follow_fiches(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep which posts are open: they are proposed after a refusal."""
    rows = [
        {
            "id": event.fact.fiche_id,
            "structure_id": event.fact.structure_id,
            "code_rome": event.fact.code_rome,
            "postes_ouverts": event.fact.postes_ouverts,
            "fermee_le": event.fact.fermee_le,
        }
        for event in events
    ]
    await upsert(conn, fiche_de_poste, rows)

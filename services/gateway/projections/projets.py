"""What the registry publishes of innovations, of their votes and of the shared watch."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.structures import rows_of
from services.gateway.tables import projet, veille, vote
from shared.contracts.projets import ProjetPropose, StadeFranchi, VeillePartagee, VoteExprime
from shared.db import upsert
from shared.messaging.consumer import Received

PROJET = ("projet_id", "maille", "territoire", "titre", "besoin", "stade", "ptce")
VOTE = ("vote_id", "projet_id", "organisation")
VEILLE = ("veille_id", "maille", "territoire", "titre", "lien")


@projections.on(ProjetPropose, StadeFranchi)
async def project_projets(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show innovations at their stage."""
    rows = rows_of(events, PROJET)
    for row, event in zip(rows, events, strict=True):
        row["partenaires"] = event.fact.partenaires
    await upsert(conn, projet, rows)


@projections.on(VoteExprime)
async def project_votes(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Keep who supports an innovation: a vote may come before it."""
    await upsert(conn, vote, rows_of(events, VOTE))


@projections.on(VeillePartagee)
async def project_veille(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show shared readings."""
    rows = rows_of(events, VEILLE)
    for row, event in zip(rows, events, strict=True):
        row["etiquettes"] = event.fact.etiquettes
    await upsert(conn, veille, rows)

"""What the registry publishes of the instances of governance and of the plans."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.past import keep_rows, rounds
from services.gateway.projections.structures import rows_of
from services.gateway.tables import dossier, instance, plan, seance
from shared.contracts.gouvernance import (
    DossierInscrit,
    InstanceEnregistree,
    SeanceAnnulee,
    SeanceClose,
    SeanceConvoquee,
    SeanceOuverte,
)
from shared.contracts.projets import PlanArrete
from shared.contracts.structures import DossierExamine
from shared.db import upsert
from shared.messaging.consumer import Received

INSTANCE = (
    "instance_id", "nature", "maille", "territoire", "secteur", "libelle", "quorum", "delai_convocation_jours",
    "source_regles",
)  # fmt: skip
SEANCE = (
    "seance_id", "instance_id", "date_seance", "convoquee_le", "etat", "questions", "nombre_situations",
    "presents", "voix_presentes", "quorum", "quorum_atteint", "conclusions", "motif_annulation",
)  # fmt: skip
INSCRIT = (
    "dossier_id", "structure_id", "departement", "date_seance", "objet", "etp_demandes", "seance_id", "suite_de",
    "montant_demande",
)  # fmt: skip
PLAN = ("plan_id", "maille", "territoire", "titre", "date_debut", "date_fin", "source")
EXAMINE = (*INSCRIT, "etp_accordes", "avis", "montant_accorde", "motifs")


@projections.on(InstanceEnregistree)
async def project_instances(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show instances as they are composed."""
    rows = rows_of(events, INSTANCE)
    for row, event in zip(rows, events, strict=True):
        row["membres"] = [membre.model_dump() for membre in event.fact.membres]
    await upsert(conn, instance, rows)


@projections.on(SeanceConvoquee, SeanceOuverte, SeanceClose, SeanceAnnulee)
async def project_seances(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show séances as they are."""
    await upsert(conn, seance, rows_of(events, SEANCE))


@projections.on(DossierInscrit)
async def project_inscriptions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show the files of an agenda."""
    await upsert(conn, dossier, rows_of(events, INSCRIT))


@projections.on(DossierExamine)
async def project_dossiers(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show what the CDIAE said."""
    await upsert(conn, dossier, rows_of(events, EXAMINE))


@projections.on(PlanArrete)
async def project_plans(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show plans as they stand."""
    for part in rounds(events):
        rows = rows_of(part, PLAN)
        for row, event in zip(rows, part, strict=True):
            row["axes"] = [axe.model_dump(mode="json") for axe in event.fact.axes]
        await keep_rows(conn, plan, rows)
        await upsert(conn, plan, rows)

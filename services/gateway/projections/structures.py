"""What the registry publishes."""

import unicodedata
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.projections import projections
from services.gateway.projections.past import keep_rows, rounds
from services.gateway.tables import convention, fiche_de_poste, histoire, structure
from shared.clock import PARIS
from shared.contracts.structures import CONVENTION_FACTS, FICHE_FACTS, STRUCTURE_FACTS
from shared.db import upsert
from shared.messaging.consumer import Received

STRUCTURE = (
    "structure_id", "siret", "type_structure", "raison_sociale", "code_insee", "departement", "epci", "reseau",
    "activite", "code_rome", "annee", "permanents", "chiffre_affaires", "forme_juridique", "division_naf",
    "adresse", "code_postal", "date_conventionnement", "mere_id", "visible", "capacite", "delai_attente_jours",
    "spontanees_jusqu_au", "fermee_le", "motif_fermeture", "absorbante_id",
)  # fmt: skip
HISTOIRE = (
    "siret", "raison_sociale", "type_structure", "forme_juridique", "reseau", "activite", "adresse", "code_postal",
    "code_insee", "capacite", "delai_attente_jours", "fermee_le", "motif_fermeture",
)  # fmt: skip
"""What a reader may want to see change; the figures of a year are told by their own year."""
CONVENTION = (
    "convention_id", "structure_id", "numero", "date_debut", "date_fin", "etat", "etat_le", "suspendue_le",
    "motif_suspension",
)  # fmt: skip
FICHE = (
    "fiche_id", "structure_id", "code_rome", "appellation", "type_contrat", "postes_ouverts", "heures_hebdo",
    "code_insee", "mise_a_jour_le", "fermee_le",
)  # fmt: skip


def rows_of(events: Sequence[Received], fields: Sequence[str]) -> list[dict[str, object]]:
    """Return one row per event: some fields of the fact, and the day it was known."""
    return [
        {name: getattr(event.fact, name) for name in fields} | {"known_on": event.envelope.known_on}
        for event in events
    ]


def plain(*texts: str | None) -> str:
    """Return texts as they are searched: lower case, no accents."""
    whole = " ".join(text for text in texts if text)
    return unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode().lower()


@projections.on(*STRUCTURE_FACTS)
async def project_structures(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show structures as they are, and what each fact made of them."""
    for part in rounds(events):
        rows = rows_of(part, STRUCTURE)
        for row, event in zip(rows, part, strict=True):
            row["texte"] = plain(event.fact.raison_sociale, event.fact.activite, event.fact.siret)
        await keep_rows(conn, structure, rows)
        await upsert(conn, structure, rows)
    await upsert(conn, histoire, [_step(event) for event in events])


def _step(event: Received) -> dict[str, object]:
    fact, envelope = event.fact, event.envelope
    return {
        "structure_id": fact.structure_id,
        "version": envelope.version,
        "fait": fact.fact,
        "date_effet": fact.date_effet or envelope.occurred_at.astimezone(PARIS).date(),
        "etat": fact.model_dump(mode="json", include=set(HISTOIRE)),
        "known_on": envelope.known_on,
    }


@projections.on(*CONVENTION_FACTS)
async def project_conventions(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show conventions."""
    for part in rounds(events):
        rows = rows_of(part, CONVENTION)
        await keep_rows(conn, convention, rows)
        await upsert(conn, convention, rows)


@projections.on(*FICHE_FACTS)
async def project_fiches(conn: AsyncConnection, events: Sequence[Received]) -> None:
    """Show fiches de poste."""
    for part in rounds(events):
        rows = rows_of(part, FICHE)
        await keep_rows(conn, fiche_de_poste, rows)
        await upsert(conn, fiche_de_poste, rows)

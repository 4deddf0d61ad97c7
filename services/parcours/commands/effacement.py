"""Erasing a person: their key is destroyed, and with it all that says who they were, wherever it is kept."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from services.parcours.domain.effacement import refus_d_effacement
from services.parcours.domain.errors_pass import ensure_none
from services.parcours.queries.dossier import lock_dossiers
from services.parcours.queries.personne import get_sealed, last_contract_day
from services.parcours.tables import cle_personne, personne, tables
from shared.access.audit import audit_row
from shared.access.rights import UNKNOWN, Action
from shared.contracts.parcours import PersonneEffacee
from shared.db import write
from shared.errors import Introuvable
from shared.logs import request_id
from shared.writing import Line, Writer

ERASED = b""


async def effacer_personne(engine: AsyncEngine, personne_id: UUID, motif: str, writer: Writer) -> None:
    """Destroy the key of a person, empty what it sealed and the blind indexes, and tell that it was done.

    What is left is a random identifier with dates and volumes. The journal keeps the sealed values, which
    nothing opens any more.

    Raises
    ------
    Introuvable
        Nobody, or somebody already erased.
    ParcoursRecent
    """
    async with engine.begin() as conn:
        dossier = (await lock_dossiers(conn, [personne_id]))[personne_id]
        row = await get_sealed(conn, personne_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        ensure_none(refus_d_effacement(dossier, await last_contract_day(conn, personne_id), writer.today))
        await conn.execute(delete(cle_personne).where(cle_personne.c.personne_id == personne_id))
        version = row["version"] + 1
        emptied = {
            "id": personne_id,
            "version": version,
            "cree_par": row["cree_par"],
            "identite": ERASED,
            "sensible": ERASED,
            "index_identite": None,
            "index_nir": None,
        }
        trace = audit_row(
            writer.caller,
            Action.EXPLOITER,
            personne_id,
            address=writer.address,
            trace_id=request_id.get(),
            motif=motif,
        )
        fact = PersonneEffacee(personne_id=personne_id)
        told = writer.fact(personne_id, version, fact, Line(), writer.today)
        await write(conn, {personne: [emptied], tables.audit: [trace]}, [told], writer.author)

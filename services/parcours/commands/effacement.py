"""Erasing a person: their key is destroyed, and with it all that says who they were, wherever it is kept."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, delete, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.domain.effacement import refus_d_effacement
from services.parcours.domain.errors_pass import ensure_none
from services.parcours.queries.dossier import lock_dossiers
from services.parcours.queries.personne import find_kept, last_contract_day, list_sealed
from services.parcours.tables import (
    candidature,
    cle_personne,
    diagnostic,
    empreinte_proche,
    etape,
    personne,
    tables,
)
from shared.access.audit import audit_row
from shared.access.rights import UNKNOWN, Action
from shared.contracts.parcours import PersonneEffacee
from shared.db import write
from shared.errors import Introuvable
from shared.logs import request_id
from shared.writing import Line, Writer

ERASED = b""
_ids = any_(bindparam("personnes", type_=ARRAY(Uuid)))
ENTERED = union_all(
    select(personne.c.id).where(personne.c.id == _ids),
    *(select(table.c.id).where(table.c.personne_id == _ids) for table in (candidature, diagnostic, etape)),
)
_reference, _answer = tables.write.reference, tables.idempotency
# What came in lines that told who the person was: the digest of such a line would recognise it. Sent again, it is
# refused as another content, and nobody is entered twice. One scan of each table, for an act of every other day.
FORGET = (
    update(_reference)
    .where(_reference.c.object_id == any_(bindparam("objets", type_=ARRAY(Uuid))))
    .values(digest=ERASED),
    update(_answer)
    .where(_answer.c.body.op("->>")("id") == any_(bindparam("noms", type_=ARRAY(Text))))
    .values(digest=ERASED),
)


async def effacer_personne(engine: AsyncEngine, personne_id: UUID, motif: str, writer: Writer) -> None:
    """Destroy the key of a person, empty what it sealed and the blind indexes, and tell that it was done.

    What is left is a random identifier with dates and volumes. The journal keeps the sealed values, which
    nothing opens any more. Those whom a merge made one with them, absorbed or keeping them, are erased with them.

    Raises
    ------
    Introuvable
        Nobody, or somebody already erased.
    ParcoursRecent
    """
    async with engine.begin() as conn:
        personne_id = await find_kept(conn, personne_id)
        dossier = (await lock_dossiers(conn, [personne_id]))[personne_id]
        held = await list_sealed(conn, personne_id)
        if not held:
            raise Introuvable(UNKNOWN)
        ensure_none(refus_d_effacement(dossier, await last_contract_day(conn, personne_id), writer.today))
        await _forget_lines(conn, [row["id"] for row in held])
        ids = any_(literal([row["id"] for row in held], ARRAY(Uuid)))
        await conn.execute(delete(cle_personne).where(cle_personne.c.personne_id == ids))
        await conn.execute(delete(empreinte_proche).where(empreinte_proche.c.personne_id == ids))
        emptied = [
            {
                "id": row["id"],
                "version": row["version"] + 1,
                "cree_par": row["cree_par"],
                "identite": ERASED,
                "sensible": ERASED,
                "index_identite": None,
                "index_nir": None,
            }
            for row in held
        ]
        trace = audit_row(
            writer.caller,
            Action.EXPLOITER,
            personne_id,
            address=writer.address,
            trace_id=request_id.get(),
            motif=motif,
        )
        told = [
            writer.fact(
                row["id"], row["version"] + 1, PersonneEffacee(personne_id=row["id"]), Line(), writer.today
            )
            for row in held
        ]
        await write(conn, {personne: emptied, tables.audit: [trace]}, told, writer.author)


async def _forget_lines(conn: AsyncConnection, personnes: Sequence[UUID]) -> None:
    entered = (await conn.execute(ENTERED, {"personnes": personnes})).scalars().all()
    references, answers = FORGET
    await conn.execute(references, {"objets": entered})
    await conn.execute(answers, {"noms": list(map(str, entered))})

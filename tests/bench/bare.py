"""The bare counterpart of a write: FastAPI and asyncpg, one insertion a table, nothing checked but the form.

It receives the very body of the service, makes its own identifiers, and inserts the same rows in the same tables.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI, Header
from pydantic import BaseModel

from shared.db import POOL_SIZE
from shared.service import serve
from shared.settings import Settings

STRUCTURE = UUID(int=1)
SEALED = bytes(160)  # about what the vault makes of an identity
JOURNAL = """
    insert into journal (id, aggregate, key, version, type, major, occurred_at, known_on, actor, correlation_id,
                         data, private)
    values ($1, $2, $3, 1, $4, 1, $5, $6, 'nu', $7, $8, $9) returning seq
"""


class Person(BaseModel):
    nom: str
    prenom: str
    sexe: str
    date_naissance: date
    code_insee: str
    motif_absence_nir: str


class Body(BaseModel):
    identite: Person
    siret: str
    type_structure: str
    type_prescripteur: str
    organisation: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["IAE_SERVICE_DATABASE_URL"], min_size=POOL_SIZE, max_size=POOL_SIZE
    ) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/candidatures", status_code=201)
async def post(body: Body, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
    """Insert what the service inserts."""
    person, sent, now = uuid4(), uuid4(), datetime.now(UTC)
    facts: list[tuple[Any, ...]] = [
        (uuid4(), "personne", person, "fr.iae.parcours.personne.enregistree", now, now.date(), sent,
         json.dumps({"personne_id": str(person)}), SEALED),
        (uuid4(), "candidature", sent, "fr.iae.parcours.candidature.envoyee", now, now.date(), sent,
         json.dumps({"candidature_id": str(sent), "personne_id": str(person), "structure_id": str(STRUCTURE),
                     "origine": "PRESCRIPTEUR", "envoyee_le": str(now.date()), "etat": "new"}), None),
    ]  # fmt: skip
    async with app.state.pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "insert into personne (id, version, cree_par, identite, sensible, index_identite)"
            " values ($1, 1, 'nu', $2, $2, $3)",
            person, SEALED, person.bytes + person.bytes,
        )  # fmt: skip
        await conn.execute("insert into cle_personne values ($1, $2, 1)", person, SEALED[:40])
        await conn.execute(
            "insert into candidature (id, version, personne_id, structure_id, origine, type_prescripteur,"
            " organisation, date_orientation, etat) values ($1, 1, $2, $3, 'PRESCRIPTEUR', $4, $5, $6, 'new')",
            sent, person, STRUCTURE, body.type_prescripteur, body.organisation, now.date(),
        )  # fmt: skip
        seqs = [await conn.fetchval(JOURNAL, *fact) for fact in facts]
        await conn.executemany("insert into journal_pending values ($1)", [(seq,) for seq in seqs])
        await conn.execute(
            "insert into idempotency (client_id, route, key, digest, status, body)"
            " values ('nu', 'orientations', $1, $2, 201, $3)",
            idempotency_key, SEALED[:32], json.dumps({"id": str(sent)}),
        )  # fmt: skip
        await conn.execute(
            "insert into audit (client_id, subject, action, target_id, scope, result, address, trace_id)"
            " values ('nu', 'nu', 'ecrire_parcours', $1, 'parcours.ecriture', 'accorde', '127.0.0.0/24', $2)",
            str(sent), idempotency_key,
        )  # fmt: skip
    return {"id": str(sent)}


if __name__ == "__main__":
    serve(app, Settings())

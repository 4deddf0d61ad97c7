"""One key, one write, one answer: ``Idempotency-Key`` stored in the transaction of the write."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.errors import BusinessError
from shared.writing import (
    Line,
    Nature,
    Outcome,
    Refused,
    Row,
    Writer,
    WriteTables,
    canonical,
    write_batch,
)

FIND = text("""
    select digest, status, body from idempotency where client_id = :client and route = :route and key = :key
""")


class CleReutilisee(BusinessError):
    """The same key came with another body."""

    code = "cle_idempotence_reutilisee"
    status = 422


class CleManquante(BusinessError):
    """A write came without ``Idempotency-Key``."""

    code = "cle_idempotence_manquante"
    status = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers; ``replayed`` when it was stored before, ``seqs`` name its facts otherwise."""

    status: int
    body: dict[str, Any]
    replayed: bool = False
    seqs: tuple[int, ...] = ()


def idempotency_table(metadata: MetaData) -> Table:
    """Declare the table of stored answers."""
    return Table(
        "idempotency",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("route", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("body", JSON, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


async def write_once(
    engine: AsyncEngine,
    tables: WriteTables,
    stored: Table,
    nature: Nature[Any, Any],
    line: Line,
    writer: Writer,
    key: str,
) -> Answer:
    """Write one line under a key; the same key and body give the same answer, whoever comes first.

    Raises
    ------
    CleReutilisee
        The key served for another body.
    BusinessError
        The refusal of the line; nothing is stored, the key may serve again.
    """
    digest = writer.digest(canonical(line))

    def extras(outcomes: Sequence[Outcome]) -> Sequence[Row]:
        if isinstance(outcomes[0], Refused):
            return ()
        row = {
            "client_id": writer.caller.client_id,
            "route": nature.name,
            "key": key,
            "digest": digest,
            "status": 201,
            "body": {"id": str(outcomes[0].identity)},
        }
        return ((stored, row),)

    (outcome,), seqs = await write_batch(engine.begin, tables, nature, [line], writer, extras=extras)
    if isinstance(outcome, Refused):
        # A twin request may have written first: its answer is ours too.
        if answer := await _find(engine, nature, writer, key, digest):
            return answer
        raise outcome.error
    return Answer(201, {"id": str(outcome.identity)}, seqs=tuple(seqs))


async def _find(
    engine: AsyncEngine, nature: Nature[Any, Any], writer: Writer, key: str, digest: bytes
) -> Answer | None:
    async with engine.connect() as conn:
        where = {"client": writer.caller.client_id, "route": nature.name, "key": key}
        row = (await conn.execute(FIND, where)).first()
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, digest):
        raise CleReutilisee(
            "Cette clé a déjà servi pour un autre contenu.",
            correction="Donnez une clé neuve à une demande neuve.",
        )
    body = row.body if isinstance(row.body, dict) else orjson.loads(row.body)
    return Answer(row.status, body, replayed=True)

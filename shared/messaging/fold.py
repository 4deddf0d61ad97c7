"""Folding the journals into a schema of its own, aside from the view that serves: for rebuilds and checks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import create_engine
from shared.messaging.checkpoints import standings
from shared.messaging.consumer import Consumer, Projections
from shared.messaging.source import Batch, JournalClient, Record

BATCH = 2000
CONSUMER_TABLES = frozenset({"checkpoint", "progress", "head", "dead_letter"})


@asynccontextmanager
async def fresh_schema(url: str, schema: str, tables: MetaData) -> AsyncIterator[AsyncEngine]:
    """Make a schema with empty copies of tables; give an engine whose statements fall in it.

    ``url`` is that of a role that may create schemas. A schema of this name left by a dead run is dropped.
    """
    engine = create_engine(url, application=f"fold-{schema}", schema=schema, pool_size=4)
    try:
        async with engine.begin() as conn:
            await conn.execute(text(f"drop schema if exists {schema} cascade"))
            await conn.execute(text(f"create schema {schema}"))
            await conn.execution_options(schema_translate_map={tables.schema: schema})
            await conn.run_sync(tables.create_all)
        yield engine
    finally:
        await engine.dispose()


async def drop_schema(engine: AsyncEngine, schema: str) -> None:
    """Drop a schema and all it holds."""
    async with engine.begin() as conn:
        await conn.execute(text(f"drop schema if exists {schema} cascade"))


async def fold(
    engine: AsyncEngine,
    projections: Projections,
    journals: JournalClient,
    upto: Mapping[str, int | None],
) -> dict[str, int]:
    """Apply journals to the view behind ``engine``, from where it stands.

    Parameters
    ----------
    upto
        Last position to apply for each source, included; None for all that the journal holds.

    Returns
    -------
    dict
        The position reached, by source.
    """
    consumer = Consumer(engine, projections, journals)
    async with engine.connect() as conn:
        stands = await standings(conn, projections.view)
    reached = {name: stands[name].position if name in stands else 0 for name in upto}
    for service, end in upto.items():
        async with aclosing(_batches(journals, service, reached[service], end)) as batches:
            async for batch in batches:
                await consumer.apply(batch)
                reached[service] = batch.next_offset - 1
    return reached


async def _batches(
    journals: JournalClient, service: str, position: int, end: int | None
) -> AsyncGenerator[Batch, None]:
    """Yield what follows a position, each batch read while the one before is applied."""

    async def read(after: int) -> tuple[str, list[Record]]:
        limit = BATCH if end is None else min(BATCH, end - after)
        return await journals.after(service, after, limit=limit) if limit > 0 else ("", [])

    coming = asyncio.create_task(read(position))
    try:
        while True:
            journal_id, records = await coming
            if not records:
                return
            following = records[-1].offset
            coming = asyncio.create_task(read(following))
            yield Batch(service, 0, f"journal:{journal_id}", tuple(records), following + 1)
    finally:
        coming.cancel()


async def digests(conn: AsyncConnection, tables: MetaData) -> dict[str, tuple[int, str]]:
    """Return, for each table of a view, its number of rows and a digest that no order of rows changes."""
    found = {}
    for table in tables.sorted_tables:
        columns = ", ".join(f't."{c.name}"' for c in table.c if c.name not in ("applied_at", "event_at"))
        if table.name in CONSUMER_TABLES - {"head"}:
            continue
        row = (
            await conn.execute(
                text(
                    f"select count(*) as n, coalesce(sum(hashtextextended(row({columns})::text, 0)::numeric), 0) as d "  # noqa: S608 # our own names
                    f"from {table.name} t"
                )
            )
        ).one()
        found[table.name] = (int(row.n), str(row.d))
    return found

"""Deciding lines for real, and writing nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.errors import BusinessError
from shared.writing import Line, Nature, Outcome, Writer, WriteTables, write_batch


async def try_batch(
    engine: AsyncEngine,
    tables: WriteTables,
    nature: Nature[Any, Any],
    lines: Sequence[Line | BusinessError],
    writer: Writer,
) -> list[Outcome]:
    """Decide lines as ``write_batch`` would, constraints included, then take everything back.

    Each line sees what those before it in ``lines`` would have written; those of an earlier call left nothing.

    Raises
    ------
    EcrituresConcurrentes
        Five attempts met other writers.
    """
    outcomes: list[Outcome] = []
    async with engine.connect() as conn, conn.begin() as transaction:

        @asynccontextmanager
        async def savepoint() -> AsyncIterator[AsyncConnection]:
            async with conn.begin_nested():
                yield conn

        while len(outcomes) < len(lines):
            taken, _ = await write_batch(savepoint, tables, nature, lines[len(outcomes) :], writer)
            outcomes += taken
        await transaction.rollback()
    return outcomes

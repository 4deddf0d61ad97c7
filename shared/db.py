"""Engines, and the one statement by which a write leaves: state, journal, queue, references, audit together."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.elements import TextClause

from shared.messaging import journal
from shared.messaging.journal import Author, NewFact

POOL_SIZE = 5
STATEMENT_TIMEOUT_MS = 30_000


def create_engine(
    url: str,
    *,
    application: str,
    pool_size: int = POOL_SIZE,
    schema: str | None = None,
    by_key: bool = False,
) -> AsyncEngine:
    """Return an engine on a PostgreSQL URL (any of ``postgresql://`` and ``postgresql+asyncpg://``).

    ``schema`` puts a schema first in the search path of every connection. ``by_key`` is for processes whose
    statements all find rows by key: they never scan a table, whatever PostgreSQL believes of its size (a
    plan made on an empty table would last through a whole first load).
    """
    settings = {
        "application_name": application,
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": "15000",
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
        "jit": "off",
    }
    if by_key:
        settings |= dict.fromkeys(("enable_seqscan", "enable_hashjoin", "enable_mergejoin"), "off")
    if schema:
        settings["search_path"] = f"{schema},public"
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_timeout=10,
        connect_args={"server_settings": settings, "command_timeout": 40, "timeout": 10},
    )


Rows = Mapping[Table, Sequence[Mapping[str, Any]]]


class StaleVersion(Exception):
    """A row changed between its reading and its writing: the whole write is to be played again."""


async def write(
    conn: AsyncConnection, rows: Rows, facts: Sequence[NewFact] = (), author: Author | None = None
) -> list[int]:
    """Write rows and facts in one statement, in the caller's transaction.

    A table with a ``version`` column is written by key: a new row is inserted, a known one replaced if the
    stored version is the one just before. Other tables only receive new rows.

    Returns
    -------
    list of int
        The ``seq`` of the facts, in order.

    Raises
    ------
    StaleVersion
        Somebody else wrote one of the rows first.
    sqlalchemy.exc.IntegrityError
        A constraint refuses a row; its name tells which rule.
    """
    tables = [table for table in rows if rows[table]]
    if not tables and not facts:
        return []
    parameters: dict[str, Any] = {
        f"rows_{n}": orjson.dumps(rows[table], default=_encode).decode() for n, table in enumerate(tables)
    }
    if facts:
        if author is None:
            raise ValueError("facts have an author")
        parameters |= journal.insert_parameters(facts, author)
    columns = tuple((table, tuple(rows[table][0])) for table in tables)
    result = (await conn.execute(_statement(columns, with_facts=bool(facts)), parameters)).one()
    for n, table in enumerate(tables):
        if result[n] != len(rows[table]):
            raise StaleVersion(table.name)
    return list(result.seqs or []) if facts else []


@cache
def _statement(tables: tuple[tuple[Table, tuple[str, ...]], ...], *, with_facts: bool) -> TextClause:
    parts = [_write_table(table, columns, n) for n, (table, columns) in enumerate(tables)]
    counts = [f"(select count(*) from written_{n})" for n in range(len(tables))]  # noqa: S608 # a number
    if with_facts:
        parts.append(journal.INSERT)
        counts.append("(select array_agg(seq order by seq) from pending) as seqs")
    return text(f"with {', '.join(parts)} select {', '.join(counts)}")


def _write_table(table: Table, columns: Sequence[str], n: int) -> str:
    """Return the part that writes one table from a JSON array of rows (names come from our own tables)."""
    names = ", ".join(f'"{c}"' for c in columns)
    conflict = ""
    if "version" in table.c:
        keys = [c.name for c in table.primary_key]
        changes = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
        conflict = (
            f"on conflict ({', '.join(keys)}) do update set {changes} "
            f"where {table.name}.version = excluded.version - 1"
        )
    return (
        f"written_{n} as (insert into {table.name} ({names}) "  # noqa: S608 # no value enters the text
        f"select {names} from json_populate_recordset(null::{table.name}, cast(:rows_{n} as json)) "
        f"{conflict} returning 1)"
    )


def _encode(value: object) -> object:
    if isinstance(value, Decimal | UUID):  # asyncpg's UUID is a subclass that orjson does not know
        return str(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(type(value).__name__)


def group_rows(changes: Iterable[tuple[Table, Mapping[str, Any]]]) -> dict[Table, list[Mapping[str, Any]]]:
    """Gather rows by table, keeping their order."""
    grouped: dict[Table, list[Mapping[str, Any]]] = {}
    for table, row in changes:
        grouped.setdefault(table, []).append(row)
    return grouped


async def upsert(conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or replace those of the same primary key; of two rows with one key, the last wins.

    For reading tables: what writes them already knows that the rows are newer.
    """
    keys = [column.name for column in table.primary_key]
    last = {tuple(row[key] for key in keys): row for row in rows}
    if not last:
        return
    columns = tuple(rows[0])
    encoded = orjson.dumps(list(last.values()), default=_encode).decode()
    await conn.execute(_upsert_statement(table, columns), {"rows": encoded})


@cache
def _upsert_statement(table: Table, columns: tuple[str, ...]) -> TextClause:
    names = ", ".join(f'"{c}"' for c in columns)
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
    return text(
        f"insert into {table.name} ({names}) "  # noqa: S608 # no value enters the text
        f"select {names} from json_populate_recordset(null::{table.name}, cast(:rows as json)) "
        f"on conflict ({', '.join(keys)}) do " + (f"update set {changes}" if changes else "nothing")
    )

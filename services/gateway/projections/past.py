"""Keeping what a view held, so that a reader may ask what was known on a day.

A row that a later fact replaces is kept with the days it was known on; facts known the same day replace one
another without a trace, as the day is the grain of the question.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.consumer import Received

KEEP = """
    insert into passe (vue, cle, connu_du, connu_avant, ligne)
    select '{vue}', t.{cle}, t.{known}, u.connu, {ligne}
    from {table} t join unnest(cast(:cles as uuid[]), cast(:connus as date[])) as u(cle, connu) on u.cle = t.{cle}
    where t.{known} < u.connu
    on conflict (vue, cle, connu_du, connu_avant) do update set ligne = excluded.ligne
"""
ROW = "to_jsonb(t)::json"
"""Names in one order, whatever that of the columns: a table that grew by migrations has another than a new one."""
HOURS = """
    (select coalesce(jsonb_agg(to_jsonb(h) order by h.annexe), '[]')::json from heures h
     where h.declaration_id = t.declaration_id)
"""


def rounds(events: Sequence[Received]) -> Iterator[list[Received]]:
    """Split a batch so that no key comes twice in a part, in order: each version replaces the one before."""
    parts: list[list[Received]] = []
    seen: dict[UUID, int] = {}
    for event in events:
        rank = seen.get(event.envelope.key, 0)
        seen[event.envelope.key] = rank + 1
        if rank == len(parts):
            parts.append([])
        parts[rank].append(event)
    yield from parts


async def keep_rows(
    conn: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]], known: str = "known_on"
) -> None:
    """Keep the rows of a view that these ones are about to replace; each key comes once.

    Parameters
    ----------
    known
        Column of the day from which a row was known; a row where it is null is not kept.
    """
    (cle,) = (column.name for column in table.primary_key)
    await _keep(
        conn,
        {(row[cle], row["known_on"]) for row in rows},
        vue=table.name,
        table=table.name,
        cle=cle,
        known=known,
        ligne=ROW,
    )


async def keep_declarations(conn: AsyncConnection, last: Iterable[Received]) -> None:
    """Keep the declarations that corrections replace, with their hours."""
    days = {(event.envelope.key, event.envelope.known_on) for event in last}
    one = {"table": "declaration", "cle": "declaration_id", "known": "known_on"}
    await _keep(conn, days, vue="declaration", ligne=ROW, **one)
    await _keep(conn, days, vue="heures", ligne=HOURS, **one)


async def _keep(conn: AsyncConnection, days: set[tuple[UUID, date]], **names: str) -> None:
    statement = text(KEEP.format(**names))
    ordered = sorted(days)
    await conn.execute(statement, {"cles": [d[0] for d in ordered], "connus": [d[1] for d in ordered]})

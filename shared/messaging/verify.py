"""Continuous checks of a journal and of a view, without stopping anything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.messaging.consumer import Projections
from shared.messaging.fold import CONSUMER_TABLES, digests, drop_schema, fold, fresh_schema
from shared.messaging.sequencer import GENESIS, next_digest
from shared.messaging.source import JournalClient

PAGE = 5000

CHAIN = text("""
    select p.position, p.digest, p.ordered_at, j.id, j.key, j.version, j.type, j.data::text as data, j.private_sha
    from journal_position p join journal j using (seq)
    where p.position > :after order by p.position limit :limit
""")
VERSIONS = text("""
    select key, count(*) as n, max(version) as last from journal group by key having count(*) <> max(version) limit 5
""")
UNPLACED = text("""
    select count(*) from journal j
    where not exists (select 1 from journal_position p where p.seq = j.seq)
      and not exists (select 1 from journal_pending q where q.seq = j.seq)
""")
ORDER = text("""
    select count(*) from (
        select j.version, lag(j.version) over (partition by j.key order by p.position) as before
        from journal_position p join journal j using (seq)
    ) v where before is not null and version <> before + 1
""")
PENDING = text("select count(*) from journal_pending")
DEAD = text("select count(*) from dead_letter where view = :view and resolved_at is null")
APPLIED = text(
    "select source, applied::text as applied, upper(applied) - 1 as position from progress where view = :view"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: ``fault`` is empty when all is well; ``detail`` says how much was seen."""

    subject: str
    detail: str
    fault: str = ""


async def verify_journal(engine: AsyncEngine) -> list[Finding]:
    """Check positions, digests, versions and the queue of a journal, in one snapshot."""
    async with _snapshot(engine) as conn:
        count, fault = await _chain(conn)
        findings = [Finding("rangs continus et empreintes", f"{count} événements", fault)]
        broken = (await conn.execute(VERSIONS)).all()
        findings.append(
            Finding("versions 1..n par clé", "", f"{len(broken)} clés ou plus ont un trou" if broken else "")
        )
        unplaced = (await conn.execute(UNPLACED)).scalar_one()
        findings.append(
            Finding("aucun événement oublié", "", f"{unplaced} sans rang ni attente" if unplaced else "")
        )
        swapped = (await conn.execute(ORDER)).scalar_one()
        findings.append(Finding("ordre de chaque clé", "", f"{swapped} inversions" if swapped else ""))
        pending = (await conn.execute(PENDING)).scalar_one()
        findings.append(Finding("file de l'ordonnanceur", f"{pending} en attente"))
    return findings


async def _chain(conn: AsyncConnection) -> tuple[int, str]:
    digest, position, before = GENESIS, 0, None
    while True:
        rows = (await conn.execute(CHAIN, {"after": position, "limit": PAGE})).all()
        for row in rows:
            position += 1
            if row.position != position:
                return position - 1, f"le rang {position} manque"
            digest = next_digest(digest, position, row)
            if digest != bytes(row.digest):
                return position, f"l'empreinte du rang {position} est fausse"
            if before is not None and row.ordered_at < before:
                return position, f"le temps recule au rang {position}"
            before = row.ordered_at
        if len(rows) < PAGE:
            return position, ""


async def verify_states(engine: AsyncEngine, tables: MetaData) -> list[Finding]:
    """Check that the version of each aggregate row is that of its last event."""
    findings = []
    async with _snapshot(engine) as conn:
        for table in tables.sorted_tables:
            if "version" not in table.c or "id" not in table.c or table.name in _NOT_STATES:
                continue
            query = (
                f"select count(*) as n, count(*) filter (where j.last is distinct from t.version) as bad "  # noqa: S608 # our own names
                f"from {table.name} t left join (select key, max(version) as last from journal group by key) j "
                f"on j.key = t.id"
            )
            row = (await conn.execute(text(query))).one()
            fault = f"{row.bad} lignes diffèrent de leur journal" if row.bad else ""
            findings.append(Finding(f"état « {table.name} » = dernier événement", f"{row.n} lignes", fault))
    return findings


_NOT_STATES = CONSUMER_TABLES | {"journal", "import_job"}


async def verify_view(
    engine: AsyncEngine,
    owner_url: str,
    tables: MetaData,
    projections: Projections,
    journals: JournalClient,
) -> list[Finding]:
    """Check that a view equals the fold of the journals up to the very same positions.

    ``engine`` reads the view that serves; ``owner_url`` is that of a role that may create a schema.
    """
    upto, served, dead = await _served(engine, tables, projections.view)
    findings = [
        Finding("rebut", f"{dead} ouverts", f"{dead} événements attendent une reprise" if dead else "")
    ]
    schema = f"{tables.schema}_controle"
    async with fresh_schema(owner_url, schema, tables) as aside:
        reached = await fold(aside, projections, journals, upto)
        async with aside.connect() as conn:
            folded = await digests(conn, tables)
        await drop_schema(aside, schema)
    if reached != upto:
        findings.append(Finding("positions", str(reached), f"la vue en est à {upto}"))
    for name, (count, digest) in served.items():
        fault = (
            "" if folded[name] == (count, digest) else f"le repli des journaux donne {folded[name][0]} lignes"
        )
        findings.append(Finding(f"vue « {name} » = repli des journaux", f"{count} lignes", fault))
    return findings


class ViewMoving(RuntimeError):
    """Partitions of the view are at different positions: try again when they agree."""


async def _served(
    engine: AsyncEngine, tables: MetaData, view: str
) -> tuple[dict[str, int | None], dict[str, tuple[int, str]], int]:
    async with _snapshot(engine) as conn:
        rows = (await conn.execute(APPLIED, {"view": view})).all()
        if any(row.applied.count(",") > 1 for row in rows):
            raise ViewMoving(view)
        upto: dict[str, int | None] = {row.source: row.position or 0 for row in rows}
        return upto, await digests(conn, tables), (await conn.execute(DEAD, {"view": view})).scalar_one()


@asynccontextmanager
async def _snapshot(engine: AsyncEngine) -> AsyncIterator[Any]:
    async with engine.connect() as conn:
        await conn.execution_options(isolation_level="REPEATABLE READ")
        await conn.execute(text("set local statement_timeout = '10min'"))
        yield conn

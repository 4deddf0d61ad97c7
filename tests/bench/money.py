"""``python -m tests.bench.money``: the money of a whole region and year, computed again from the journals.

Every declaration of the journal of ``parcours`` goes through the handler of ``funding``, into tables of the session that
nobody else sees; then each annexe of the region is followed, as ``GET /v1/realisations`` does. Nothing is kept. The product
that ``IAE_STATE`` names must run, loaded.
"""

import asyncio
import sys
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.local.options import Options
from deploy.local.state import State
from services.funding.handlers import follow_declarations
from services.funding.queries.realisation import annexes_in_force
from services.funding.routes.suivi import RealisationView, realisations
from shared.contracts.envelope import Envelope
from shared.contracts.parcours import DeclarationRecue
from shared.db import create_engine
from shared.messaging.consumer import Received

DEPARTEMENTS = ("02", "59", "60", "62", "80")
ANNEE = 2017
BATCH = 500
READ = text("""
    select id, key, version, major, seq, occurred_at, known_on, correlation_id, causation_id, data::text as data
    from journal where type = :type order by seq
""")
ASIDE = ("heures_declarees", "version_declaration")


async def main() -> int:
    """Recompute, tell the seconds; return 1 when the figures are not those that the service holds."""
    running = State(Options.from_environment().state).running()
    assert running is not None, "no product runs there"
    urls = {
        name: running.environments[name]["IAE_MIGRATION_DATABASE_URL"] for name in ("parcours", "funding")
    }
    engines = {name: create_engine(url, application="bench") for name, url in urls.items()}
    started = time.perf_counter()
    events = await _declarations(engines["parcours"])
    read = time.perf_counter()
    async with engines["funding"].connect() as conn:
        held = await _follow(conn)
        before = time.perf_counter()
        for table in ASIDE:
            await conn.execute(
                text(f"create temp table {table} (like {table} including all)")
            )  # shadows the other
        for start in range(0, len(events), BATCH):
            await follow_declarations(conn, events[start : start + BATCH])
        await conn.execute(text("analyze heures_declarees"))
        folded = time.perf_counter()
        computed = await _follow(conn)
        ended = time.perf_counter()
        lines = (await conn.execute(text("select count(*) from heures_declarees"))).scalar_one()
    for engine in engines.values():
        await engine.dispose()
    etp = sum(view.etp_annuel for view in computed)
    steps = (read - started, folded - before, ended - folded)
    sys.stdout.write(
        f"{len(events)} declarations, {lines} hour lines, {len(computed)} annexes, {etp:.2f} ETP: {sum(steps):.1f} s "
        f"(journal read and decoded {steps[0]:.1f}, folded {steps[1]:.1f}, annexes followed {steps[2]:.1f})\n"
    )
    return int(computed != held)


async def _declarations(engine: AsyncEngine) -> list[Received]:
    """Return every declaration of the journal, decoded, in order."""
    async with engine.connect() as conn:
        rows = (await conn.execute(READ, {"type": DeclarationRecue.event_type()})).mappings().all()
    return [
        Received(
            Envelope(
                service="parcours", type=DeclarationRecue.event_type(), position=row["seq"],
                **{name: value for name, value in row.items() if name != "seq"},
            ),
            DeclarationRecue.model_validate_json(row["data"]),
        )
        for row in rows
    ]  # fmt: skip


async def _follow(conn: AsyncConnection) -> list[RealisationView]:
    rows = await annexes_in_force(conn, DEPARTEMENTS, ANNEE)
    return await realisations(conn, rows)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

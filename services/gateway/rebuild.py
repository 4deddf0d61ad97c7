"""Rebuilding every view from the journals, aside, then taking the place of the one that serves.

``python -m services.gateway.rebuild``. Readers see the old view until the very transaction that swaps them;
the swap waits for the new view to hold at least what the old one holds.
"""

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.tables import SCHEMA, vues
from services.gateway.views import VIEW, projections
from shared.contracts.topics import SERVICES
from shared.db import create_engine
from shared.messaging.checkpoints import standings
from shared.messaging.commands import show
from shared.messaging.fold import fold, fresh_schema
from shared.messaging.source import JournalClient
from shared.messaging.verify import ViewMoving, verify_view
from shared.settings import Settings
from shared.work import spare_collector
from shared.worker import journal_client

NEXT, FORMER = f"{SCHEMA}_suivant", f"{SCHEMA}_precedent"
ATTEMPTS = 20


def owner_url() -> str:
    """Return the URL of the role that owns the views.

    Raises
    ------
    KeyError
        ``IAE_MIGRATION_DATABASE_URL`` is missing.
    """
    return os.environ["IAE_MIGRATION_DATABASE_URL"]


async def rebuild(url: str, journals: JournalClient) -> dict[str, int]:
    """Rebuild all views and swap; return the positions reached.

    ``url`` is that of the owner of the schema of the views.
    """
    async with fresh_schema(url, NEXT, vues) as aside:
        while True:
            reached = await fold(aside, projections, journals, dict.fromkeys(SERVICES))
            if await _swap(aside, reached):
                return reached


async def _swap(engine: AsyncEngine, reached: dict[str, int]) -> bool:
    """Take the place of the view that serves, unless it moved ahead; tell whether it was done."""
    async with engine.begin() as conn:
        await conn.execute(text(f"lock table {SCHEMA}.progress, {SCHEMA}.checkpoint in exclusive mode"))
        await conn.execute(text(f"set local search_path = {SCHEMA}"))
        served = await standings(conn, VIEW)
        if any(stand.position > reached[name] for name, stand in served.items()):
            return False
        for statement in (
            f"drop schema if exists {FORMER} cascade",
            f"alter schema {SCHEMA} rename to {FORMER}",
            f"alter schema {NEXT} rename to {SCHEMA}",
            f"grant usage on schema {SCHEMA} to gateway_appli",
            f"grant select, insert, update, delete on all tables in schema {SCHEMA} to gateway_appli",
            f"analyze {', '.join(f'{SCHEMA}.{table.name}' for table in vues.sorted_tables)}",
        ):
            await conn.execute(text(statement))
    return True


async def verify(settings: Settings) -> int:
    """Check that the views equal the fold of the journals; return 0 when they do."""
    print("gateway :")  # noqa: T201 # a command speaks
    async with AsyncExitStack() as stack:
        engine = create_engine(
            settings.service_database_url, application="verify", pool_size=1, schema=SCHEMA
        )
        stack.push_async_callback(engine.dispose)
        journals = await journal_client("gateway", settings, stack)
        for _ in range(ATTEMPTS):
            try:
                return show(await verify_view(engine, owner_url(), vues, projections, journals))
            except ViewMoving:
                await asyncio.sleep(0.5)
    print("  ✗ les vues bougent sans cesse : relancez au calme")  # noqa: T201 # idem
    return 1


async def main() -> int:
    """Rebuild and say how long it took."""
    spare_collector()
    settings = Settings()
    async with AsyncExitStack() as stack:
        journals = await journal_client("gateway", settings, stack)
        started = time.perf_counter()
        reached = await rebuild(owner_url(), journals)
    print(f"Vues reconstruites en {time.perf_counter() - started:.1f} s : {reached}")  # noqa: T201 # idem
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""Commands of the people who run the bus: ``python -m shared.messaging.commands <verb> …``.

``verify SERVICE`` checks a journal and the states it explains; ``republish SERVICE`` publishes a journal
again on Kafka, always from position 1 (a start in the middle would put versions before their predecessors);
``replay SERVICE KEY`` applies again the events of a key set aside, once the code or the data is mended.
"""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import create_engine
from shared.messaging.checkpoints import Checkpoints, Head
from shared.messaging.consumer import Consumer, Projections
from shared.messaging.source import JournalClient
from shared.messaging.verify import Finding, verify_journal, verify_states
from shared.settings import Settings
from shared.worker import journal_client

REPUBLISH = text("update relay_cursor set position = 0 where name = 'kafka'")
SET_ASIDE = text("""
    select source, max(version) as last from dead_letter
    where view = :view and key = :key and resolved_at is null group by source
""")
RESOLVE = text("""
    update dead_letter set resolved_at = now() where view = :view and key = :key and resolved_at is null
""")


def tables_of(name: str) -> MetaData:
    """Return the tables of a service by its name."""
    metadata: MetaData = importlib.import_module(f"services.{name}.tables").metadata
    return metadata


def projections_of(name: str) -> tuple[Projections, str | None]:
    """Return the projections of a reader by its name, and the schema of its view."""
    if name == "gateway":
        return importlib.import_module("services.gateway.views").projections, "vues"
    return importlib.import_module(f"services.{name}.handlers").projections, None


def show(findings: Sequence[Finding]) -> int:
    """Print findings; return 0 when all is well, 1 otherwise."""
    for finding in findings:
        mark = "✗" if finding.fault else "✓"
        told = " — ".join(part for part in (finding.subject, finding.detail, finding.fault) if part)
        print(f"  {mark} {told}")  # noqa: T201 # a command speaks
    return int(any(finding.fault for finding in findings))


async def verify(name: str, settings: Settings) -> int:
    """Check the journal of a service and the states it explains."""
    print(f"{name} :")  # noqa: T201 # a command speaks
    engine = create_engine(settings.service_database_url, application="verify", pool_size=2)
    try:
        findings = await verify_journal(engine)
        findings += await verify_states(engine, tables_of(name))
    finally:
        await engine.dispose()
    return show(findings)


async def republish(settings: Settings) -> int:
    """Make the relay of a service publish its journal again, from position 1."""
    if settings.relay_database_url is None:
        raise ValueError("IAE_RELAY_DATABASE_URL is missing")
    engine = create_engine(settings.relay_database_url, application="republish", pool_size=1)
    try:
        async with engine.begin() as conn:
            await conn.execute(REPUBLISH)
    finally:
        await engine.dispose()
    print("Le journal repart du rang 1 ; les lecteurs ignorent ce qu'ils ont déjà.")  # noqa: T201 # idem
    return 0


async def replay(engine: AsyncEngine, projections: Projections, journals: JournalClient, key: UUID) -> int:
    """Apply again, in order, the events of a key in quarantine; all of them or none.

    Returns
    -------
    int
        How many events were applied.
    """
    consumer = Consumer(engine, projections, journals)
    points = Checkpoints(projections.view)
    applied = 0
    async with engine.begin() as conn:
        where = {"view": projections.view, "key": key}
        for row in (await conn.execute(SET_ASIDE, where)).all():
            head = (await points.heads(conn, [key])).get(key, Head())
            envelopes = await journals.versions(row.source, key, head.version + 1, row.last)
            received = [event for event in map(consumer.decode, envelopes) if event]
            await projections.apply(conn, received)
            await points.write_heads(conn, {key: Head(envelopes[-1].version if envelopes else head.version)})
            applied += len(envelopes)
        await conn.execute(RESOLVE, where)
    return applied


async def replay_command(name: str, key: UUID, settings: Settings) -> int:
    """Replay a key in the view of a service or of the gateway."""
    projections, schema = projections_of(name)
    async with AsyncExitStack() as stack:
        engine = create_engine(
            settings.service_database_url, application="replay", pool_size=2, schema=schema
        )
        stack.push_async_callback(engine.dispose)
        journals = await journal_client(name, settings, stack)
        count = await replay(engine, projections, journals, key)
    print(f"{count} événements rejoués.")  # noqa: T201 # a command speaks
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run a command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared.messaging.commands")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("verify", "republish", "replay"):
        verbs.add_parser(verb).add_argument("service")
    verbs.choices["replay"].add_argument("key", type=UUID)
    given = parser.parse_args(arguments)
    settings = Settings()
    if given.verb == "verify":
        if given.service == "gateway":
            return int(asyncio.run(importlib.import_module("services.gateway.rebuild").verify(settings)))
        return asyncio.run(verify(given.service, settings))
    if given.verb == "republish":
        return asyncio.run(republish(settings))
    return asyncio.run(replay_command(given.service, given.key, settings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

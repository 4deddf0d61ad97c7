"""What must hold at the end of a campaign, whatever happened during it."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.tables import SCHEMA, vues
from shared.access.scopes import Scope
from shared.db import create_engine
from shared.messaging.checkpoints import standings
from shared.messaging.commands import projections_of, tables_of
from shared.messaging.consumer import Projections
from shared.messaging.fold import CONSUMER_TABLES
from shared.messaging.source import JournalClient
from shared.messaging.verify import Finding, ViewMoving, verify_journal, verify_states, verify_view
from tests.bus.topic import Topic
from tests.faults.acts import Acts
from tests.faults.load import MARKER, bearer
from tests.faults.platform import KAFKA, Platform

READING_TABLES = {
    "structures": ("annexe",),
    "parcours": ("structure", "annexe"),
    "funding": ("structure", "heures_declarees"),
}
READING_SCHEMA = "lecture"
# What one acknowledged act of a kind writes: type of fact, and how many.
FACTS = {
    "structures": "fr.iae.structures.structure.enregistree",
    "imports": "fr.iae.structures.structure.enregistree",
    "conventions": "fr.iae.structures.convention.signee",
    "candidatures": "fr.iae.parcours.candidature.envoyee",
    "decisions": "fr.iae.parcours.candidature.decidee",
    "declarations": "fr.iae.parcours.declaration.recue",
    "marches": "fr.iae.funding.marche.enregistre",
}
STATE = text("""
    select (select position from relay_cursor where name = 'sequence') as sequenced,
           (select position from relay_cursor where name = 'kafka') as published,
           (select count(*) from journal_pending) as pending,
           (select count(*) from import_job where state = 'EN_COURS') as jobs
""")
HELD = text("select type, key, version from journal")
KEYS = text("select key from idempotency group by client_id, route, key having count(*) > 1")
TABLES = text("""
    select table_schema || '."' || table_name || '"' from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
""")


class Inspection:
    """Looks at the stores of a platform from the side, as the owner of each database."""

    def __init__(self, platform: Platform, acts: Acts, bus: str) -> None:
        self._platform = platform
        self._acts = acts
        self._bus = bus
        self._engines = {
            name: create_engine(urls.migration, application="inspection", pool_size=2, schema=_schema(name))
            for name, urls in platform.databases.items()
            if name in platform.cast.services
        }
        self.figures: Counter[str] = Counter()

    @property
    def publishers(self) -> list[str]:
        """The services of the cast that own a journal."""
        return [name for name in self._engines if name != "gateway"]

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            await engine.dispose()

    async def settled(self) -> str:
        """Say what is not at rest yet; nothing once all that was written is everywhere."""
        positions = {}
        for name in self.publishers:
            async with self._engines[name].connect() as conn:
                row = (await conn.execute(STATE)).one()
            positions[name] = row.sequenced
            if row.pending or row.jobs:
                return f"{name}: {row.pending} events wait, {row.jobs} imports run"
            if self._bus == KAFKA and row.published != row.sequenced:
                return f"{name}: {row.published} published of {row.sequenced}"
        for name, engine in self._engines.items():
            view, _ = projections_of(name)
            async with engine.connect() as conn:
                stands = await standings(conn, view.view)
            for source in set(view.services) & set(positions):
                reached = stands[source].position if source in stands else 0
                if reached != positions[source]:
                    return f"{name}: {reached} of {positions[source]} of {source}"
        return ""

    async def check(self) -> list[str]:
        """Return what is broken, by number of invariant."""
        broken = [f"1 or 2, {fault}" for fault in self._acts.broken[:5]]
        broken += [f"1, {fault}" for fault in await self._writes()]
        for name in self.publishers:
            engine = self._engines[name]
            findings = await verify_journal(engine) + await verify_states(engine, tables_of(name))
            broken += [f"3, {name}: {finding}" for finding in _faults(findings)]
            self.figures["events"] += await _scalar(engine, "select count(*) from journal_position")
        if self._bus == KAFKA:
            for name in self.publishers:
                broken += [f"4, {name}: {fault}" for fault in await self._topic(name)]
        broken += [f"5, {fault}" for fault in await self._views()]
        broken += [f"7, {fault}" for fault in await self._personal()]
        return broken

    async def _writes(self) -> list[str]:
        """Every acknowledged write is there once; nothing else is."""
        held: Counter[tuple[UUID, int]] = Counter()
        types: Counter[str] = Counter()
        for name in self.publishers:
            async with self._engines[name].connect() as conn:
                for row in await conn.execute(HELD):
                    held[row.key, row.version] += 1
                    types[row.type] += 1
                if (await conn.execute(KEYS)).first():
                    return [f"{name}: a key has two answers"]
        acknowledged = self._acts.acknowledged()
        self.figures["acknowledged"] = len(acknowledged)
        self.figures["unknown"] = len(self._acts.unknown())
        lost = [a for a in acknowledged if a.kind != "imports" and not held[UUID(a.identity), a.version]]
        broken = [f"{act.kind} {act.identity} v{act.version} is lost" for act in lost[:5]]
        for fact in set(FACTS.values()):
            kinds = [kind for kind, written in FACTS.items() if written == fact]
            sure = sum(a.lines for kind in kinds for a in self._acts.acknowledged(kind))
            maybe = sum(a.lines for kind in kinds for a in self._acts.unknown(kind) if not a.refused)
            if not sure <= types[fact] <= sure + maybe:
                broken.append(f"{types[fact]} × {fact}, acknowledged {sure}, unknown {maybe}")
        return broken

    async def _topic(self, service: str) -> list[str]:
        """First passages of each key are 1, 2, 3… and every position is there."""
        assert self._platform.broker is not None
        topic = Topic(self._platform.broker.bootstrap, "iae", service)
        last: dict[UUID, int] = {}
        positions: set[int] = set()
        broken = []
        for envelope in await topic.envelopes():
            before = last.get(envelope.key, 0)
            if envelope.version > before + 1:
                broken.append(f"version {envelope.version} of {envelope.key} comes after {before}")
            self.figures["duplicates"] += envelope.version <= before
            last[envelope.key] = max(before, envelope.version)
            positions.add(envelope.position)
        count = await _scalar(self._engines[service], "select count(*) from journal_position")
        if len(positions) != count:
            broken.append(f"{len(positions)} positions in the topic, {count} in the journal")
        return broken[:5]

    async def _views(self) -> list[str]:
        """Every view equals the fold of the journals up to the same positions."""
        platform = self._platform
        header = bearer(platform, "service-gateway", (Scope.JOURNAL_LECTURE,)).removeprefix("Bearer ")

        async def token() -> str:
            return header

        urls = {name: platform.url(name) for name in self.publishers}
        broken = []
        async with httpx.AsyncClient(timeout=30) as client:
            journals = JournalClient(urls, token, client)
            for name, engine in self._engines.items():
                view, _ = projections_of(name)
                tables = vues if name == "gateway" else _reading_tables(name)
                owner = platform.databases[name].migration
                broken += [
                    f"{name}: {fault}" for fault in await _check_view(engine, owner, tables, view, journals)
                ]
        return broken

    async def _personal(self) -> list[str]:
        """The name of no person is readable in a database, a topic or a log."""
        broken = []
        for name, engine in self._engines.items():
            async with engine.connect() as conn:
                for table in (await conn.execute(TABLES)).scalars().all():
                    where = f"select count(*) from {table} t where t::text like '%{MARKER}%'"
                    if await _scalar(engine, where):
                        broken.append(f"a name is readable in {table} of {name}")
        logs = self._platform.folder.rglob("*.log")
        broken += [f"a name is readable in {path.name}" for path in logs if _contains(path)]
        if self._bus == KAFKA:
            for service in self.publishers:
                assert self._platform.broker is not None
                topic = Topic(self._platform.broker.bootstrap, "iae", service)
                if any(MARKER.encode() in (record.value or b"") for record in await topic.records()):
                    broken.append(f"a name is readable in the topic of {service}")
        return broken


async def _check_view(
    engine: AsyncEngine, owner: str, tables: MetaData, view: Projections, journals: JournalClient
) -> list[str]:
    try:
        return _faults(await verify_view(engine, owner, tables, view, journals))
    except ViewMoving:
        return ["some positions are missing in the middle"]


def _faults(findings: list[Finding]) -> list[str]:
    return [f"{finding.subject}: {finding.fault}" for finding in findings if finding.fault]


def _reading_tables(service: str) -> MetaData:
    """Return the tables that a service fills from the others, apart from those it owns."""
    wanted = (*READING_TABLES[service], *CONSUMER_TABLES)
    apart = MetaData(schema=READING_SCHEMA)
    for table in tables_of(service).sorted_tables:
        if table.name in wanted:
            table.to_metadata(apart, schema=READING_SCHEMA)
    return apart


def _schema(name: str) -> str | None:
    return SCHEMA if name == "gateway" else None


def _contains(path: Path) -> bool:
    with path.open("rb") as file:
        return any(MARKER.encode() in line for line in file)


async def _scalar(engine: AsyncEngine, query: str) -> int:
    async with engine.connect() as conn:
        return int((await conn.execute(text(query))).scalar_one())

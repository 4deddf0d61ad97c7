"""The runner of imports: killed anywhere, doubled, or met by a line that our own code cannot take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.databases import Urls
from services.structures.commands.structure import STRUCTURES
from services.structures.service import SERVICE
from shared.db import create_engine
from shared.imports.runner import ImportRunner, JobRun
from shared.service import create_service_app
from tests.conftest import SettingsOf, client_of
from tests.factories.imports import Importer, make_import_service, make_line, ndjson
from tests.factories.tokens import bearer

LINES = [make_line(n) for n in range(1, 41)]
LINES[6] = make_line(3, reference="S7")  # taken by a line of another batch
LINES[11] = make_line(11, reference="S12")  # taken by a line of its own batch
LINES[20] = make_line(21, code_insee="00000")
LINES[30] = make_line(1)  # sent twice
COUNTS = {"done": 40, "accepted": 36, "received_before": 1, "refused": 3}


@pytest.fixture
async def engine(urls: Urls) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(urls.appli, application="test-runner", pool_size=10)
    yield engine
    await engine.dispose()


@pytest.fixture
async def idle_importer(
    urls: Urls, settings_of: SettingsOf, secrets_dir: Path, engine: AsyncEngine
) -> AsyncIterator[Importer]:
    """An application that is never started, so that the tests alone run the jobs."""
    app = create_service_app(SERVICE, settings_of(urls))
    app.state.engine = engine
    app.state.imports = make_import_service(engine)
    app.state.import_runner = ImportRunner(app.state.imports)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Importer(client, engine, bearer(secrets_dir))


async def job_row(engine: AsyncEngine, job_id: str) -> dict[str, Any]:
    async with engine.connect() as conn:
        rows = await conn.execute(text("select * from import_job where id = :id"), {"id": UUID(job_id)})
        return dict(rows.mappings().one())


async def check_counts(engine: AsyncEngine, job_id: str) -> None:
    """The job is over and its counts are those of the tables."""
    job = await job_row(engine, job_id)
    assert job["state"] == "TERMINE"
    assert {name: job[name] for name in COUNTS} == COUNTS
    counts = {
        "structure": COUNTS["accepted"],
        "journal": COUNTS["accepted"],
        "journal_pending": COUNTS["accepted"],
        "line_reference": COUNTS["accepted"],
        "import_refusal": COUNTS["refused"],
        "import_part": 0,
    }
    async with engine.connect() as conn:
        for table, expected in counts.items():
            assert (await conn.execute(text(f"select count(*) from {table}"))).scalar_one() == expected, table
        last = (await conn.execute(text("select max(seq) from journal"))).scalar_one()
    assert job["last_seq"] == last


async def test_a_job_whose_runner_is_killed_at_each_statement_in_turn_keeps_exact_counts(
    idle_importer: Importer, engine: AsyncEngine
) -> None:
    job_id = (await idle_importer.post(ndjson(LINES))).json()["id"]
    service = make_import_service(engine, batch=10)
    deaths = 0
    while (await job_row(engine, job_id))["state"] == "EN_COURS":
        deaths += 1
        statements = 0
        run = asyncio.create_task(ImportRunner(service).turn())

        def kill(*_: object, run: "asyncio.Task[float]" = run, last: int = deaths) -> None:
            nonlocal statements
            statements += 1
            if statements == last:
                run.cancel()

        event.listen(engine.sync_engine, "before_cursor_execute", kill)
        with suppress(asyncio.CancelledError):
            await run
        event.remove(engine.sync_engine, "before_cursor_execute", kill)
    assert deaths > 10
    await check_counts(engine, job_id)


async def test_an_application_stopped_in_the_middle_is_taken_over_by_the_next(
    urls: Urls, settings_of: SettingsOf, secrets_dir: Path, engine: AsyncEngine
) -> None:
    headers = bearer(secrets_dir)
    lines = [make_line(n) for n in range(2500)]
    async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
        job_id = (await Importer(client, engine, headers).post(ndjson(lines))).json()["id"]
        async with asyncio.timeout(30):
            while not (await job_row(engine, job_id))["done"]:  # the condition is in a database
                await asyncio.sleep(0.01)
    assert (await job_row(engine, job_id))["done"] < 2500
    async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
        job, _ = await Importer(client, engine, headers).follow(job_id)
    assert (job["acceptees"], job["refusees"], job["deja_recues"]) == (2500, 0, 0)


async def test_two_runners_share_the_jobs_of_one_database(
    idle_importer: Importer, engine: AsyncEngine
) -> None:
    bodies = [ndjson(make_line(100 * j + n, reference=f"J{j}-{n}") for n in range(60)) for j in range(6)]
    job_ids = [(await idle_importer.post(body)).json()["id"] for body in bodies]
    services = [make_import_service(engine, batch=20) for _ in range(2)]
    runners = [asyncio.create_task(ImportRunner(service).run()) for service in services]
    async with asyncio.timeout(30):
        while {(await job_row(engine, j))["state"] for j in job_ids} != {"TERMINE"}:  # idem
            await asyncio.sleep(0.02)
    for runner in runners:
        runner.cancel()
    await asyncio.gather(*runners, return_exceptions=True)
    for job_id in job_ids:
        job = await job_row(engine, job_id)
        assert (job["done"], job["accepted"], job["refused"]) == (60, 60, 0)
    assert await idle_importer.scalar("select count(*) from structure") == 360


async def test_two_runs_of_one_job_do_not_count_twice(idle_importer: Importer, engine: AsyncEngine) -> None:
    """A runner that lost its lock without knowing goes on while another starts: versions tell them apart."""
    job_id = (await idle_importer.post(ndjson(LINES))).json()["id"]
    service = make_import_service(engine, batch=10)
    async with asyncio.timeout(60):
        while (await job_row(engine, job_id))["state"] == "EN_COURS":
            await asyncio.gather(*(JobRun(service, UUID(job_id)).run() for _ in range(3)))
    await check_counts(engine, job_id)


async def test_the_same_lines_sent_in_two_jobs_at_once_are_written_once_and_refused_never(
    idle_importer: Importer, engine: AsyncEngine
) -> None:
    lines = [make_line(n) for n in range(100)]
    job_ids = [(await idle_importer.post(ndjson(lines))).json()["id"] for _ in range(2)]
    service = make_import_service(engine, batch=25)
    async with asyncio.timeout(60):
        while {(await job_row(engine, job_id))["state"] for job_id in job_ids} != {"TERMINE"}:
            await asyncio.gather(*(JobRun(service, UUID(job_id)).run() for job_id in job_ids))
    jobs = [await job_row(engine, job_id) for job_id in job_ids]
    assert sum(job["accepted"] for job in jobs) == 100
    assert sum(job["received_before"] for job in jobs) == 100
    assert sum(job["refused"] for job in jobs) == 0
    assert await idle_importer.scalar("select count(*) from structure") == 100


async def test_a_line_on_which_our_code_fails_is_refused_and_holds_back_nothing(
    idle_importer: Importer, engine: AsyncEngine
) -> None:
    def decide(line: Any, context: Any, writer: Any) -> Any:
        if line.reference == "S7":
            raise KeyError(line.reference)
        return STRUCTURES.decide(line, context, writer)

    lines = [make_line(n) for n in range(1, 21)]
    first = (await idle_importer.post(ndjson(lines))).json()["id"]
    second = (await idle_importer.post(ndjson([make_line(30)]))).json()["id"]
    service = make_import_service(engine)
    faulty: Any = replace(STRUCTURES, decide=decide)
    runner = ImportRunner(replace(service, natures={**service.natures, "structures": faulty}))
    await runner.turn()
    await runner.turn()
    job, report = await idle_importer.follow(first)
    assert (job["acceptees"], job["refusees"]) == (19, 1)
    assert [(r["ligne"], r["reference"], r["code"]) for r in report] == [(7, "S7", "incident")]
    assert (await job_row(engine, second))["accepted"] == 1

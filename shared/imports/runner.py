"""The runner of imports: takes waiting jobs and writes their lines, one transaction a batch.

Progress is written with the lines themselves: a process killed anywhere is resumed by another at the very
next line, and counts stay exact. Two runners on one job are told apart by the version of its row.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import validation
from shared.access.callers import Caller, Perimetre
from shared.access.scopes import Scope
from shared.db import StaleVersion, group_rows, write
from shared.errors import BusinessError, ManyFaults
from shared.imports.dry_run import try_batch
from shared.imports.sealing import Seal
from shared.imports.tables import ImportTables
from shared.imports.upload import NumberedLine, unpack
from shared.messaging.consumer import is_transient
from shared.messaging.crash_points import reach
from shared.messaging.loop import Loop
from shared.types import Reference
from shared.writing import (
    AlreadyReceived,
    EcrituresConcurrentes,
    Line,
    Nature,
    Outcome,
    Refused,
    Row,
    Writer,
    WriteTables,
    write_batch,
)

log = logging.getLogger(__name__)

IDLE_S = 1.0
REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)
WAITING = text("select id from import_job where state = 'EN_COURS' order by created_at")
# The lock says who runs a job; it falls with the connection of a dead process.
LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(cast(:id as text), 0))")
JOB = text("select * from import_job where id = :id")
PARTS = text(
    "select first, content from import_part where job_id = :id and first >= :first order by first limit 1"
)
CLEAN = text("delete from import_part where job_id = :id")
END = text(
    "update import_job set state = 'TERMINE', version = version + 1 where id = :id and state = 'EN_COURS'"
)
LAST_PART = text("select max(first) as first from import_part where job_id = :id and first <= :done")


class MalformedLine(ManyFaults):
    """A line whose form is wrong; carries every fault."""

    code = "ligne_malformee"
    status = 422

    def __init__(self, faults: Sequence[validation.Fault]) -> None:
        super().__init__(faults[0]["detail"], faults)


class ReferenceManquante(BusinessError):
    """A line of an import has no reference."""

    code = "reference_manquante"
    status = 422


class LigneEnEchec(BusinessError):
    """Our own code failed on a line."""

    code = "incident"
    status = 500


ECHEC = "Un incident a empêché de traiter cette ligne ; rien n'en est écrit."
SIGNALER = "Signalez-la à l'exploitant avec l'identifiant de l'import."


@dataclass(frozen=True)
class ImportService:
    """What the runner and the routes need of a service.

    Attributes
    ----------
    natures
        The kinds of lines that the service takes, by name.
    seal
        Protects the parts of a file while they wait.
    tools
        What the service opened from its settings.
    """

    engine: AsyncEngine
    natures: Mapping[str, Nature[Any, Any]]
    write_tables: WriteTables
    tables: ImportTables
    digest_key: bytes
    seal: Seal
    tools: Any = None


class ImportRunner(Loop):
    """The loop that runs waiting jobs; ``wake`` starts it at once after an upload."""

    name = "imports"

    def __init__(self, service: ImportService) -> None:
        super().__init__()
        self._service = service
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that a job waits."""
        self._woken.set()

    async def turn(self) -> float:
        """Run one waiting job to its end, if there is one."""
        self._woken.clear()
        async with self._service.engine.begin() as conn:
            # The transaction stays open for the length of the job: it holds the lock, nothing else.
            await conn.execute(text("set local idle_in_transaction_session_timeout = 0"))
            for job_id in (await conn.execute(WAITING)).scalars().all():
                if (await conn.execute(LOCK, {"id": str(job_id)})).scalar_one():
                    await JobRun(self._service, job_id).run()
                    return 0
        return IDLE_S

    async def pause(self, delay: float) -> None:
        """Wait to be woken, at most ``delay`` seconds."""
        if delay:
            try:
                async with asyncio.timeout(delay):
                    await self._woken.wait()
            except TimeoutError:
                pass


class JobRun:
    """One run of one job, from the line where it stands to its end."""

    def __init__(self, service: ImportService, job_id: UUID) -> None:
        self._service = service
        self._id = job_id
        self._job: dict[str, Any] = {}

    async def run(self) -> None:
        """Write what is left of the job, then close it."""
        async with self._service.engine.connect() as conn:
            self._job = dict((await conn.execute(JOB, {"id": self._id})).mappings().one())
        nature = self._service.natures[self._job["nature"]]
        writer = self._writer()
        try:
            while self._job["done"] < self._job["total"]:
                lines = await self._lines_left()
                while lines:
                    taken = await self._advance(nature, lines[: nature.batch], writer)
                    lines = lines[taken:]
                    reach("imports.between_batches")
        except (StaleVersion, EcrituresConcurrentes):
            log.warning("job taken over", extra={"job": str(self._id)})
            return
        await self._finish()

    def _writer(self) -> Writer:
        caller = self._job["caller"]
        caller = orjson.loads(caller) if isinstance(caller, str) else caller
        perimetre = caller["perimetre"]
        return Writer(
            Caller(
                caller["client_id"],
                caller["subject"],
                frozenset(map(Scope, caller["scopes"])),
                Perimetre(
                    frozenset(map(UUID, perimetre["structures"])),
                    frozenset(perimetre["departements"]),
                    frozenset(perimetre["organisations"]),
                ),
                caller["acts_for"],
            ),
            self._service.digest_key,
            correlation_id=self._id,
            tools=self._service.tools,
        )

    async def _lines_left(self) -> list[tuple[int, NumberedLine]]:
        """Return the lines left in the current part, each with its rank in the job, from 0."""
        done = self._job["done"]
        async with self._service.engine.connect() as conn:
            first = (await conn.execute(LAST_PART, {"id": self._id, "done": done})).scalar_one()
            row = (await conn.execute(PARTS, {"id": self._id, "first": first})).one()
        lines = unpack(self._service.seal.open(row.content, self._id))
        return [(row.first + n, line) for n, line in enumerate(lines)][done - row.first :]

    async def _advance(
        self, nature: Nature[Any, Any], lines: Sequence[tuple[int, NumberedLine]], writer: Writer
    ) -> int:
        """Write the first of some lines and return how many.

        Lines on which our own code fails are cut until the faulty one stands alone, then it is refused: it would
        otherwise hold back its job, and all those that wait, for ever.
        """
        try:
            return await self._write(nature, lines, [read_line(nature, line) for _, line in lines], writer)
        except Exception as error:
            if passes(error):
                raise
            log.exception("lines failed", extra={"job": str(self._id), "count": len(lines)})
            if len(lines) > 1:
                return await self._advance(nature, lines[: (len(lines) + 1) // 2], writer)
            return await self._write(nature, lines, [LigneEnEchec(ECHEC, correction=SIGNALER)], writer)

    async def _write(
        self,
        nature: Nature[Any, Any],
        lines: Sequence[tuple[int, NumberedLine]],
        parsed: Sequence[Line | BusinessError],
        writer: Writer,
    ) -> int:
        if self._job["dry_run"]:
            return await self._try(nature, lines, parsed, writer)
        job = self._job

        def closing(outcomes: Sequence[Outcome], seqs: Sequence[int]) -> Sequence[Row]:
            nonlocal job
            job = self._counted(outcomes) | {"last_seq": max(seqs, default=self._job["last_seq"])}
            return [*self._refusals(lines, outcomes), (self._service.tables.job, job)]

        outcomes, _ = await write_batch(
            self._service.engine.begin, self._service.write_tables, nature, parsed, writer, closing=closing
        )
        self._job = job
        return len(outcomes)

    async def _try(
        self,
        nature: Nature[Any, Any],
        lines: Sequence[tuple[int, NumberedLine]],
        parsed: Sequence[Line | BusinessError],
        writer: Writer,
    ) -> int:
        """Decide lines and keep only the report."""
        outcomes = await try_batch(self._service.engine, self._service.write_tables, nature, parsed, writer)
        job = self._counted(outcomes)
        async with self._service.engine.begin() as conn:
            rows = [*self._refusals(lines, outcomes), (self._service.tables.job, job)]
            await write(conn, group_rows(rows))
        self._job = job
        return len(outcomes)

    def _counted(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        refused = sum(isinstance(o, Refused) for o in outcomes)
        before = sum(isinstance(o, AlreadyReceived) for o in outcomes)
        job = self._job
        return job | {
            "version": job["version"] + 1,
            "done": job["done"] + len(outcomes),
            "accepted": job["accepted"] + len(outcomes) - refused - before,
            "received_before": job["received_before"] + before,
            "refused": job["refused"] + refused,
        }

    def _refusals(
        self,
        lines: Sequence[tuple[int, NumberedLine]],
        outcomes: Sequence[Outcome],
    ) -> list[Row]:
        rows: list[Row] = []
        for (rank, line), outcome in zip(lines, outcomes, strict=False):
            if not isinstance(outcome, Refused):
                continue
            for n, fault in enumerate(faults_of(outcome.error)):
                row = {
                    "job_id": self._id,
                    "rank": rank,
                    "fault": n,
                    "line": line.number,
                    "reference": reference_of(line),
                    "field": fault["champ"] or None,
                    "code": fault["code"],
                    "detail": fault["detail"],
                    "remedy": fault["correction"] or None,
                }
                rows.append((self._service.tables.refusal, row))
        return rows

    async def _finish(self) -> None:
        """Close the job and forget the file."""
        async with self._service.engine.begin() as conn:
            await conn.execute(END, {"id": self._id})
            await conn.execute(CLEAN, {"id": self._id})


def passes(error: Exception) -> bool:
    """Tell whether an error has nothing to do with the lines being written: another runner, a lost database."""
    return isinstance(error, StaleVersion | EcrituresConcurrentes | PoolTimeout) or is_transient(error)


def read_line(nature: Nature[Any, Any], line: NumberedLine) -> Line | BusinessError:
    """Return the line read by the model of its nature, or the refusal that holds all its faults."""
    if line.fault:
        code, sentence, remedy = line.fault
        return MalformedLine([{"champ": "", "code": code, "detail": sentence, "correction": remedy}])
    try:
        # Cells of a CSV are all text: numbers and booleans are read from it. Elsewhere each field decides: saying
        # strict here would also refuse the dates, which JSON can only write as text.
        read: Line = nature.line.model_validate_json(line.content, strict=False if line.from_text else None)
    except ValidationError as error:
        return MalformedLine(validation.faults(error.errors(include_url=False, include_input=False)))
    if read.reference is None:
        return ReferenceManquante(
            "La ligne n'a pas de référence.",
            champ="reference",
            correction="Donnez à chaque ligne une référence unique.",
        )
    return read


def reference_of(line: NumberedLine) -> str | None:
    """Return the reference of a line, even when the rest of it is malformed; None when it has no good one."""
    try:
        reference = orjson.loads(line.content)["reference"]
        return REFERENCE.validate_python(reference, strict=True)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValidationError):
        return None


def faults_of(error: BusinessError) -> Sequence[validation.Fault]:
    """Return what the report says of a refusal: one entry per fault."""
    if isinstance(error, ManyFaults):
        return error.faults
    return [
        {
            "champ": error.champ or "",
            "code": error.code,
            "detail": error.detail,
            "correction": error.correction or "",
        }
    ]

"""The HTTP side of imports: send a file, follow its job, read its report."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import IO, Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import RULES, Action, may_begin
from shared.db import group_rows, write
from shared.errors import BusinessError, Introuvable
from shared.idempotency import CleManquante, CleReutilisee
from shared.imports.runner import ImportRunner, ImportService
from shared.imports.upload import PART_LINES, Format, NumberedLine, format_of, numbered_lines, pack, spool
from shared.messaging.waiting import wait_for_positions
from shared.uuids import uuid7
from shared.writing import Writer

_JOB = "select j.*, p.position from import_job j left join journal_position p on p.seq = j.last_seq"
FIND = text(f"{_JOB} where client_id = :client and key = :key")
GET = text(f"{_JOB} where id = :id and client_id = :client")
REPORT = text("""
    select line, reference, field, code, detail, remedy from import_refusal
    where job_id = :id order by rank, fault limit :limit offset :offset
""")
REPORT_PAGE = 5000


class NatureInconnue(BusinessError):
    """The service takes no such lines."""

    code = "nature_inconnue"
    status = 422


class FichierVide(BusinessError):
    """The file holds no line."""

    code = "fichier_vide"
    status = 422


def imports_router(service: str, action_read: Action) -> APIRouter:
    """Return the routes of imports of a service; any writing client follows its own jobs only."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"])
    reader = Annotated[Caller, Depends(requires(action_read))]

    @router.post("", status_code=202, summary="Envoyer un fichier")
    async def send(
        request: Request,
        caller: reader,
        nature: str,
        a_blanc: bool = False,  # noqa: FBT001, FBT002 # a query parameter
        au_moins: Annotated[str | None, Query()] = None,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        imports: ImportService = request.app.state.imports
        kind = imports.natures.get(nature)
        if kind is None:
            known = ", ".join(imports.natures)
            raise NatureInconnue(
                "Cette nature n'existe pas ici.", champ="nature", correction=f"Choisissez : {known}."
            )
        if not may_begin(caller, kind.action):
            raise PorteeInsuffisante(RULES[kind.action].scope)
        if not idempotency_key:
            raise CleManquante(
                "L'en-tête Idempotency-Key est obligatoire.", correction="Envoyez une clé unique par fichier."
            )
        form = format_of(request.headers.get("content-type", ""))
        await wait_for_positions(request, au_moins)
        with await spool(request.stream()) as file:
            job = await _create(imports, caller, nature, idempotency_key, form, file, dry_run=a_blanc)
        runner: ImportRunner = request.app.state.import_runner
        runner.wake()
        path = f"/v1/imports/{job['id']}"
        return Response(
            orjson.dumps(job_view(service, job)), 202, {"Location": path}, media_type="application/json"
        )

    @router.get("/{job_id}", summary="Suivre un import")
    async def follow(request: Request, caller: reader, job_id: UUID) -> dict[str, Any]:
        return job_view(service, await _get(request, caller, job_id))

    @router.get("/{job_id}/rapport", summary="Lire les lignes refusées")
    async def report(request: Request, caller: reader, job_id: UUID) -> StreamingResponse:
        await _get(request, caller, job_id)
        return StreamingResponse(_report(request, job_id), media_type="application/x-ndjson")

    return router


async def _create(
    imports: ImportService,
    caller: Caller,
    nature: str,
    key: str,
    form: Format,
    file: IO[bytes],
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Keep the file and open its job in one transaction; the same key gives the same job."""
    job_id = uuid7()
    # Cutting fifty megabytes takes seconds: other requests go on meanwhile.
    digest, parts, total = await asyncio.to_thread(
        _cut, imports, job_id, Writer(caller, imports.digest_key), form, file
    )
    if not total:
        raise FichierVide("Le fichier ne contient aucune ligne.", correction="Vérifiez le fichier envoyé.")
    job = {
        "id": job_id, "version": 1, "client_id": caller.client_id, "key": key, "digest": digest,
        "nature": nature, "dry_run": dry_run, "state": "EN_COURS", "total": total, "done": 0,
        "accepted": 0, "received_before": 0, "refused": 0, "last_seq": None,
        "caller": {
            "client_id": caller.client_id, "subject": caller.subject, "acts_for": caller.acts_for,
            "scopes": sorted(caller.scopes), "perimetre": caller.perimetre.as_json(),
        },
    }  # fmt: skip
    try:
        async with imports.engine.begin() as conn:
            found = (await conn.execute(FIND, {"client": caller.client_id, "key": key})).mappings().first()
            if found is None:
                await write(conn, group_rows([(imports.tables.job, job)]))
                for part in parts:
                    await conn.execute(imports.tables.part.insert(), part)
                return job
    except IntegrityError:  # a twin request came first
        async with imports.engine.connect() as conn:
            found = (await conn.execute(FIND, {"client": caller.client_id, "key": key})).mappings().one()
    if bytes(found["digest"]) != digest or found["nature"] != nature or found["dry_run"] != dry_run:
        raise CleReutilisee(
            "Cette clé a déjà servi pour un autre fichier.",
            correction="Donnez une clé neuve à un fichier neuf.",
        )
    return dict(found)


def _cut(
    imports: ImportService, job_id: UUID, writer: Writer, form: Format, file: IO[bytes]
) -> tuple[bytes, list[dict[str, Any]], int]:
    """Return the digest of a file, its parts as stored, and how many lines they hold."""
    digest = writer.digest(file.read())
    file.seek(0)
    parts, total = [], 0
    for first, lines in _parts(numbered_lines(file, form)):
        parts.append({"job_id": job_id, "first": first, "content": imports.seal.close(pack(lines), job_id)})
        total += len(lines)
    return digest, parts, total


def _parts(lines: Iterator[NumberedLine]) -> Iterator[tuple[int, list[NumberedLine]]]:
    first = 0
    while part := list(islice(lines, PART_LINES)):
        yield first, part
        first += len(part)


async def _get(request: Request, caller: Caller, job_id: UUID) -> dict[str, Any]:
    imports: ImportService = request.app.state.imports
    async with imports.engine.connect() as conn:
        row = (await conn.execute(GET, {"id": job_id, "client": caller.client_id})).mappings().first()
    if row is None:
        raise Introuvable("Cet import n'existe pas.")
    return dict(row)


async def _report(request: Request, job_id: UUID) -> AsyncIterator[bytes]:
    imports: ImportService = request.app.state.imports
    offset = 0
    while True:
        async with imports.engine.connect() as conn:
            page = {"id": job_id, "limit": REPORT_PAGE, "offset": offset}
            rows = (await conn.execute(REPORT, page)).all()
        for row in rows:
            line = {
                "ligne": row.line, "reference": row.reference, "champ": row.field, "code": row.code,
                "detail": row.detail, "correction": row.remedy,
            }  # fmt: skip
            yield orjson.dumps(line) + b"\n"
        if len(rows) < REPORT_PAGE:
            return
        offset += REPORT_PAGE


def job_view(service: str, job: dict[str, Any]) -> dict[str, Any]:
    """Return what a client reads of its job; it ends when its last fact has its position."""
    position = job.get("position")
    ended = job["state"] == "TERMINE" and (position is not None or job["last_seq"] is None)
    return {
        "id": str(job["id"]),
        "nature": job["nature"],
        "a_blanc": job["dry_run"],
        "etat": "TERMINE" if ended else "EN_COURS",
        "total": job["total"],
        "lignes": job["done"],
        "acceptees": job["accepted"],
        "deja_recues": job["received_before"],
        "refusees": job["refused"],
        "positions": {str(service): position} if position is not None else {},
    }

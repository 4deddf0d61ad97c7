"""Versions over HTTP: what a change replaces (``If-Match``), what a reader already has (``If-None-Match``)."""

import hashlib
import re
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Header, Request, Response
from pydantic import BaseModel

from services.structures.domain.errors import VersionManquante
from services.structures.queries.structure import PAGE
from shared.access.callers import Caller
from shared.problem_schema import problems
from shared.single import writer_of
from shared.writing import Line, Nature, Refused, write_batch

IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag de la version remplacée.")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="ETag déjà connu, ou *.")]


class Ecrit(BaseModel):
    """Identifier of what was written."""

    id: UUID


class Version(BaseModel):
    """Identifier and version of what was replaced."""

    id: UUID
    version: int


WRITTEN: dict[str, Any] = {
    "status_code": 201,
    "response_model": Ecrit,
    "responses": problems(400, 404, 409, 422),
}
"""What the description of a route that writes one object says."""
REPLACED: dict[str, Any] = {"response_model": Version, "responses": problems(404, 409, 412, 422, 428)}
"""What the description of a route that replaces a version says."""
READ = problems(404, 422) | {304: {"description": "Inchangée"}}
"""Answers of a route that reads one object."""


def tell_next(request: Request, response: Response, identities: Sequence[UUID]) -> None:
    """Tell the address of the next page of a list by ``apres``, when this one is full."""
    if len(identities) == PAGE:
        following = request.url.include_query_params(apres=str(identities[-1]))
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def etag(version: int) -> str:
    """Return the strong ETag of a version."""
    return f'"{version}"'


def replaced_version(if_match: str | None) -> int:
    """Return the version that a change was made on.

    Raises
    ------
    VersionManquante
        No ``If-Match``, or one that is no ETag of ours.
    """
    given = re.fullmatch(r'"([0-9]{1,9})"', if_match or "", re.ASCII)
    if given is None:
        raise VersionManquante(
            "Dites quelle version vous remplacez.",
            champ="If-Match",
            correction="Lisez l'objet, puis renvoyez son ETag dans « If-Match ».",
        )
    return int(given[1])


async def replace(
    request: Request, nature: Nature[Any, Any], line: Line, caller: Caller, version: int
) -> Response:
    """Write a line made on a version of its object and answer 200 with the new version.

    Raises
    ------
    BusinessError
        The refusal of the line; 412 when the object has another version.
    """
    engine, tables = request.app.state.engine, request.app.state.service.tables
    (outcome,), _ = await write_batch(engine.begin, tables.write, nature, [line], writer_of(request, caller))
    if isinstance(outcome, Refused):
        raise outcome.error
    body = orjson.dumps({"id": str(outcome.identity), "version": version + 1})
    return Response(body, 200, {"ETag": etag(version + 1)}, media_type="application/json")


def conditional(
    request: Request, content: Any, *, tag: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return an answer with its ETag, or 304 when the caller has it; without ``tag`` the content makes one."""
    body = orjson.dumps(content, default=str)
    tag = tag or f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    told = {"ETag": tag, "Cache-Control": "private, no-cache"} | (headers or {})
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=told)
    return Response(body, 200, told, media_type="application/json")

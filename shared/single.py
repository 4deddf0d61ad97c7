"""The HTTP answer of a single write: headers, waiting for positions, the stored answer."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Header, Query, Request, Response
from sqlalchemy import text

from shared.access.callers import Caller
from shared.idempotency import CleManquante, write_once
from shared.messaging.waiting import wait_for_positions
from shared.writing import Line, Nature, Writer

Cle = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
"""The caller's key of the write; the same key never writes twice."""
AuMoins = Annotated[str | None, Query(description="Positions que l'écriture suppose connues : structures:12")]
Preference = Annotated[
    str | None, Header(alias="Prefer", description="« position » : attendre le rang de l'écriture")
]

POSITION = text("select max(position) from journal_position where seq = any(cast(:seqs as bigint[]))")
PATIENCE_S = 2.0
POLL_S = 0.02


def writer_of(request: Request, caller: Caller) -> Writer:
    """Return who writes by this request."""
    app, address = request.app, request.client.host if request.client else None
    return Writer(caller, app.state.digest_key, address, tools=app.state.tools)


def required_key(key: Cle = None) -> str:
    """Return the caller's key of a write; also a dependency.

    Raises
    ------
    CleManquante
        No ``Idempotency-Key``.
    """
    if not key:
        raise CleManquante(
            "L'en-tête Idempotency-Key est obligatoire.", correction="Envoyez une clé unique par demande."
        )
    return key


async def answer_write(
    request: Request,
    nature: Nature[Any, Any],
    line: Line,
    caller: Caller,
    key: str | None,
    *,
    au_moins: str | None = None,
    prefer: str | None = None,
    tell: Callable[[UUID], UUID] | None = None,
) -> Response:
    """Write one line and answer 201 with its identifier and address.

    With ``Prefer: position`` the answer waits for the position of the write, two seconds at most, and gives
    it in ``Positions``; a reader that asks ``au_moins`` this position sees the write. ``tell`` gives the name
    by which the caller knows what was written, when it is not its identifier.

    Raises
    ------
    CleManquante
        No ``Idempotency-Key``.
    BusinessError
        The refusal of the line.
    """
    key = required_key(key)
    await wait_for_positions(request, au_moins)
    app = request.app
    tables = app.state.service.tables
    writer = writer_of(request, caller)
    answer = await write_once(app.state.engine, tables.write, tables.idempotency, nature, line, writer, key)
    body = answer.body if tell is None else answer.body | {"id": str(tell(UUID(answer.body["id"])))}
    headers = {"Location": f"{request.url.path}/{body['id']}"}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    if prefer == "position" and answer.seqs:
        position = await _position(request, answer.seqs)
        if position is not None:
            headers["Positions"] = f"{app.state.view}={position}"
    return Response(orjson.dumps(body), answer.status, headers, media_type="application/json")


async def _position(request: Request, seqs: tuple[int, ...]) -> int | None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        async with request.app.state.engine.connect() as conn:
            position: int | None = (await conn.execute(POSITION, {"seqs": list(seqs)})).scalar()
        if position is not None:
            return position
        await asyncio.sleep(POLL_S)
    return None

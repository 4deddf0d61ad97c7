"""The HTTP edge every service shares: refusals in French, request identifiers, limits, health."""

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared import validation
from shared.errors import BusinessError, Indisponible, ManyFaults
from shared.logs import request_id
from shared.uuids import uuid7

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
PROBLEM = "application/problem+json"
TITLES = {
    400: "Demande incomplète", 401: "Authentification nécessaire", 403: "Droit insuffisant", 404: "Introuvable",
    405: "Méthode non admise", 409: "Refusé par une règle", 412: "Version dépassée", 413: "Trop volumineux",
    415: "Format non admis", 422: "Demande mal formée", 428: "Version attendue", 429: "Trop de demandes",
    500: "Incident", 503: "Momentanément indisponible",
}  # fmt: skip
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    # Nothing inline, nothing from elsewhere. No form-action: signing out goes on to the provider of identities.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    faults: list[validation.Fault] | None = None,
    source: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a refusal in the one shape of the platform (RFC 9457), in French."""
    body = {
        "type": f"urn:iae:refus:{code}",
        "title": TITLES.get(status, "Refus"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{request_id.get()}" if request_id.get() else None,
        "erreurs": faults or [],
    } | ({"source": source} if source else {})
    return Response(orjson.dumps(body), status, headers, media_type=PROBLEM)


def refusal(error: BusinessError) -> Response:
    """Return a business refusal as a problem."""
    faults = []
    if error.champ or error.correction:
        faults.append(
            {
                "champ": error.champ or "",
                "code": error.code,
                "detail": error.detail,
                "correction": error.correction or "",
            }
        )
    faults = list(getattr(error, "faults", faults))
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, Indisponible):
        headers["Retry-After"] = str(error.retry_after)
    return problem(
        error.status, error.code, error.detail, faults=faults, source=error.source, headers=headers
    )


def codes_of(error: BusinessError) -> list[str]:
    """Return the codes of a refusal: its own, or those of each of its reasons."""
    return [fault["code"] for fault in error.faults] if isinstance(error, ManyFaults) else [error.code]


def add_error_handlers(app: FastAPI) -> None:
    """Make every failure of an application a problem in French; the cause stays in the logs."""

    async def on_refusal(request: Request, error: Exception) -> Response:
        if not isinstance(error, BusinessError):
            raise error
        route = getattr(request.scope.get("route"), "path", "")
        for code in codes_of(error):
            log.info("refused", extra={"code": code, "status": error.status, "route": route})
        return refusal(error)

    async def on_malformed(_: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        faults = validation.faults(error.errors(), skip=("body", "query", "path", "header"))
        return problem(422, "demande_mal_formee", "La demande a des champs à corriger.", faults=faults)

    async def on_http(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        codes = {404: "introuvable", 405: "methode_non_admise", 413: "trop_volumineux"}
        code = codes.get(status, "refus")
        return problem(status, code, TITLES.get(status, "Refus") + ".", headers=headers)

    async def on_database(_: Request, error: Exception) -> Response:
        log.error("database unavailable", exc_info=error)
        return problem(503, "indisponible", "La base ne répond pas. Réessayez.", headers={"Retry-After": "2"})

    async def on_incident(_: Request, error: Exception) -> Response:
        log.error("incident", exc_info=error)
        return problem(500, "incident", "Un incident est survenu ; citez l'identifiant « instance ».")

    app.add_exception_handler(BusinessError, on_refusal)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_http)
    # A connection lost during COMMIT leaves the outcome unknown: the caller plays the same key again.
    app.add_exception_handler(DBAPIError, on_database)
    app.add_exception_handler(PoolTimeout, on_database)
    app.add_exception_handler(OSError, on_database)
    app.add_exception_handler(Exception, on_incident)


class Edge:
    """Pure ASGI middleware: request identifier, size limit, security headers, one log line a request."""

    def __init__(self, app: Any, unlimited: tuple[str, ...] = ()) -> None:
        self._app = app
        self._unlimited = unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        token = request_id.set(_identifier(headers.get(b"x-request-id", b"")))
        started, status = time.perf_counter(), 0

        async def send_on(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(k.lower().encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]
                message["headers"] = [
                    *message["headers"], *extra, (b"x-request-id", str(request_id.get()).encode()),
                ]  # fmt: skip
            await send(message)

        limited = not scope["path"].endswith(self._unlimited)
        try:
            length = int(headers.get(b"content-length", b"0") or 0)
            if limited and length > MAX_BODY_BYTES:
                answer = problem(413, "trop_volumineux", "Le corps dépasse 1 Mo.")
                await answer(scope, receive, send_on)
            else:
                await self._app(scope, _counted(receive) if limited else receive, send_on)
        finally:
            route = getattr(scope.get("route"), "path", "")
            duration = round((time.perf_counter() - started) * 1000, 1)
            if status >= 500:
                log.error("request failed", extra={"route": route, "status": status, "duration_ms": duration})
            else:
                log.debug("request", extra={"route": route, "status": status, "duration_ms": duration})
            request_id.reset(token)


def _counted(receive: Receive) -> Receive:
    """Return a reader of the body that stops past the limit: a body in chunks announces no length."""
    received = 0

    async def receive_on() -> MutableMapping[str, Any]:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413)  # the one kind that FastAPI lets through while it reads a body
        return message

    return receive_on


def _identifier(given: bytes) -> str:
    text = given.decode("ascii", "replace")
    if re.fullmatch(r"[0-9a-fA-F-]{32,36}", text):
        try:
            return str(UUID(text))
        except ValueError:
            pass
    return str(uuid7())

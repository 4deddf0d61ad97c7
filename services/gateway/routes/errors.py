"""Errors of the pages: a person who reads gets a page, a program gets a problem."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.pages.rendering import render_error
from services.gateway.pages.site import ErrorPage
from services.gateway.screens import cadre
from shared.http import PROBLEM
from shared.logs import request_id

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
PROGRAMS = ("/api/", "/oauth/", "/.well-known/", "/sante/", "/openapi.json")


def add_page_errors(app: FastAPI) -> None:
    """Turn the problems of pages into pages; those of the API stay as they are."""

    def paged(handler: Handler) -> Handler:
        async def handle(request: Request, error: Exception) -> Response:
            answer = handler(request, error)
            if not isinstance(answer, Response):
                answer = await answer
            if request.url.path.startswith(PROGRAMS) or answer.media_type != PROBLEM:
                return answer
            problem = orjson.loads(bytes(answer.body))
            suite = _back_to(request) if answer.status_code == HTTPStatus.UNAUTHORIZED else None
            page = ErrorPage(answer.status_code, request_id.get() or "", problem["detail"], suite)
            headers = {k: v for k, v in answer.headers.items() if k in ("retry-after", "ratelimit")}
            return HTMLResponse(render_error(page, cadre.site(request)), answer.status_code, headers)

        return handle

    app.exception_handlers = {kind: paged(handler) for kind, handler in app.exception_handlers.items()}


def _back_to(request: Request) -> str:
    """Return the page to come back to, ready to be written in an address; a form is not sent again."""
    if request.method != "GET":
        return quote("/espace", safe="")
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="")

"""What the gateway asks a service is what it judged: no way of writing an address leads to another one."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from services.gateway import forward
from services.gateway.rate import AnonymousRate
from shared.http import add_error_handlers


async def body() -> AsyncIterator[bytes]:
    yield b"{}"


async def ask(path: str) -> tuple[int, list[str]]:
    """Return the status of an answer, and what the service was asked."""
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, content=body())

    app = FastAPI()
    app.state.settings = SimpleNamespace(sources={"parcours": "http://service"})
    app.state.anonymous_rate = AnonymousRate(100)
    add_error_handlers(app)
    app.include_router(forward.router)
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(serve)) as service,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
    ):
        app.state.forward = service
        return (await client.get(f"/api/parcours/v1/{path}")).status_code, asked


@pytest.mark.parametrize(
    "path",
    [
        "journal",
        "%6Aournal",
        "journal/0",
        "%2E/journal",
        "candidatures/%2E%2E/journal",
        "%2E%2E/sante/pret",
        "x/%2E%2E/simulations/pass-iae",
    ],
)
async def test_no_way_of_writing_an_address_reaches_what_is_internal(path: str) -> None:
    assert await ask(path) == (404, [])


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("candidatures?limite=2&curseur=a%2Bb", "/v1/candidatures?limite=2&curseur=a%2Bb"),
        ("%256Aournal", "/v1/%256Aournal"),
        ("structures%3Fx%23y", "/v1/structures%3Fx%23y"),
        ("v1...2/..x", "/v1/v1...2/..x"),
    ],
)
async def test_an_address_is_asked_as_it_was_written(path: str, asked: str) -> None:
    assert await ask(path) == (200, [asked])

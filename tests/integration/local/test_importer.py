import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from rich.console import Console

from deploy.demo.load import LoadFailed
from deploy.importer import Import, import_file
from deploy.local.errors import StartRefused
from deploy.local.ports import free_port
from deploy.local.readiness import wait_until

CONTENT = b"reference;siret\n1;00000000000000\n"


class Portal:
    """The import API as a client sees it: one job, over at its second reading."""

    def __init__(self, refused: int = 0) -> None:
        self.refused = refused
        self.received: list[tuple[dict[str, str], dict[str, str], bytes]] = []
        self.readings = 0

    def job(self) -> dict[str, Any]:
        over = self.readings > 1
        return {
            "id": "1",
            "etat": "TERMINE" if over else "EN_COURS",
            "total": 30,
            "lignes": 30 if over else 10,
            "acceptees": 30 - self.refused,
            "deja_recues": 0,
            "refusees": self.refused if over else 0,
            "positions": {"structures": 12},
        }

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/oauth/token")
        async def token() -> dict[str, Any]:
            return {"access_token": "jeton", "expires_in": 60}

        @app.post("/api/{_}/v1/imports", status_code=202)  # noqa: FAST003 -- any service
        async def receive(request: Request) -> dict[str, Any]:
            if request.query_params["nature"] == "inconnue":
                return Response(orjson.dumps({"code": "nature_inconnue"}), 404)  # type: ignore[return-value]  # FastAPI takes it
            self.received.append((dict(request.query_params), dict(request.headers), await request.body()))
            return self.job()

        @app.get("/api/{_}/v1/imports/1")  # noqa: FAST003 -- any service
        async def read() -> dict[str, Any]:
            self.readings += 1
            return self.job()

        @app.get("/api/{_}/v1/imports/1/rapport")  # noqa: FAST003 -- any service
        async def report() -> Response:
            line = {
                "reference": "r",
                "champ": "siret",
                "code": "siret_invalide",
                "detail": "La clé est fausse.",
            }
            return Response(b"\n".join(orjson.dumps(line | {"ligne": n}) for n in range(1, self.refused + 1)))

        return app


@asynccontextmanager
async def served(portal: Portal) -> AsyncIterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(portal.app(), port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    assert await wait_until(started, 20)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "structures.csv"
    path.write_bytes(CONTENT)
    return path


async def send(portal: Portal, chosen: Import) -> tuple[bool, str]:
    screen = io.StringIO()
    async with served(portal) as address:
        accepted = await import_file(address, "secret", chosen, Console(file=screen, width=160))
    return accepted, screen.getvalue()


async def test_a_file_is_sent_followed_and_told(file: Path) -> None:
    portal = Portal()
    accepted, screen = await send(portal, Import("structures", "structures", file))
    ((query, headers, body),) = portal.received
    assert accepted
    assert (query, body) == ({"nature": "structures"}, CONTENT)
    assert headers["content-type"] == "text/csv"
    assert headers["authorization"] == "Bearer jeton"
    assert headers["idempotency-key"]
    assert "30 lignes acceptées, 0 déjà reçues, 0 refusées" in screen
    assert "Positions : structures:12" in screen


async def test_the_same_file_sent_later_is_judged_again(file: Path) -> None:
    portal = Portal()
    for _ in range(2):
        await send(portal, Import("structures", "structures", file))
    keys = {headers["idempotency-key"] for _, headers, _ in portal.received}
    assert len(keys) == 2


async def test_refused_lines_are_shown_and_the_rest_counted(file: Path) -> None:
    accepted, screen = await send(Portal(refused=25), Import("structures", "structures", file))
    assert not accepted
    assert "25 refusées" in screen
    assert screen.count("siret_invalide") == 20
    assert "… et 5 autres lignes refusées." in screen


async def test_a_dry_run_and_the_positions_to_wait_for_are_passed_on(file: Path) -> None:
    portal = Portal()
    await send(portal, Import("structures", "conventions", file, a_blanc=True, au_moins="funding:12"))
    query = portal.received[0][0]
    assert query == {"nature": "conventions", "a_blanc": "true", "au_moins": "funding:12"}


async def test_a_refused_file_is_said_with_the_answer(file: Path) -> None:
    with pytest.raises(LoadFailed, match="nature_inconnue"):
        await send(Portal(), Import("structures", "inconnue", file))


@pytest.mark.parametrize(
    ("name", "sentence"), [("a.xlsx", "le nom doit finir par"), ("absent.csv", "ne peut pas être lu")]
)
async def test_a_file_that_cannot_be_sent_is_said(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(StartRefused, match=sentence):
        await import_file(
            "http://127.0.0.1:9", "secret", Import("structures", "structures", tmp_path / name), Console()
        )

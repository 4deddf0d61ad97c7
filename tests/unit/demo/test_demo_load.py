"""The loader, against a gateway of its own: everything arrives once, in order, whatever breaks on the way."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from rich.console import Console

from deploy.demo import load as loading
from deploy.demo.lines import plan
from deploy.demo.load import LoadFailed, Patience, load, merge, parts
from deploy.demo.progress import LABELS, progress_bars

SECRET = "fictif"


class FakeGateway:
    """What the gateway and the services behind it answer, with the breakdowns that a test asks for.

    ``breakdowns`` counts, per kind, how many requests of that kind still fail.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.imports: list[tuple[str, str]] = []
        self.au_moins: dict[str, str | None] = {}
        self.references: Counter[tuple[str, str]] = Counter()
        self.breakdowns: Counter[str] = Counter()
        self.tokens = 0
        self.refused: dict[str, list[dict[str, Any]]] = {}
        self.app = FastAPI(openapi_url=None)
        self.app.post("/oauth/token")(self.token)
        self.app.post("/api/{service}/v1/imports", status_code=202)(self.send)
        self.app.get("/api/{service}/v1/imports/{job_id}")(self.follow)
        self.app.get("/api/{service}/v1/imports/{job_id}/rapport")(self.report)
        self.app.get("/sante/pret")(self.ready)

    def broken(self, kind: str) -> bool:
        if not self.breakdowns[kind]:
            return False
        self.breakdowns[kind] -= 1
        return True

    async def token(self, request: Request) -> Response:
        credentials = httpx.BasicAuth("demo-reprise", SECRET)._auth_header
        if request.headers["Authorization"] != credentials:
            return JSONResponse({"code": "client_inconnu"}, 401)
        assert await request.body() == b"grant_type=client_credentials"
        self.tokens += 1
        return JSONResponse({"access_token": f"jeton-{self.tokens}", "expires_in": 1500})

    async def send(
        self, service: str, nature: str, request: Request, au_moins: str | None = None
    ) -> Response:
        if request.headers["Authorization"] != f"Bearer jeton-{self.tokens}" or self.broken("token"):
            return JSONResponse({"code": "jeton_invalide"}, 401)
        if self.broken("busy"):
            return JSONResponse({"code": "debit"}, 429, {"Retry-After": "0"})
        assert request.headers["Content-Type"] == "application/x-ndjson"
        lines = [orjson.loads(line) for line in (await request.body()).splitlines()]
        key = request.headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys[key] = job_id = f"job-{len(self.keys)}"
            self.imports.append((service, nature))
            self.au_moins[nature] = au_moins
            self.references.update((nature, line["reference"]) for line in lines)
            refused = self.refused.get(nature, [])
            self.jobs[job_id] = {
                "id": job_id,
                "etat": "EN_COURS",
                "lignes": 0,
                "total": len(lines),
                "deja_recues": 0,
                "refusees": len(refused),
                "positions": {service: 100 * len(self.imports)},
            }
        if self.broken("answer lost"):
            return JSONResponse({"code": "indisponible"}, 502)
        return JSONResponse(self.jobs[self.keys[key]], 202)

    async def follow(self, service: str, job_id: str) -> Response:
        if self.broken("restarting"):
            return JSONResponse({"code": "indisponible"}, 503, {"Retry-After": "0"})
        assert service in self.jobs[job_id]["positions"]
        seen = dict(self.jobs[job_id])
        self.jobs[job_id] |= {"etat": "TERMINE", "lignes": seen["total"]}
        return JSONResponse(seen)

    async def report(self, service: str, job_id: str) -> Response:
        assert service in self.jobs[job_id]["positions"]
        lines = [orjson.dumps(line) for refused in self.refused.values() for line in refused]
        return Response(b"\n".join(lines), media_type="application/x-ndjson")

    async def ready(self) -> Response:
        late = self.broken("views late")
        return JSONResponse({}, 503 if late else 200, {"Retry-After": "0"} if late else {})

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        server = uvicorn.Server(
            uvicorn.Config(self.app, port=port, lifespan="off", log_level="critical", ws="none")
        )
        task = asyncio.create_task(server.serve())
        try:
            yield
        finally:
            server.should_exit = True
            await task


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    monkeypatch.setattr(loading, "POLL_S", 0.001)
    monkeypatch.setattr(loading, "RETRY_S", 0.05)
    return FakeGateway()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def expected(directory: Path) -> Counter[tuple[str, str]]:
    return Counter(
        (step.nature, orjson.loads(line)["reference"]) for step in plan(directory) for line in step.lines
    )


async def test_every_line_is_sent_once_after_what_it_needs(
    gateway: FakeGateway, port: int, demo_files: Path
) -> None:
    progress: dict[str, tuple[int, int]] = {}
    async with gateway.listening(port):
        summary = await load(
            f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *step: progress.update({step[0]: step[1:]})
        )
    assert gateway.references == expected(demo_files)
    assert summary.lignes == {step.name: step.count for step in plan(demo_files)}
    assert progress == {name: (count, count) for name, count in summary.lignes.items()}
    order = [nature for _, nature in gateway.imports]
    for step in plan(demo_files):
        assert all(order.index(need) < order.index(step.nature) for need in step.needs)


async def test_a_step_asks_for_the_positions_of_the_services_that_its_own_listens_to(
    gateway: FakeGateway, port: int, demo_files: Path
) -> None:
    async with gateway.listening(port):
        await load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None)
    position = {nature: 100 * rank for rank, (_, nature) in enumerate(gateway.imports, 1)}
    assert gateway.au_moins["structures"] is None
    assert gateway.au_moins["personnes"] is None
    assert gateway.au_moins["contrats"] == f"structures:{position['structures']}"
    assert gateway.au_moins["annexes"] == f"structures:{position['structures']}"
    assert gateway.au_moins["conventions"] == f"funding:{position['annexes']}"
    assert gateway.au_moins["declarations"] == f"structures:{position['conventions']}"


async def test_a_load_survives_a_gateway_that_comes_late_and_answers_that_are_lost(
    gateway: FakeGateway, port: int, demo_files: Path
) -> None:
    gateway.breakdowns.update({"busy": 3, "answer lost": 4, "restarting": 5, "token": 2, "views late": 2})
    running = asyncio.create_task(load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None))
    async with gateway.listening(port):
        await running
    assert gateway.references == expected(demo_files)
    assert not +gateway.breakdowns
    assert gateway.tokens >= 2


async def test_a_load_done_again_sends_nothing_new(gateway: FakeGateway, port: int, demo_files: Path) -> None:
    async with gateway.listening(port):
        await load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None)
        before = gateway.references.copy()
        await load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None)
    assert gateway.references == before


async def test_a_refused_line_stops_the_load_and_is_named(
    gateway: FakeGateway, port: int, demo_files: Path
) -> None:
    gateway.refused["annexes"] = [
        {
            "ligne": 7,
            "reference": "ACI059170007A0M0",
            "champ": "siret",
            "code": "inconnu",
            "detail": "Absent.",
        }
    ]
    async with gateway.listening(port):
        with pytest.raises(
            LoadFailed, match=r"funding/annexes refuse 1 lignes(.|\n)*ACI059170007A0M0, siret"
        ):
            await load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None)


async def test_a_wrong_secret_stops_the_load(gateway: FakeGateway, port: int, demo_files: Path) -> None:
    async with gateway.listening(port):
        with pytest.raises(LoadFailed, match="/oauth/token a répondu 401"):
            await load(f"http://127.0.0.1:{port}", "faux", demo_files, lambda *_: None)


async def test_a_load_gives_up_when_nothing_advances(
    gateway: FakeGateway, port: int, demo_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PATIENCE_S", 0.01)
    with pytest.raises(
        LoadFailed, match="Rien n'avance depuis 0 secondes : POST /oauth/token : ConnectError"
    ):
        await load(f"http://127.0.0.1:{port}", SECRET, demo_files, lambda *_: None)


async def test_patience_is_renewed_by_progress() -> None:
    patience = Patience(120)
    patience._since -= 121
    with pytest.raises(LoadFailed, match="Rien n'avance depuis 120 secondes : rien"):
        await patience.wait(0, "rien")
    patience.renew()
    await patience.wait(0, "rien")


def test_a_file_is_cut_at_the_size_an_import_takes() -> None:
    lines = [b"aaaa\n", b"bbbb\n", b"cccccccccccccc\n", b"d\n"]
    assert list(parts(lines, limit=10)) == [(b"aaaa\nbbbb\n", 2), (b"cccccccccccccc\n", 1), (b"d\n", 1)]
    assert list(parts([])) == []


def test_the_furthest_position_of_each_service_is_kept() -> None:
    assert merge([{"structures": 3, "funding": 9}, {"structures": 12}, {}]) == {
        "structures": 12,
        "funding": 9,
    }


def test_every_step_has_its_bar(demo_files: Path) -> None:
    steps = plan(demo_files)
    assert LABELS.keys() == {step.name for step in steps}
    console = Console(record=True, width=100, force_terminal=False, quiet=False)
    with progress_bars(console) as on_progress:
        for step in steps:
            on_progress(step.name, step.count, step.count)
    shown = console.export_text()
    assert all(label in shown for label in LABELS.values())

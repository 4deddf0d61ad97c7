"""A service that refuses, fails or hangs: every view and page answers what it has, says since when, and never a zero."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.gateway import sources
from tests.factories.facts import identifier
from tests.integration.gateway.conftest import Gateway

SHEET = f"structures/{identifier('S1')}"
VIEWS = (
    "reperes?region=32&annee=2017", "territoires/departement/59?annee=2017", "structures", f"{SHEET}?annee=2017",
    "parcours/etapes?annee=2017", "financements?region=32&annee=2017", "clauses?region=32&annee=2017",
    "diagnostic?annee=2017", "indicateurs", "indicateurs/FIN-03?annee=2017",
    f"indicateurs/SOR-01?annee=2017&structure={identifier('S1')}",
)  # fmt: skip
PAGES = (
    "/regions/32?annee=2017", "/departements/59?annee=2017", "/structures", f"/{SHEET}?annee=2017",
    "/parcours?annee=2017", "/financements?annee=2017", "/diagnostic?annee=2017", "/indicateurs/FIN-03?annee=2017",
    "/donnees?annee=2017",
)  # fmt: skip
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _healthy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _answer(writer, "200 OK", b'{"journal": {"position": 0, "en_attente": 0}}')


async def _failing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _answer(writer, "500 Internal Server Error", b"{}")


async def _hanging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # never answers: waits for the caller to leave
    writer.close()


async def _answer(writer: asyncio.StreamWriter, status: str, body: bytes) -> None:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


@asynccontextmanager
async def serving(how: Serve) -> AsyncIterator[str]:
    server = await asyncio.start_server(how, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _bodies(region: Gateway) -> dict[str, Any]:
    found = {}
    for path in VIEWS:
        answer = await asyncio.wait_for(region.client.get(f"/api/vues/v1/{path}"), 10)
        assert answer.status_code == 200, f"{path} : {answer.text[:300]}"
        found[path] = answer.json()
    return found


@pytest.mark.parametrize("how", ["refuse", "failing", "hanging"])
async def test_with_a_source_down_every_answer_is_the_same_and_says_so(region: Gateway, how: str) -> None:
    watch: sources.Sources = region.application.state.sources
    async with serving(_healthy) as gone:
        pass
    async with (
        serving(_healthy) as well,
        serving(_failing if how == "failing" else _hanging) as ill,
        httpx.AsyncClient() as http,
    ):
        urls = dict.fromkeys(watch.states, well)
        broken = urls | {"parcours": gone if how == "refuse" else ill}
        with patch.object(watch, "_http", http), patch.object(sources, "ASK_S", 0.3):
            with patch.object(watch, "_urls", urls):
                await watch.refresh()
                before = await _bodies(region)
            with patch.object(watch, "_urls", broken):
                await watch.refresh()
                after = await _bodies(region)
                pages = {path: await region.client.get(path) for path in PAGES}
    assert {source["etat"] for body in before.values() for source in body["sources"]} == {"A_JOUR"}
    for path, body in after.items():
        told = {source["nom"]: source for source in body.pop("sources")}
        before[path].pop("sources")
        assert body == before[path], path
        assert (told["parcours"]["etat"], told["structures"]["etat"]) == ("INJOIGNABLE", "A_JOUR"), path
        assert all(source["age_s"] is not None for source in told.values()), path
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert "Source en panne" in page.text, path
    headline = after[VIEWS[0]]
    assert headline["personnes_employees"] > 0
    assert headline["etp_realises"] != "0.00"

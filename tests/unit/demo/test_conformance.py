"""The conformance suite says what does not pass, and stops nowhere else than without a token."""

import base64
import io
import json
from collections.abc import Callable

import httpx
import pytest
from rich.console import Console

from deploy import conformance

CLAIMS = {
    "scope": "flux.lecture parcours.lecture",
    "perimetre": {"structures": [], "departements": [], "organisations": []},
}
TOKEN = f"e30.{base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode().rstrip('=')}.x"
Answer = Callable[[httpx.Request], httpx.Response]


def right(request: httpx.Request) -> httpx.Response:
    """What the platform answers to a client that only reads."""
    if request.url.path == "/oauth/token":
        if request.headers["authorization"] != "Basic YzpzZWNyZXQ=":
            return httpx.Response(401, json={"error": "invalid_client"})
        body = {"access_token": TOKEN, "expires_in": 1500, "scope": CLAIMS["scope"]}
        return httpx.Response(200, json=body)
    if "authorization" not in request.headers:
        return httpx.Response(401, json={"code": "jeton_absent", "detail": "Un jeton manque."})
    if request.url.path == "/api/parcours/v1/flux":
        after = int(request.url.params["apres"])
        events = [{"sequence": f"{position:019d}"} for position in (after + 1, after + 3)]
        return httpx.Response(200, json=events, headers={"Positions": f"parcours={after + 4}"})
    return httpx.Response(404, json={"code": "introuvable", "detail": "Cet objet n'existe pas."})


async def played(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> tuple[bool, str]:
    def client(timeout: httpx.Timeout, base_url: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(answer), timeout=timeout, base_url=base_url)

    monkeypatch.setattr(conformance, "open_client", client)
    console = Console(file=io.StringIO(), width=200)
    passes = await conformance.check_platform("http://plateforme.invalid/", "c", "secret", console)
    assert isinstance(console.file, io.StringIO)
    return passes, console.file.getvalue()


async def test_what_the_client_may_do_passes_and_the_rest_does_not_concern_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes, told = await played(monkeypatch, right)
    assert passes
    assert "✓ Flux — 4 faits, jusqu'à la position 8" in told
    assert (told.count("✓"), told.count("–"), "3 vérifications passent, 0 échouent." in told) == (3, 5, True)


def wrong_flow(**changes: object) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/parcours/v1/flux" and "authorization" in request.headers:
            fields = {"json": [{"sequence": "3"}, {"sequence": "2"}], "headers": {"Positions": "parcours=4"}}
            return httpx.Response(200, **(fields | changes))  # type: ignore[arg-type]
        return right(request)

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (wrong_flow(), "les faits ne sont pas dans l'ordre"),
        (wrong_flow(json=[{"sequence": "9"}]), "un fait est hors de sa page"),
        (wrong_flow(headers={}), "réponse inattendue"),
    ],
)
async def test_an_answer_that_is_not_what_was_said_is_told(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, words: str
) -> None:
    passes, told = await played(monkeypatch, answer)
    assert not passes
    assert f"✗ Flux — {words}" in told
    assert "2 vérifications passent, 1 échouent." in told


async def test_a_platform_open_to_strangers_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_to_all(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[]) if "authorization" not in request.headers else right(request)

    passes, told = await played(monkeypatch, open_to_all)
    assert (passes, "401 attendu, 200 reçu" in told) == (False, True)


async def test_without_a_token_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    passes, told = await played(monkeypatch, lambda _: httpx.Response(401, json={"error": "invalid_client"}))
    assert (passes, told.count("\n")) == (False, 2)

"""The HTTP edge: who is let in, and whether each route says whom it lets in."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from httpx import ASGITransport, AsyncClient

from shared import clock
from shared.access.callers import Caller
from shared.access.edge import open_to_all, requires, routes_without_rule
from shared.access.errors import AccesRefuse
from shared.access.rights import Action
from shared.access.scopes import Audience, Scope
from shared.access.tokens import KeySet, Signer, TokenVerifier
from tests.factories.access import ISSUER, NOW, make_caller, make_key, write_key_set

KEY = make_key()
SIGNER = Signer(KEY, ISSUER)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    keys = KeySet(write_key_set(tmp_path / "jwks.json", KEY))
    app = FastAPI(openapi_url=None)
    app.state.token_verifier = TokenVerifier(keys, issuer=ISSUER, audience=Audience.PARCOURS)

    @app.exception_handler(AccesRefuse)
    async def render(_request: Request, refusal: AccesRefuse) -> JSONResponse:
        return JSONResponse({"code": refusal.code}, refusal.status, refusal.headers)

    router = APIRouter(prefix="/v1")

    @router.get("/qui")
    async def who(caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]) -> dict[str, Any]:
        return {"client": caller.client_id}

    @router.get("/ouvert", dependencies=[Depends(open_to_all)])
    async def nothing_asked() -> dict[str, str]:
        return {}

    app.include_router(router)
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://parcours.invalid") as client:
        yield client


def bearer(caller: Caller | None = None, *, scheme: str = "Bearer", now: datetime = NOW) -> dict[str, str]:
    return {"Authorization": f"{scheme} {SIGNER.issue(caller or make_caller(), now=now)}"}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_caller_with_the_scope_is_let_in(http: AsyncClient, scheme: str) -> None:
    answer = await http.get("/v1/qui", headers=bearer(scheme=scheme))

    assert (answer.status_code, answer.json()) == (200, {"client": "client-fictif"})


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic Zm9v"}]
)
async def test_without_a_token_the_answer_says_how_to_come_in(
    http: AsyncClient, headers: dict[str, str]
) -> None:
    answer = await http.get("/v1/qui", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "jeton_absent")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="iae"'


async def test_a_token_in_the_address_is_no_token(http: AsyncClient) -> None:
    token = SIGNER.issue(make_caller(), now=NOW)

    assert (await http.get("/v1/qui", params={"access_token": token})).status_code == 401


async def test_a_bad_token_is_refused(http: AsyncClient) -> None:
    answer = await http.get("/v1/qui", headers={"Authorization": "Bearer bonjour"})

    assert (answer.status_code, answer.json()["code"]) == (401, "jeton_invalide")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


async def test_an_expired_token_is_told_apart(http: AsyncClient) -> None:
    answer = await http.get("/v1/qui", headers=bearer(now=NOW.replace(year=2016)))

    assert (answer.status_code, answer.json()["code"]) == (401, "jeton_expire")


async def test_a_token_for_other_services_is_refused(http: AsyncClient) -> None:
    answer = await http.get("/v1/qui", headers=bearer(make_caller(scopes=[Scope.STRUCTURES_LECTURE])))

    assert (answer.status_code, answer.json()["code"]) == (401, "jeton_invalide")


async def test_a_token_without_the_scope_is_told_which(http: AsyncClient) -> None:
    answer = await http.get("/v1/qui", headers=bearer(make_caller(scopes=[Scope.PARCOURS_ECRITURE])))

    assert (answer.status_code, answer.json()["code"]) == (403, "portee_insuffisante")
    assert 'scope="parcours.lecture"' in answer.headers["WWW-Authenticate"]


async def test_an_open_route_asks_nothing(http: AsyncClient) -> None:
    assert (await http.get("/v1/ouvert", headers={"Authorization": "Bearer bonjour"})).status_code == 200


def test_every_route_of_this_application_has_a_rule(app: FastAPI) -> None:
    assert routes_without_rule(app) == []


def test_a_forgotten_route_is_found_wherever_it_hides(app: FastAPI, tmp_path: Path) -> None:
    inner, outer = APIRouter(prefix="/dedans"), APIRouter(prefix="/v2")
    mounted = FastAPI(openapi_url=None)

    @app.get("/direct")
    @inner.get("/profond")
    @mounted.get("/monte")
    async def forgotten() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    app.mount("/autre", mounted)
    app.mount("/fichiers", StaticFiles(directory=tmp_path))

    assert routes_without_rule(app) == ["GET /direct", "GET /v2/dedans/profond", "* /autre", "* /fichiers"]


def test_a_rule_of_a_router_or_of_a_dependency_counts(app: FastAPI) -> None:
    async def reader(caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]) -> Caller:
        return caller

    router = APIRouter(dependencies=[Depends(open_to_all)])

    @router.get("/par-le-routeur")
    async def by_the_router() -> None: ...

    @app.get("/par-une-dependance")
    async def by_a_dependency(caller: Annotated[Caller, Depends(reader)]) -> None: ...

    app.include_router(router)

    assert routes_without_rule(app) == []


def test_the_documentation_of_fastapi_has_no_rule_of_its_own() -> None:
    assert "GET/HEAD /openapi.json" in routes_without_rule(FastAPI())

"""`/oauth/token` on a real database: who gets what, and who gets nothing."""

import asyncio
import base64

import httpx
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.attempts import LIMIT
from services.gateway.access.clients import client as client_rows
from services.gateway.access.demonstration import SECRET, register_clients
from services.gateway.access.token_server import TokenServer
from shared import clock
from shared.access.callers import Caller
from shared.access.errors import JetonInvalide
from shared.access.rights import Action, Target, ensure, may
from shared.access.scopes import Audience, Scope
from shared.access.service_tokens import ServiceTokens
from shared.access.tokens import KeySet, Signer, TokenVerifier
from shared.errors import Introuvable
from shared.settings import Settings
from tests.factories.access import ISSUER, STRUCTURE, make_key

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(autouse=True)
async def _registered(engine: AsyncEngine, settings: Settings) -> None:
    async with engine.begin() as conn:
        await register_clients(conn, settings)


async def ask(http: AsyncClient, client_id: str, secret: str = SECRET, **fields: str) -> Response:
    return await http.post("/oauth/token", data=GRANT | fields, auth=(client_id, secret))


def caller_of(server: TokenServer, answer: Response, audience: Audience) -> Caller:
    assert answer.status_code == 200, answer.text
    verifier = TokenVerifier(server.keys, issuer=ISSUER, audience=audience)
    return verifier.verify(answer.json()["access_token"], clock.now())


async def test_a_client_gets_a_token_for_the_services_of_its_scopes(
    http: AsyncClient, server: TokenServer
) -> None:
    answer = await ask(http, "demo-prescripteur")

    assert {name: value for name, value in answer.json().items() if name != "access_token"} == {
        "token_type": "Bearer",
        "expires_in": 1500,
        "scope": "flux.lecture parcours.ecriture parcours.lecture structures.lecture webhooks.gestion",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    caller = caller_of(server, answer, Audience.PARCOURS)
    assert (caller.client_id, caller.subject, caller.acts_for) == (
        "demo-prescripteur",
        "demo-prescripteur",
        None,
    )
    assert caller.perimetre.organisations == {"FT-59-01"}
    for audience in Audience:  # the flow reaches every service that publishes
        caller_of(server, answer, audience)


async def test_the_secret_may_come_in_the_form(http: AsyncClient) -> None:
    answer = await http.post(
        "/oauth/token", data=GRANT | {"client_id": "demo-lecteur", "client_secret": SECRET}
    )

    assert answer.status_code == 200


async def test_a_structure_named_by_siret_is_in_the_token_by_its_identifier(
    http: AsyncClient, server: TokenServer
) -> None:
    caller = caller_of(server, await ask(http, "demo-siae"), Audience.FUNDING)

    assert caller.perimetre.structures == {STRUCTURE}
    assert may(caller, Action.LIRE_FINANCEMENT, Target(STRUCTURE, "59"))


async def test_what_is_outside_the_perimeter_is_unknown_and_what_is_inside_is_not(
    http: AsyncClient, server: TokenServer
) -> None:
    caller = caller_of(server, await ask(http, "demo-ddets"), Audience.FUNDING)

    ensure(caller, Action.ECRIRE_FINANCEMENT, Target(STRUCTURE, "59"))
    with pytest.raises(Introuvable):
        ensure(caller, Action.ECRIRE_FINANCEMENT, Target(STRUCTURE, "62"))


async def test_a_client_may_ask_for_less(http: AsyncClient, server: TokenServer) -> None:
    answer = await ask(http, "demo-ddets", scope="structures.lecture")

    assert answer.json()["scope"] == "structures.lecture"
    assert caller_of(server, answer, Audience.STRUCTURES).scopes == {Scope.STRUCTURES_LECTURE}
    with pytest.raises(JetonInvalide):
        caller_of(server, answer, Audience.FUNDING)


@pytest.mark.parametrize(
    "scope", ["parcours.ecriture", "structures.lecture parcours.ecriture", "lune.lecture", " "]
)
async def test_a_client_may_not_ask_for_more(http: AsyncClient, scope: str) -> None:
    answer = await ask(http, "demo-lecteur", scope=scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("demo-lecteur", "autre"), ("inconnu", SECRET), ("demo-reprise", SECRET), ("demo-lecteur", "")],
)
async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(
    http: AsyncClient, client_id: str, secret: str
) -> None:
    answer = await ask(http, client_id, secret)

    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client", "error_description": "Identifiant ou secret faux."}
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_client_that_was_switched_off_gets_nothing(http: AsyncClient, engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await conn.execute(
            update(client_rows).where(client_rows.c.client_id == "demo-lecteur").values(actif=False)
        )

    assert (await ask(http, "demo-lecteur")).status_code == 401


@pytest.mark.parametrize("client_id", ["demo-lecteur", "inconnu"])
async def test_failures_in_a_row_are_made_to_wait_known_client_or_not(
    http: AsyncClient, client_id: str
) -> None:
    for _ in range(LIMIT):
        assert (await ask(http, client_id, "autre")).status_code == 401

    answer = await ask(http, client_id)  # even with the right secret
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert (await ask(http, "demo-ddets")).status_code == 200


async def test_a_success_between_failures_forgets_them(http: AsyncClient) -> None:
    for _ in range(2):
        for _ in range(LIMIT - 1):
            await ask(http, "demo-lecteur", "autre")
        assert (await ask(http, "demo-lecteur")).status_code == 200


async def test_another_grant_is_not_given(http: AsyncClient) -> None:
    answer = await ask(http, "demo-lecteur", grant_type="password")

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b"\xff\xfe", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"grant_type=client_credentials", {"content-type": "application/x-www-form-urlencoded"}, 401),
        (b"a=" + b"a" * 100_000, {"content-type": "application/x-www-form-urlencoded"}, 413),
        (
            b"grant_type=client_credentials",
            {
                "content-type": "application/x-www-form-urlencoded",
                "authorization": "Basic " + base64.b64encode("demo\0:é".encode()).decode(),
            },
            401,
        ),
    ],
)
async def test_nothing_a_stranger_sends_is_a_fault_of_ours(
    http: AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    assert (await http.post("/oauth/token", content=content, headers=headers)).status_code == status


async def test_the_published_keys_verify_the_tokens_and_hold_no_secret(
    http: AsyncClient, server: TokenServer
) -> None:
    answer = await http.get("/.well-known/jwks.json")

    assert answer.json() == server.keys.as_json()
    assert [sorted(key) for key in answer.json()["keys"]] == [["crv", "kid", "kty", "x", "y"]]


async def test_the_server_describes_itself(http: AsyncClient) -> None:
    description = (await http.get("/.well-known/oauth-authorization-server")).json()

    assert description["issuer"] == ISSUER
    assert description["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert description["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert description["grant_types_supported"] == ["client_credentials"]
    assert set(description["scopes_supported"]) == set(Scope)


async def test_the_documentation_shows_the_form(http: AsyncClient) -> None:
    operation = (await http.get("/openapi.json")).json()["paths"]["/oauth/token"]["post"]

    assert "application/x-www-form-urlencoded" in operation["requestBody"]["content"]


async def test_a_worker_gets_its_token_by_the_same_way(
    http: AsyncClient, server: TokenServer, settings: Settings
) -> None:
    tokens = ServiceTokens(
        http, token_url="/oauth/token", client_id="service-funding", secret=settings.secret("client_funding")
    )
    first, second = await asyncio.gather(tokens(), tokens())

    caller = TokenVerifier(server.keys, issuer=ISSUER, audience=Audience.PARCOURS).verify(first, clock.now())
    assert first == second
    assert caller.scopes == {Scope.JOURNAL_LECTURE, Scope.EXPLOITATION}


async def test_a_worker_with_a_wrong_secret_is_told(http: AsyncClient) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await ServiceTokens(http, token_url="/oauth/token", client_id="service-funding", secret="faux")()


def test_a_server_whose_public_keys_miss_its_own_does_not_start(server: TokenServer) -> None:
    keys: KeySet = server.keys
    with pytest.raises(ValueError, match="signing key"):
        TokenServer(server.engine, Signer(make_key(), ISSUER), keys, server.resolve)

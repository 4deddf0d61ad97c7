"""Signing in at a provider: code, PKCE, and every answer that is not to be trusted."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.clients import agent
from services.gateway.access.oidc import OidcClient
from services.gateway.access.sessions import find_agent, form_token
from services.gateway.access.teams import invite
from services.gateway.app import create_app
from shared import clock
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.oidc_provider import CLIENT, SECRET, Provider, running_provider

BACK = "http://127.0.0.1:8000/connexion/retour"


class Browser:
    """A browser that follows the provider by hand."""

    def __init__(self, client: httpx.AsyncClient, provider: Provider, engine: AsyncEngine) -> None:
        self.client = client
        self.provider = provider
        self.engine = engine

    async def leave(self, suite: str = "/signalements") -> str:
        """Go to the provider; return the query with which it sends back."""
        left = await self.client.get("/connexion/fournisseur", params={"suite": suite})
        assert left.status_code == 303, left.text
        async with httpx.AsyncClient() as http:
            answer = await http.get(left.headers["location"])
        assert answer.status_code == 303, answer.text
        return urlsplit(answer.headers["location"]).query

    async def come_back(self, query: str) -> httpx.Response:
        return await self.client.get(f"/connexion/retour?{query}")

    async def sign_in(self) -> httpx.Response:
        return await self.come_back(await self.leave())


@pytest.fixture
async def browser(databases: Databases, settings_of: SettingsOf, secrets_dir: Path) -> AsyncIterator[Browser]:
    (secrets_dir / "oidc_client_secret").write_text(SECRET)
    urls = await databases.clone("gateway")
    async with running_provider(BACK) as provider:
        application = create_app(settings_of(urls, oidc_issuer=provider.url, oidc_client_id=CLIENT))
        async with client_of(application) as client:
            async with application.state.engine.begin() as conn:
                values: dict[str, Any] = {
                    "issuer": provider.url, "subject": "agent-oidc", "client_id": "ddets-fictive",
                    "libelle": "Agent fictif", "scopes": ["structures.lecture"],
                    "perimetre": {"departements": ["59"]},
                }  # fmt: skip
                await conn.execute(insert(agent).values(values))
            yield Browser(client, provider, application.state.engine)


async def test_an_agent_signs_in_at_the_provider_and_out_of_it(browser: Browser) -> None:
    page = (await browser.client.get("/connexion?suite=/etat")).text
    assert "/connexion/fournisseur?suite=/etat" in page
    assert 'name="secret"' not in page
    assert (await browser.client.post("/connexion", data={})).status_code == 404  # only in demonstration mode
    entered = await browser.sign_in()
    assert (entered.status_code, entered.headers["location"]) == (303, "/signalements")
    space = await browser.client.get("/espace")
    assert "Agent fictif" in space.text
    token = form_token(browser.client.cookies["session"])
    left = await browser.client.post("/deconnexion", data={"jeton": token})
    there = urlsplit(left.headers["location"])
    assert left.headers["location"].startswith(f"{browser.provider.url}/logout?")
    assert parse_qs(there.query)["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/"]
    assert (await browser.client.get("/espace")).status_code == 401


async def test_what_the_provider_should_not_say_lets_nobody_in(browser: Browser) -> None:
    provider, now = browser.provider, int(time.time())
    for claims in (
        {"nonce": "autre"}, {"aud": "autre"}, {"iss": "https://autre.invalid"}, {"exp": now - 60}, {"iat": now + 600},
        {"aud": [CLIENT, "autre"]}, {"sub": 12},
    ):  # fmt: skip
        provider.claims = claims
        assert (await browser.sign_in()).status_code == 403, claims
    provider.claims = {}
    provider.signer = ECKey.generate_key("P-256", auto_kid=True)
    assert (await browser.sign_in()).status_code == 403
    provider.signer = None
    provider.subject = "inconnu-ici"
    unknown = await browser.sign_in()
    assert (unknown.status_code, "inconnu-ici" in unknown.text) == (403, True)
    assert "session" not in browser.client.cookies


async def test_a_sign_in_ends_where_it_began_and_only_once(browser: Browser) -> None:
    query = await browser.leave()
    kept = browser.client.cookies["connexion"]
    browser.client.cookies.set("connexion", "autre-navigateur." + kept.partition(".")[2])
    assert (await browser.come_back(query)).status_code == 403
    browser.client.cookies.clear()
    assert (await browser.come_back(query)).status_code == 403
    browser.client.cookies.set("connexion", kept)
    assert (await browser.come_back("error=access_denied&state=x")).status_code == 403
    assert (await browser.come_back(query)).status_code == 303
    browser.client.cookies.set("connexion", kept)
    assert (await browser.come_back(query)).status_code == 403  # the provider takes a code once


def test_a_provider_in_clear_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        OidcClient(
            httpx.AsyncClient(), issuer="http://fournisseur.invalid", client_id="x", secret="x",
            redirect_uri=BACK, pkce=True,
        )  # fmt: skip


async def test_someone_invited_takes_the_place_once(browser: Browser) -> None:
    async with browser.engine.begin() as conn:
        await conn.execute(update(agent).values(administrateur=True))
        by = await find_agent(conn, browser.provider.url, "agent-oidc")
        assert by is not None
        code = await invite(conn, by, "Collègue fictive", clock.now(), administrateur=False)
    browser.provider.subject = "collegue-oidc"
    assert (await browser.sign_in()).status_code == 403

    async def bring(code: str) -> httpx.Response:
        page = (await browser.client.get("/invitation")).text
        jeton = re.search(r'name="jeton" value="(\w+)"', page)
        assert jeton is not None
        return await browser.client.post("/invitation", data={"jeton": jeton[1], "code": code})

    assert (await bring("trop court")).status_code == 422
    assert (await bring("x" * 43)).status_code == 303
    assert (await browser.sign_in()).status_code == 403  # it opens nothing
    assert (await bring(code)).headers["location"] == "/connexion/fournisseur"
    assert (await browser.sign_in()).status_code == 303
    assert "Collègue fictive" in (await browser.client.get("/espace")).text
    browser.client.cookies.clear()
    browser.provider.subject = "autre-oidc"
    assert (await bring(code)).status_code == 303
    assert (await browser.sign_in()).status_code == 403  # it served already

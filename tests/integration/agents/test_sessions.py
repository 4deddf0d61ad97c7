"""Browser sessions: who gets in, for how long, with which rights, and which forms are taken."""

import base64
import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import text

from services.gateway.access.sessions import IDLE, LONGEST
from services.gateway.routes.connexion import back_to
from services.gateway.routes.session_edge import bearer_of
from shared import clock
from shared.access.callers import Caller, Perimetre
from shared.access.scopes import Scope
from shared.access.tokens import Signer
from tests.factories.office import Office
from tests.factories.parcours_service import ACI
from tests.factories.tokens import ISSUER


async def sign_in(
    office: Office, name: str = "demo-ddets", secret: str = "demonstration", suite: str = "/espace"
) -> httpx.Response:
    html = (await office.client.get("/connexion", params={"suite": suite})).text
    jeton = re.search(r'name="jeton" value="(\w+)"', html)
    assert jeton is not None
    fields = {"jeton": jeton[1], "identifiant": name, "secret": secret, "suite": suite}
    return await office.client.post("/connexion", data=fields)


async def test_a_demonstration_client_signs_in_and_out(office: Office) -> None:
    assert "/connexion?suite=%2Fcdiae%2F59%2F2017-06-09" in await office.page("/cdiae/59/2017-06-09", 401)
    wrong = await sign_in(office, secret="faux")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (422, True)
    assert "n&#39;est pas juste" in wrong.text
    assert (await sign_in(office, name="demo\x00")).status_code == 422  # not an unavailable database
    entered = await sign_in(office, suite="/cdiae/59/2017-06-09")
    assert (entered.status_code, entered.headers["location"]) == (303, "/cdiae/59/2017-06-09")
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith("session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    first = office.client.cookies["session"]
    space = await office.client.get("/espace")
    assert "DDETS fictive du Nord" in space.text
    assert space.headers["cache-control"] == "no-store"
    await office.page("/cdiae/59/2017-06-09", 404)  # known as a member now: the séance only does not exist
    await office.page("/cdiae/62/2017-06-09", 404)
    jeton = re.search(r'name="jeton" value="(\w+)"', space.text)
    assert jeton is not None
    assert (await office.client.post("/deconnexion")).status_code == 403
    left = await office.client.post("/deconnexion", data={"jeton": jeton[1]})
    assert left.status_code == 303
    office.client.cookies.set("session", first)
    await office.page("/espace", 401)


@pytest.mark.parametrize(
    "suite",
    ["//ailleurs.invalid", "https://ailleurs.invalid", "/\\ailleurs.invalid", "ailleurs", "/connexion"],
)
def test_a_sign_in_never_leads_elsewhere(suite: str) -> None:
    assert back_to(suite) == "/espace"


async def test_a_session_ends_when_idle_when_old_and_when_its_agent_is_withdrawn(office: Office) -> None:
    signed = await office.sign_in()
    await signed.page("/espace")

    async def age(column: str, by: timedelta) -> None:
        async with office.engine.begin() as conn:
            statement = text(f"update session set {column} = :at")
            await conn.execute(statement, {"at": clock.now() - by})

    await age("seen_at", IDLE - timedelta(seconds=30))
    await signed.page("/espace")  # seen: half an hour more
    await age("created_at", LONGEST + timedelta(seconds=1))
    await signed.page("/espace", 401)
    await age("created_at", timedelta())
    await age("seen_at", IDLE + timedelta(seconds=1))
    await signed.page("/espace", 401)
    await age("seen_at", timedelta())
    async with office.engine.begin() as conn:
        await conn.execute(text("update agent set actif = false"))
    await signed.page("/espace", 401)
    async with office.engine.connect() as conn:
        (kept,) = (await conn.execute(text("select key_sha256 from session"))).one()
    assert signed.key.encode() not in kept
    assert len(kept) == 32


def test_the_token_of_a_session_lives_a_minute_and_says_who_carries_it(secrets_dir: Path) -> None:
    signer = Signer.from_json((secrets_dir / "signing_key.json").read_text(), ISSUER)
    state = SimpleNamespace(token_server=SimpleNamespace(signer=signer))
    request = SimpleNamespace(app=SimpleNamespace(state=state))
    scopes, perimetre = frozenset({Scope.PARCOURS_LECTURE}), Perimetre(frozenset({ACI}))
    caller = Caller("organisation-fictive", "agent-fictif", scopes, perimetre)
    header = bearer_of(request, caller)["Authorization"]  # type: ignore[arg-type]
    payload = header.split()[1].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["exp"] - claims["iat"] == 60
    assert (claims["sub"], claims["act"]) == ("agent-fictif", "gateway")
    assert claims["perimetre"]["structures"] == [str(ACI)]


async def test_a_form_of_another_session_is_refused(office: Office) -> None:
    mine, other = await office.sign_in("agent-a"), await office.sign_in("agent-b")
    path = f"/saisie/{ACI}/mois/2017-03"
    mine.key, key = other.key, mine.key
    assert (await mine.send(path, {"etape": "envoyer"})).status_code == 403
    mine.key = key
    assert (await mine.send(path, {"etape": "modifier"})).status_code == 200

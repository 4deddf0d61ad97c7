"""The team of an organisation: agents, invitations, structures lent, and one administrator always left."""

import asyncio
import base64
import html
import json
import re

import httpx
import pytest
from sqlalchemy import text

from services.gateway.access import teams
from services.gateway.access.sessions import find_agent
from shared import clock
from tests.factories.office import SIAE, Office
from tests.factories.parcours_service import ACI
from tests.factories.siret import make_siret

TEAM = "siae-fictive"


def read(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def member(office: Office, name: str, *, administrateur: bool = False) -> Office:
    """Sign in an agent of one same organisation."""
    signed = await office.sign_in(name)
    async with office.engine.begin() as conn:
        await conn.execute(
            text("update agent set client_id = :team, administrateur = :role where subject = :name"),
            {"team": TEAM, "role": administrateur, "name": name},
        )
    return signed


def key(page: str, name: str) -> str:
    """Return the name under which the forms of the page know an agent."""
    row = next(row for row in page.split("<tr>") if f'scope="row">{name}' in row)
    found = re.search(r'action="/equipe/agents/(\w+)"', row)
    assert found is not None
    return found[1]


async def gesture(office: Office, name: str, geste: str) -> httpx.Response:
    cle = key(await office.page("/equipe"), f"Agent fictif {name}")
    return await office.send(f"/equipe/agents/{cle}", {"geste": geste})


async def column(office: Office, query: str) -> list[object]:
    async with office.engine.connect() as conn:
        return list((await conn.execute(text(query))).scalars())


async def test_an_administrator_names_withdraws_and_is_not_the_last_to_leave(office: Office) -> None:
    admin, other = await member(office, "a1", administrateur=True), await member(office, "a2")
    await office.sign_in("etranger", sirets=[[make_siret(2), "AI"]])
    await other.page("/equipe", 403)
    await office.page("/equipe", 401)
    assert "Mon équipe" in read(await admin.page("/espace"))
    assert "Mon équipe" not in read(await other.page("/espace"))
    shown = await admin.page("/equipe")
    assert "2 agents de votre organisme" in read(shown)
    assert "etranger" not in shown
    assert "a1" not in re.findall(r'action="([^"]+)"', shown)
    for geste in ("retirer", "demettre"):
        last = await gesture(admin, "a1", geste)
        assert (last.status_code, "le dernier administrateur" in last.text) == (422, True)
    assert (await gesture(admin, "a2", "nommer")).status_code == 303
    assert (await gesture(other, "a1", "retirer")).status_code == 303
    await admin.page("/espace", 401)  # its sessions are over
    assert await column(office, "select subject from agent where client_id = 'siae-fictive' and actif") == [
        "a2"
    ]
    assert (await other.send("/equipe/agents/inconnu", {"geste": "retirer"})).status_code == 404
    assert (await other.client.post("/equipe/agents/inconnu")).status_code == 403


async def test_two_administrators_who_withdraw_each_other_leave_one(office: Office) -> None:
    one, two = [await member(office, name, administrateur=True) for name in ("a1", "a2")]
    pages = [await each.page("/equipe") for each in (one, two)]
    keys = [key(pages[0], "Agent fictif a2"), key(pages[1], "Agent fictif a1")]
    answers = await asyncio.gather(
        *(
            each.send(f"/equipe/agents/{cle}", {"geste": "retirer"})
            for each, cle in zip((one, two), keys, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) in ([303, 401], [303, 403], [303, 422])
    left = await column(office, "select administrateur from agent where client_id = 'siae-fictive' and actif")
    assert left == [True]


async def test_an_invitation_is_shown_once_waits_and_is_cancelled(office: Office) -> None:
    admin = await member(office, "a1", administrateur=True)
    poor = await admin.send("/equipe/invitations", {"nom": "ecrire@exemple.invalid"})
    assert (poor.status_code, "une adresse de courriel" in poor.text) == (422, True)
    made = await admin.send("/equipe/invitations", {"nom": "Encadrante fictive", "administrateur": "oui"})
    code = re.search(r"<code>([\w-]{43})</code>", made.text)
    assert code is not None
    later = await admin.page("/equipe")
    assert code[1] not in later
    assert "Encadrante fictive administrateur" in read(later)
    (kept,) = await column(office, "select code_sha256 from invitation")
    assert code[1].encode() not in bytes(kept)  # type: ignore[call-overload]
    waiting = re.search(r'action="(/equipe/invitations/[0-9a-f-]{36})"', later)
    assert waiting is not None
    stranger = await office.sign_in("etranger", sirets=[[make_siret(2), "AI"]])
    assert (await stranger.send(waiting[1], {})).status_code == 403
    assert (await admin.send(waiting[1], {})).status_code == 303
    assert (await admin.send(waiting[1], {})).status_code == 404
    assert "Aucune invitation n'attend." in read(await admin.page("/equipe"))


async def test_who_is_withdrawn_meanwhile_leaves_no_invitation_behind(office: Office) -> None:
    for name in ("a1", "a2"):
        await member(office, name, administrateur=True)
    async with office.engine.begin() as conn:
        rows = await conn.execute(text("select issuer, subject from agent where subject = 'a1'"))
        issuer, subject = rows.one()
        late = await find_agent(conn, issuer, subject)  # as its request in flight knows it
        assert late is not None
        assert await teams.withdraw(conn, TEAM, issuer, subject)
        with pytest.raises(teams.AdministrateurRequis):
            await teams.invite(conn, late, "Encadrante fictive", clock.now(), administrateur=True)
    assert await column(office, "select id from invitation") == []


async def lend(office: Office, delegataire: str, structure: str = f"{make_siret(1)} ACI") -> httpx.Response:
    return await office.send("/equipe/delegations", {"structure": structure, "delegataire": delegataire})


async def test_a_structure_is_lent_seen_and_taken_back(office: Office) -> None:
    admin = await member(office, "a1", administrateur=True)
    payroll = await office.sign_in("paie", SIAE, organisations=["PAIE-FICTIVE"])
    await payroll.page(f"/saisie/{ACI}", 404)
    assert "Aucun autre organisme" in (await lend(admin, "personne")).text
    assert "Aucun autre organisme" in (await lend(admin, TEAM)).text
    assert "de votre organisme" in read(
        (await lend(admin, "organisation-de-paie", f"{make_siret(2)} AI")).text
    )
    twice = await asyncio.gather(*(lend(admin, "organisation-de-paie") for _ in range(2)))
    assert [answer.status_code for answer in twice] == [303, 303]
    assert "Saisie sans logiciel" in read(await payroll.page(f"/saisie/{ACI}"))
    shown = await admin.page("/equipe")
    running = re.findall(r'action="(/equipe/delegations/[0-9a-f-]{36})"', shown)
    assert len(running) == 1
    async with office.engine.begin() as conn:
        await conn.execute(text("update agent set administrateur = true where subject = 'paie'"))
    assert "organisation-de-paie" in await payroll.page("/equipe")
    assert f"(ACI) {TEAM}" in read(await payroll.page("/equipe"))
    relent = await lend(payroll, TEAM)
    assert relent.status_code == 422  # what is lent is not its own to lend
    assert (await payroll.send(running[0], {})).status_code == 404
    assert (await admin.send(running[0], {})).status_code == 303
    await payroll.page(f"/saisie/{ACI}", 404)
    assert "reprise le" in read(await admin.page("/equipe"))
    assert (await lend(admin, "organisation-de-paie")).status_code == 303  # and again, later


async def test_the_software_of_the_other_organisation_gets_the_structure_in_its_token(office: Office) -> None:
    admin = await member(office, "a1", administrateur=True)

    async def structures() -> list[str]:
        asked = {"grant_type": "client_credentials"}
        answer = await office.client.post(
            "/oauth/token", data=asked, auth=("demo-prescripteur", "demonstration")
        )
        payload = answer.json()["access_token"].split(".")[1]
        found: list[str] = json.loads(base64.urlsafe_b64decode(payload + "=="))["perimetre"]["structures"]
        return found

    assert await structures() == []
    assert (await lend(admin, "demo-prescripteur")).status_code == 303
    assert await structures() == [str(ACI)]

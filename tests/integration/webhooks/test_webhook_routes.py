"""Subscribing over HTTP, and what each partner is told of the same facts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from deploy.local.databases import Urls
from services.gateway.sources import Journal
from services.gateway.webhooks.abonnements import MOST
from services.gateway.webhooks.courier import Courier
from services.gateway.webhooks.egress import Egress
from services.gateway.webhooks.flow import Flow
from shared import clock
from shared.access.scopes import Scope
from shared.settings import Settings
from tests.conftest import Databases
from tests.factories.office import Office, open_office
from tests.factories.parcours import make_identite, make_orientation
from tests.factories.parcours_service import ACI, Parcours
from tests.factories.receiver import Receiver, receiving
from tests.factories.tokens import ALL_WRITES, bearer, make_caller
from tests.factories.webhooks import NO_TLS

WEBHOOKS = "/api/vues/v1/webhooks"
PARTNER = (*ALL_WRITES, Scope.FLUX_LECTURE, Scope.WEBHOOKS_GESTION)
PERIMETERS: dict[str, dict[str, Any]] = {
    "demo-prescripteur": {"organisations": ["FT-59-01"]},
    "demo-siae": {"structures": [ACI]},
    "demo-lecteur": {"departements": ["02"]},
}
PUBLIC = "https://editeur.invalid/recu"


@dataclass
class Platform:
    """A gateway that sends to this machine, a pathways service, tokens of partners."""

    office: Office
    secrets_dir: Path

    def headers(self, client: str, scopes: tuple[Scope, ...] = PARTNER) -> dict[str, str]:
        caller = make_caller(client=client, scopes=scopes, **({"departements": ()} | PERIMETERS[client]))
        return bearer(self.secrets_dir, caller)

    async def call(
        self,
        method: str,
        path: str = "",
        client: str = "demo-prescripteur",
        key: str | None = "c",
        **body: Any,
    ) -> httpx.Response:
        headers = self.headers(client) | ({"Idempotency-Key": key} if key else {})
        return await self.office.client.request(
            method, f"{WEBHOOKS}{path}", headers=headers, json=body or None
        )

    def partner(self, client: str) -> Parcours:
        fields = {"departements": ()} | PERIMETERS[client]
        return self.office.parcours.as_caller(client=client, scopes=PARTNER, **fields)

    async def publish(self) -> None:
        """Give their positions to the facts, and let the gateway know how far they are."""
        await self.office.parcours.sequence()
        ((end,),) = await self.office.parcours.rows(
            "select position from relay_cursor where name = 'sequence'"
        )
        sources = self.office.application.state.sources
        sources.states["parcours"].journal = Journal(end, 0, clock.now())

    async def send_all(self) -> None:
        state = self.office.application.state
        flow = Flow(state.forward, state.settings.parcours_url, state.token_server.signer)
        async with Egress(local=True, ssl_context=NO_TLS) as egress:
            courier = Courier(self.office.engine, flow, egress, state.webhook_seal)
            await courier.take_all()
            while courier._serving:
                await asyncio.gather(*courier._serving)
                await courier.take_all()


@pytest.fixture(scope="module")
async def shared_platform(
    postgres: str, templates: dict[str, Urls], secrets_dir: Path
) -> AsyncIterator[Platform]:
    def settings_of(urls: Urls, **others: Any) -> Settings:
        return Settings(service_database_url=urls.appli, secrets_dir=secrets_dir, **others)

    async with AsyncExitStack() as stack:
        databases = Databases(postgres, templates, stack)
        office = await stack.enter_async_context(open_office(databases, settings_of, secrets_dir))
        state = office.application.state
        state.settings = state.settings.model_copy(update={"webhooks_locaux": True})
        yield Platform(office, secrets_dir)


@pytest.fixture
async def platform(shared_platform: Platform) -> Platform:
    """Nobody subscribes yet."""
    async with shared_platform.office.engine.begin() as conn:
        await conn.execute(text("delete from abonnement"))
    await shared_platform.publish()
    return shared_platform


async def test_a_subscription_is_opened_read_changed_and_left(platform: Platform) -> None:
    asked: dict[str, Any] = {"url": PUBLIC, "types": ["fr.iae.parcours.contrat.signe"]}
    opened, again = [await platform.call("POST", key="une", **asked) for _ in range(2)]
    assert (opened.status_code, opened.json()) == (201, again.json())
    body = opened.json()
    address = opened.headers["location"].removeprefix(WEBHOOKS)
    assert (address, opened.headers["cache-control"]) == (f"/{body['id']}", "no-store")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", body["secret"])
    assert (body["url"], body["types"], body["etat"]) == (PUBLIC, asked["types"], "ACTIF")
    other = await platform.call("POST", key="une", url=f"{PUBLIC}/autre")
    assert (other.status_code, other.json()["code"]) == (422, "cle_idempotence_reutilisee")
    (listed,) = (await platform.call("GET")).json()
    assert listed == (await platform.call("GET", address)).json()
    assert "secret" not in listed
    changed = await platform.call("POST", f"{address}/secret", key="deux")
    assert changed.json() == (await platform.call("POST", f"{address}/secret", key="deux")).json()
    assert changed.json()["secret"] != body["secret"]
    assert changed.json()["ancien_jusqu_au"]
    assert (await platform.call("DELETE", address)).status_code == 204
    assert (await platform.call("GET", address)).status_code == 404


async def test_the_subscription_of_another_does_not_exist(platform: Platform) -> None:
    body = (await platform.call("POST", url=PUBLIC)).json()
    message = f"/livraisons/{body['id']}/redelivrance"
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}), ("DELETE", "", {}), ("POST", "/secret", {}), ("POST", "/reactivation", {}),
        ("POST", "/rejeu", {"apres": 0}), ("GET", "/livraisons", {}), ("POST", message, {}),
    ]  # fmt: skip
    for method, path, sent in calls:
        answer = await platform.call(method, f"/{body['id']}{path}", client="demo-siae", **sent)
        assert (answer.status_code, answer.json()["code"]) == (404, "introuvable"), path
    assert (await platform.call("GET", client="demo-siae")).json() == []
    assert (await platform.call("GET", f"/{body['id']}")).json()["etat"] == "ACTIF"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("url_refusee", {"url": "https://169.254.169.254/latest"}),
        ("url_refusee", {"url": "https://[::ffff:127.0.0.1]/"}),
        ("url_refusee", {"url": "http://editeur.invalid/"}),
        ("type_inconnu", {"url": PUBLIC, "types": ["fr.iae.parcours.inconnu.fait"]}),
        ("position_inconnue", {"url": PUBLIC, "apres": 10**6}),
        ("demande_mal_formee", {"url": PUBLIC, "secret": "le-mien"}),
    ],
)
async def test_what_cannot_be_served_is_refused_with_its_code(
    platform: Platform, code: str, asked: dict[str, Any]
) -> None:
    answer = await platform.call("POST", **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["erreurs"][0]["correction"]


async def test_who_lacks_a_scope_or_a_key_is_refused(platform: Platform) -> None:
    """The token must bear both scopes, and the client must still have them: its flow is read later."""
    answer = await platform.call("POST", key=None, url=PUBLIC)
    assert (answer.status_code, answer.json()["code"]) == (400, "cle_idempotence_manquante")
    assert (await platform.call("POST", client="demo-lecteur", url=PUBLIC)).status_code == 403
    post = platform.office.client.post
    assert (await post(WEBHOOKS, json={"url": PUBLIC})).status_code == 401
    for scope in (Scope.WEBHOOKS_GESTION, Scope.FLUX_LECTURE):
        fewer = tuple(kept for kept in PARTNER if kept is not scope)
        headers = platform.headers("demo-prescripteur", fewer) | {"Idempotency-Key": "c"}
        assert (await post(WEBHOOKS, json={"url": PUBLIC}, headers=headers)).status_code == 403


async def test_a_client_has_so_many_subscriptions_and_a_key_opens_one(platform: Platform) -> None:
    """Twins of one request wait for each other, and so do the last two requests that there is room for."""
    twins = await asyncio.gather(*(platform.call("POST", key="la-meme", url=PUBLIC) for _ in range(4)))
    assert len({answer.json()["secret"] for answer in twins}) == 1
    answers = await asyncio.gather(*(platform.call("POST", key=f"{n}", url=PUBLIC) for n in range(MOST + 1)))
    assert sorted(answer.status_code for answer in answers) == [201] * (MOST - 1) + [409] * 2
    assert len((await platform.call("GET")).json()) == MOST


def sent_to_the_aci(name: str) -> dict[str, Any]:
    identite = make_identite(nom=f"SENTINELLE-{name}", prenom="Sentinelline")
    return make_orientation(
        None, personne=None, identite=identite, date_orientation=clock.today().isoformat()
    )


async def test_each_partner_receives_the_facts_of_its_perimeter_under_its_own_names(
    platform: Platform,
) -> None:
    office, employer = platform.partner("demo-prescripteur"), platform.partner("demo-siae")
    async with receiving() as at_office, receiving() as at_employer:
        secrets = {}
        for client, receiver in (("demo-prescripteur", at_office), ("demo-siae", at_employer)):
            opened = await platform.call("POST", client=client, url=receiver.url)
            secrets[client] = opened.json()["secret"]
        sent = await office.write("candidatures", sent_to_the_aci("ENVOYEE"))
        alone = {"type_prescripteur": "SPONTANEE", "organisation": None}
        by_itself = await office.as_caller(client="region").write(
            "candidatures", sent_to_the_aci("SEULE") | alone
        )
        await platform.publish()
        await platform.send_all()
        told = {name: facts_of(receiver) for name, receiver in (("o", at_office), ("e", at_employer))}
        assert [key for kind, key in told["o"] if kind == "candidature.envoyee"] == [sent]
        assert [key for kind, key in told["e"] if kind == "candidature.envoyee"] == [sent, by_itself]
        persons = {
            receiver: request.message["data"]["personne_id"]
            for receiver, requests in ((0, at_office.received), (1, at_employer.received))
            for request in requests
            if request.message["data"]["sujet"] == sent
        }
        assert persons[0] == (await office.get(f"candidatures/{sent}")).json()["personne_id"]
        assert persons[1] == (await employer.get(f"candidatures/{sent}")).json()["personne_id"]
        assert persons[0] != persons[1]
        bodies = b"".join(request.body for request in (*at_office.received, *at_employer.received))
        ((known,),) = await office.rows(
            "select personne_id::text from candidature where id = cast(:id as uuid)", id=sent
        )
        assert not any(word.encode() in bodies for word in ("SENTINELLE", "Sentinelline", "1990", known))
        request = at_office.received[0]
        assert request.signed_by(secrets["demo-prescripteur"], clock.now())
        assert not request.signed_by(secrets["demo-siae"], clock.now())


def facts_of(receiver: Receiver) -> list[tuple[str, str]]:
    messages = [request.message for request in receiver.received]
    return [
        (message["type"].removeprefix("fr.iae.parcours."), message["data"]["sujet"]) for message in messages
    ]


async def test_a_subscriber_sees_its_messages_and_has_them_sent_again(platform: Platform) -> None:
    async with receiving() as receiver:
        identity = (await platform.call("POST", url=receiver.url)).json()["id"]
        for name in ("UN", "DEUX"):
            await platform.partner("demo-prescripteur").write("candidatures", sent_to_the_aci(name))
        await platform.publish()
        receiver.answers = [204, 410]
        await platform.send_all()
        address = f"/{identity}"
        read = (await platform.call("GET", address)).json()
        assert (read["etat"], read["en_attente"], read["mortes"]) == ("DESACTIVE", 1, 0)
        page = await platform.call("GET", f"{address}/livraisons?limite=1")
        (last,) = page.json()["resultats"]
        assert (last["etat"], last["statut"], last["essais"]) == ("EN_ATTENTE", 410, 1)
        following = page.headers["link"].split(">")[0].removeprefix(f"<{WEBHOOKS}")
        (first,) = (await platform.call("GET", following)).json()["resultats"]
        assert (first["etat"], first["charge"]["data"]["position"]) == ("LIVREE", first["position"])
        (dead,) = [(await platform.call("GET", f"{address}/livraisons?etat=MORTE")).json()]
        assert dead == {"resultats": [], "suivant": None}
        wrong = await platform.call("GET", f"{address}/livraisons?curseur=AAAA")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "curseur_invalide")
        again = await platform.call("POST", f"{address}/livraisons/{first['id']}/redelivrance")
        assert (again.status_code, again.json()["en_attente"]) == (202, 2)
        assert (await platform.call("POST", f"{address}/reactivation")).json()["etat"] == "ACTIF"
        await platform.send_all()
        assert receiver.positions[:4] == [first["position"], last["position"]] * 2
        before = len(receiver.received)
        start = first["position"] - 1
        assert (await platform.call("POST", f"{address}/rejeu", apres=start)).json()["position"] == start
        await platform.send_all()
        assert receiver.positions[before:] == sorted(set(receiver.positions))


async def test_the_daily_work_erases_and_is_the_operators(platform: Platform) -> None:
    path = f"{WEBHOOKS}/conservation"
    operator = bearer(platform.secrets_dir, make_caller(scopes=(Scope.EXPLOITATION,), departements=()))
    done = await platform.office.client.post(path, headers=operator)
    assert (done.status_code, done.json()) == (200, {"charges_effacees": 0})
    refused = await platform.office.client.post(path, headers=platform.headers("demo-prescripteur"))
    assert refused.status_code == 403

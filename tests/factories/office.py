"""A gateway and a pathways service side by side, and the agents who sign in; everybody is fictitious."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.clients import agent
from services.gateway.access.sessions import find_agent, form_token, open_session
from services.gateway.app import create_app
from services.gateway.tables import SCHEMA
from services.gateway.views import projections
from services.parcours.service import SERVICE
from shared import clock
from shared.access.scopes import Scope
from shared.contracts.fact import Fact
from shared.db import create_engine
from shared.messaging.consumer import Consumer
from shared.messaging.source import JournalClient
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.facts import Publisher, make_structure
from tests.factories.parcours_service import ANNEXES, REPRISE, STRUCTURES, Parcours
from tests.factories.siret import make_siret
from tests.factories.tokens import make_caller

SIAE = (Scope.PARCOURS_LECTURE, Scope.PARCOURS_ECRITURE, Scope.IDENTITE_LECTURE)
ISSUER = "https://fournisseur.invalid"


@dataclass
class Office:
    """The application of the gateway, a browser without screen, and the service that it asks."""

    application: FastAPI
    client: httpx.AsyncClient
    engine: AsyncEngine
    parcours: Parcours
    feed: Callable[[Sequence[Fact]], Awaitable[None]]
    key: str = field(default="", repr=False)

    async def sign_in(
        self, subject: str = "agent-s1", scopes: Iterable[Scope] = SIAE, **perimetre: Any
    ) -> "Office":
        """Return the same office under the session of a new agent, by default of the ACI."""
        perimetre = perimetre or {"sirets": [[make_siret(1), "ACI"]]}
        async with self.engine.begin() as conn:
            values = {
                "issuer": ISSUER,
                "subject": subject,
                "client_id": f"organisation-de-{subject}",
                "libelle": f"Agent fictif {subject}",
                "scopes": sorted(scopes),
                "perimetre": perimetre,
            }
            await conn.execute(insert(agent).values(values))
            found = await find_agent(conn, ISSUER, subject)
            assert found is not None
            key = await open_session(conn, found, clock.now())
        transport = httpx.ASGITransport(app=self.application, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://test", cookies={"session": key})
        return Office(self.application, client, self.engine, self.parcours, self.feed, key)

    async def move(self) -> None:
        """Let the views receive one more fact."""
        await self.feed([make_structure("S9", number=9)])

    async def page(self, path: str, status: int = 200) -> str:
        """Read a page."""
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, fields: Mapping[str, str], **others: Any) -> httpx.Response:
        """Send a form with the token of the session."""
        return await self.client.post(path, data={"jeton": form_token(self.key), **fields}, **others)


def fields_of(html: str, form: str = 'method="post" action="/saisie') -> dict[str, str]:
    """Return the hidden and typed fields of the form whose tag holds a text."""
    body = html[html.index(form) :].split("</form>", maxsplit=1)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", body):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        fields[name] = (chosen[1] or chosen[2]) if chosen else ""
    return fields


@asynccontextmanager
async def open_office(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path
) -> AsyncIterator[Office]:
    """Open both on fresh databases that know three structures and their annexes of 2017."""
    urls, own = await databases.clone("gateway"), await databases.clone("parcours")
    engine = create_engine(urls.appli, application="view", schema=SCHEMA)
    service_engine = create_engine(own.appli, application="test")
    service = create_service_app(SERVICE, settings_of(own))
    application = create_app(settings_of(urls, demonstration=True))
    base = application.state.settings.parcours_url
    try:
        async with client_of(service) as service_client, client_of(application) as client:
            reprise, vault = make_caller(scopes=REPRISE), service.state.tools
            parcours = Parcours(service_client, service_engine, secrets_dir, reprise, vault, own.relais)
            transport = httpx.ASGITransport(app=service, raise_app_exceptions=False)
            async with httpx.AsyncClient(mounts={base: transport}, base_url=base) as forward:
                application.state.forward = forward
                consumer = Consumer(engine, projections, JournalClient({}, _no_token, client))
                publishers = {name: Publisher(name) for name in ("structures", "funding")}

                async def feed(facts: Sequence[Fact]) -> None:
                    await consumer.apply(publishers[facts[0].service].batch(facts))

                for facts in (STRUCTURES, ANNEXES):
                    await parcours.receive(*facts)
                    await feed(facts)
                yield Office(application, client, engine, parcours, feed)
    finally:
        await engine.dispose()
        await service_engine.dispose()


async def _no_token() -> str:
    return ""

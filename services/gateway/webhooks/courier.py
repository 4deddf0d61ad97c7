"""The courier: sends to each subscriber, in order, the facts of its perimeter; nobody waits for another."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import httpx
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.clients import resolve_perimetre
from services.gateway.queries.structures import structures_of_sirets
from services.gateway.tables import SCHEMA
from services.gateway.webhooks.egress import AT_ONCE, Egress
from services.gateway.webhooks.flow import SOURCE, Flow, Message, message_of
from services.gateway.webhooks.held import Held, give_back, hold, record, somebody_subscribes, waiting
from services.gateway.webhooks.signature import signed_headers
from shared import clock
from shared.access.callers import Caller
from shared.access.scopes import Scope
from shared.access.tokens import Signer
from shared.client import open_client
from shared.db import create_engine
from shared.imports.sealing import KeySeal
from shared.keys import derive_key
from shared.messaging.loop import Loop, unending
from shared.settings import Settings

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
PAGE = 50
SOURCE_SILENT = timedelta(seconds=5)


class Courier(Loop):
    """Serves many subscriptions at once, one message of each at a time."""

    name = "webhooks"

    def __init__(
        self,
        engine: AsyncEngine,
        flow: Flow,
        egress: Egress,
        seal: KeySeal,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        super().__init__()
        self._engine = engine
        self._flow = flow
        self._egress = egress
        self._seal = seal
        self._now = now
        self._serving: set[asyncio.Task[None]] = set()

    async def turn(self) -> float:
        """Take what may be served, and wait for the first to end."""
        await self.take_all()
        if not self._serving:
            return LOOK_EVERY_S
        await asyncio.wait(self._serving, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        return 0.0

    async def take_all(self) -> None:
        """Begin to serve every subscription that has something to send, as long as there is room."""
        async with self._engine.connect() as conn:
            if not await somebody_subscribes(conn):
                return
        end = await self._flow.end()
        while len(self._serving) < AT_ONCE:
            async with self._engine.begin() as conn:
                held = await hold(conn, end, self._now())
            if held is None:
                return
            task = asyncio.create_task(self._serve_quietly(held))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def recover(self) -> None:
        """Stop what is being served; the holds end by themselves."""
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve_quietly(self, held: Held) -> None:
        try:
            await self._serve(held)
        except Exception:
            # Nothing is lost: the hold ends, another turn takes it again.
            log.exception("serving failed", extra={"action": self.name, "client_id": held.client_id})

    async def _serve(self, held: Held) -> None:
        async with self._engine.connect() as conn:
            begun = await waiting(conn, held)
            perimetre = await resolve_perimetre(
                conn, held.client_id, dict(held.perimetre), structures_of_sirets
            )
        for message in begun:
            if held.ends(self._now()):
                await self._give_back(held, held.position)
                return
            if await self._send(held, message) is None:
                return
        caller = Caller(held.client_id, held.client_id, frozenset({Scope.FLUX_LECTURE}), perimetre)
        try:
            page = await self._flow.after(caller, held.position, PAGE, self._now())
        except httpx.HTTPError:
            log.warning("no flow to send", extra={"action": self.name, "source": SOURCE})
            await self._give_back(held, held.position, SOURCE_SILENT)
            return
        reached = held.position
        for event in page.events:
            if held.wants(event.type):
                if held.ends(self._now()):
                    break
                moved = await self._send(held, message_of(event, held.id))
                if moved is None:
                    return
                held = moved
            reached = event.position
        else:
            reached = max(page.position, reached)
        await self._give_back(held, reached)

    async def _send(self, held: Held, message: Message) -> Held | None:
        body = orjson.dumps(message.charge, option=orjson.OPT_SORT_KEYS)
        sent_at = self._now()
        secrets = [self._seal.open(sealed, held.id).decode() for sealed in held.sealed_secrets(sent_at)]
        reply = await self._egress.post(held.url, signed_headers(secrets, message.id, sent_at, body), body)
        async with self._engine.begin() as conn:
            return await record(conn, held, message, reply, self._now())

    async def _give_back(self, held: Held, position: int, pause: timedelta = timedelta()) -> None:
        async with self._engine.begin() as conn:
            await give_back(conn, held, position, self._now() + pause)


def seal_of(settings: Settings) -> KeySeal:
    """Return what closes the secrets of subscriptions, each bound to its own."""
    return KeySeal(derive_key(settings.secret("webhook_key"), "webhooks"))


async def run_courier(settings: Settings) -> None:
    """Send until cancelled."""
    async with AsyncExitStack() as stack:
        engine = create_engine(
            settings.service_database_url, application="gateway-webhooks", schema=SCHEMA, by_key=True
        )
        stack.push_async_callback(engine.dispose)
        http = await stack.enter_async_context(open_client(httpx.Timeout(10)))
        egress = await stack.enter_async_context(Egress(local=settings.local_webhooks))
        signer = Signer.from_json(settings.secret("signing_key.json"), settings.gateway_url)
        flow = Flow(http, settings.sources[SOURCE], signer)
        await unending(Courier(engine, flow, egress, seal_of(settings)).run())

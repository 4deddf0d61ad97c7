"""What the gateway knows of its sources: reachable or not, how far their journals are, how far the views are."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.projections import VIEW
from shared import clock
from shared.contracts.topics import SERVICES
from shared.messaging.checkpoints import Standing, standings
from shared.messaging.loop import Loop

log = logging.getLogger(__name__)

WATCH_EVERY_S = 2.0
ASK_S = 2.0
"""Seconds after which a source that says nothing is silent."""


NOWHERE = Standing(0, None, None)


@dataclass(frozen=True, slots=True)
class Journal:
    """Where the journal of a source stands, as last asked."""

    position: int
    pending: int
    asked_at: datetime


@dataclass(slots=True)
class SourceState:
    """One source.

    Attributes
    ----------
    journal
        What it last answered; None when it never did.
    silent_since
        When it stopped answering; None while it answers.
    late_since
        When the views stopped holding all that its journal holds; None while they do.
    current_at
        When the views were last known to hold all of its journal.
    """

    name: str
    journal: Journal | None = None
    silent_since: datetime | None = None
    late_since: datetime | None = None
    current_at: datetime | None = None
    standing: Standing = NOWHERE

    @property
    def visible(self) -> bool:
        """Whether all that the journal holds is applied."""
        return (
            self.journal is not None
            and not self.journal.pending
            and self.standing.position >= self.journal.position
        )


class Sources(Loop):
    """The three sources, asked every two seconds."""

    name = "sources"

    def __init__(self, engine: AsyncEngine, urls: dict[str, str], http: httpx.AsyncClient) -> None:
        super().__init__()
        self._engine = engine
        self._urls = urls
        self._http = http
        self.states = {name: SourceState(name) for name in SERVICES}

    async def turn(self) -> float:
        """Ask every source once."""
        await self.refresh()
        return WATCH_EVERY_S

    async def refresh(self) -> None:
        """Ask every source where its journal is, then look where the views are."""
        journals = await asyncio.gather(*(self._ask(name) for name in SERVICES))
        async with self._engine.connect() as conn:
            stands = await standings(conn, VIEW)
        now = clock.now()
        for (name, state), journal in zip(self.states.items(), journals, strict=True):
            state.standing = stands.get(name, NOWHERE)
            if journal is None:
                state.silent_since = state.silent_since or now
                continue
            state.silent_since, state.journal = None, journal
            if state.visible:
                state.late_since, state.current_at = None, now
            else:
                state.late_since = state.late_since or now

    async def _ask(self, name: str) -> Journal | None:
        try:
            answer = await self._http.get(f"{self._urls[name]}/sante/pret", timeout=ASK_S)
            answer.raise_for_status()
            journal = answer.json()["journal"]
            return Journal(journal["position"], journal["en_attente"], clock.now())
        except (httpx.HTTPError, KeyError, ValueError):
            return None

    @property
    def all_visible(self) -> bool:
        """Whether every source answers and the views hold all they published."""
        return all(state.visible and state.silent_since is None for state in self.states.values())

    async def positions(self) -> dict[str, int]:
        """Return how far the views are now, by source."""
        async with self._engine.connect() as conn:
            stands = await standings(conn, VIEW)
        return {name: stands[name].position if name in stands else 0 for name in SERVICES}

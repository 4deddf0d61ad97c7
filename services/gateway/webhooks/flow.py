"""The facts of a subscriber: read from the service that owns them, as the subscriber, by the one rule of perimeter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import orjson

from shared.access.callers import Caller
from shared.access.tokens import Signer
from shared.contracts import parcours
from shared.contracts.envelope import Envelope, from_json

SOURCE = "parcours"
"""The service whose facts concern one partner and not all: the one that serves ``/v1/flux``."""
TYPES = tuple(sorted(fact.event_type() for fact in parcours.FACTS if fact is not parcours.PublicsArretes))
"""Counts of whole territories are of nobody's perimeter: the flow never tells them."""
TOKEN_LIFETIME = timedelta(seconds=60)
ACT = "gateway"
READ_S = 10.0
IDENTIFIERS = ("personne_id", "conservee_id", "structure_id")
"""What a message tells besides the aggregate: identifiers that the subscriber knows, persons by its own names."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent of a fact; ``id`` is the same however many times it is sent."""

    id: UUID
    position: int
    type: str
    charge: dict[str, Any]


def message_of(event: Envelope, abonnement_id: UUID) -> Message:
    """Return the thin message of a fact: its type, its position, identifiers; the rest is read from the API."""
    facts = orjson.loads(event.data)
    data = {
        "source": event.service,
        "position": event.position,
        "evenement": str(event.id),
        "sujet": str(event.key),
        "version": event.version,
    }
    data |= {name: facts[name] for name in IDENTIFIERS if facts.get(name)}
    charge = {"type": event.type, "timestamp": event.attributes()["time"], "data": data}
    return Message(uuid5(abonnement_id, str(event.id)), event.position, event.type, charge)


@dataclass(frozen=True, slots=True)
class Page:
    """Facts in the order of their positions, and how far the reading went, facts of others included."""

    events: list[Envelope]
    position: int


class Flow:
    """Reads the flow of a service.

    Parameters
    ----------
    url
        Base address of the service.
    """

    def __init__(self, http: httpx.AsyncClient, url: str, signer: Signer) -> None:
        self._http = http
        self._url = url
        self._signer = signer

    async def end(self) -> int | None:
        """Return the last position of the journal; None when the service does not answer."""
        try:
            answer = await self._http.get(f"{self._url}/sante/pret", timeout=READ_S)
            answer.raise_for_status()
            return int(answer.json()["journal"]["position"])
        except (httpx.HTTPError, KeyError, ValueError):
            return None

    async def after(self, caller: Caller, position: int, limit: int, now: datetime) -> Page:
        """Return the next facts that a caller may read.

        Raises
        ------
        httpx.HTTPError
            The service does not answer, or refuses.
        """
        token = self._signer.issue(caller, now=now, lifetime=TOKEN_LIFETIME, act=ACT)
        answer = await self._http.get(
            f"{self._url}/v1/flux",
            params={"apres": position, "limite": limit},
            headers={"Authorization": f"Bearer {token}"},
            timeout=READ_S,
        )
        answer.raise_for_status()
        reached = int(answer.headers["Positions"].removeprefix(f"{SOURCE}="))
        return Page([from_json(event) for event in orjson.loads(answer.content)], reached)

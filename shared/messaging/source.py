"""Where a reader's events come from: Kafka, or the HTTP journals. Both give the same batches."""

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.client import open_client
from shared.contracts.envelope import Envelope, UnreadableEnvelope, from_json

log = logging.getLogger(__name__)

Token = Callable[[], Awaitable[str]]

CHECKPOINT = text("""
    select next_offset, bus_id from checkpoint where view = :view and source = :source and partition = 0
""")
BATCH = 1000
POLL_WAIT_S = 20


@dataclass(frozen=True, slots=True)
class Record:
    """One message at one offset.

    Attributes
    ----------
    envelope
        None when it could not be read (``raw`` says what came) or needs not be.
    passed
        Position of an event that the view does not follow.
    """

    offset: int
    envelope: Envelope | None
    raw: str = ""
    passed: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive messages of one partition of one source.

    Attributes
    ----------
    bus_id
        Names the bus and its incarnation: ``kafka:<cluster>`` or ``journal:<uuid>``. Offsets of another
        one mean nothing.
    next_offset
        Where to read once the batch is applied.
    """

    source: str
    partition: int
    bus_id: str
    records: tuple[Record, ...]
    next_offset: int

    def split(self) -> "tuple[Batch, Batch]":
        """Return the two halves, in order; at least two records are needed."""
        middle = len(self.records) // 2
        first, second = self.records[:middle], self.records[middle:]
        # Repaired records share an offset, interleaved ones are out of order: nothing left may be passed over.
        pivot = min(self.next_offset, *(record.offset for record in second))
        return replace(self, records=first, next_offset=pivot), replace(self, records=second)


class Source(Protocol):
    """A stream of batches that starts at the checkpoints of a view, and restarts there after an error."""

    def batches(self) -> AsyncIterator[Sequence[Batch]]:
        """Yield without end the batches that came together, of different partitions; applied before the next are asked."""
        ...


class JournalClient:
    """HTTP client of the journals of the services."""

    def __init__(self, urls: dict[str, str], token: Token, client: httpx.AsyncClient | None = None) -> None:
        self._urls = urls
        self._token = token
        self._client = client or open_client(httpx.Timeout(10, read=POLL_WAIT_S + 10))

    async def after(
        self, service: str, position: int, *, limit: int = BATCH, wait_s: float = 0
    ) -> tuple[str, list[Record]]:
        """Return the identifier of a journal and its events after a position; wait for one at most ``wait_s``."""
        return await self._get(
            f"{self._urls[service]}/v1/journal", {"apres": position, "limite": limit, "attente": wait_s}
        )

    async def versions(self, service: str, key: UUID, first: int, last: int) -> list[Envelope]:
        """Return versions ``first`` to ``last`` (included) of a key, those the journal holds."""
        url = f"{self._urls[service]}/v1/journal/cles/{key}"
        _, records = await self._get(url, {"de": first, "a": last})
        return [record.envelope for record in records if record.envelope]

    async def _get(self, url: str, parameters: dict[str, int | float]) -> tuple[str, list[Record]]:
        headers = {"Authorization": f"Bearer {await self._token()}"}
        answer = await self._client.get(url, params=parameters, headers=headers)
        answer.raise_for_status()
        return answer.headers["journal-id"], [_record(event) for event in orjson.loads(answer.content)]


def _record(event: dict[str, object]) -> Record:
    try:
        envelope = from_json(event)
    except UnreadableEnvelope as error:
        return Record(int(str(event.get("sequence", 0))), None, str(error))
    return Record(envelope.position, envelope)


class JournalSource:
    """The HTTP journal of one service, as one partition whose offset is the position.

    ``interleave`` shuffles keys inside a batch, keeping each key's order: tests use it to check that a view
    never leans on an order that Kafka does not promise.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        view: str,
        service: str,
        client: JournalClient,
        interleave: random.Random | None = None,
    ) -> None:
        self._engine = engine
        self._view = view
        self._service = service
        self._client = client
        self._interleave = interleave

    async def batches(self) -> AsyncIterator[Sequence[Batch]]:
        """Yield what follows the checkpoint; an empty batch when nothing came in twenty seconds."""
        async with self._engine.connect() as conn:
            found = await conn.execute(CHECKPOINT, {"view": self._view, "source": self._service})
            checkpoint = found.first()
        position = max(checkpoint.next_offset - 1, 0) if checkpoint else 0
        known = checkpoint.bus_id if checkpoint else None
        while True:
            journal_id, records = await self._client.after(self._service, position, wait_s=POLL_WAIT_S)
            bus_id = f"journal:{journal_id}"
            if known not in (None, bus_id) and position:
                position, known = (
                    0,
                    bus_id,
                )  # another bus, or another journal: start again, versions sort it out
                continue
            known = bus_id
            if records:
                position = records[-1].offset
                if self._interleave:
                    records = interleave(records, self._interleave)
                yield [Batch(self._service, 0, bus_id, tuple(records), position + 1)]


def interleave(records: list[Record], draw: random.Random) -> list[Record]:
    """Shuffle records, keeping the order of those of a same key; each keeps its own offset."""
    queues: dict[object, list[Record]] = {}
    for record in records:
        queues.setdefault(record.envelope and record.envelope.key, []).append(record)
    order = [key for key, queue in queues.items() for _ in queue]
    draw.shuffle(order)
    heads = {key: iter(queue) for key, queue in queues.items()}
    return [next(heads[key]) for key in order]

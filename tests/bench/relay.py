"""The relay, from journal to Kafka, against a bare idempotent producer that sends the same values, in turns.

The relay reads the journal, wraps events, waits for every acknowledgement and moves its cursor; the bare producer
holds its values in memory and waits for its acknowledgements at the end. Orientations are the facts.
"""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from datetime import date

from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.kafka import temporary_kafka
from shared import clock
from shared.contracts.envelope import Envelope
from shared.contracts.parcours import CandidatureEnvoyee
from shared.db import create_engine, write
from shared.messaging.feed import envelopes_after
from shared.messaging.journal import Author, NewFact
from shared.messaging.relay import BATCH, Relay
from shared.messaging.sequencer import sequence_batch
from shared.messaging.topics import create_topics
from shared.uuids import uuid7
from tests.bench.figures import Figure
from tests.bench.stage import stores

BUDGET = 0.6
ROUNDS = 9
EVENTS = 4000
PREFIX = "nu"


async def measure() -> list[Figure]:
    """Measure the ratio of the two rates."""
    async with AsyncExitStack() as stack:
        private = await stack.enter_async_context(stores())
        bootstrap = await stack.enter_async_context(temporary_kafka())
        await create_topics(bootstrap)
        await create_topics(bootstrap, prefix=PREFIX)
        urls = private.urls["parcours"]
        relay_engine = create_engine(urls.relais, application="bench", pool_size=2, by_key=True)
        stack.push_async_callback(relay_engine.dispose)
        await fill_journal(urls.appli, relay_engine, (ROUNDS + 1) * EVENTS)
        relay = Relay(relay_engine, "parcours", bootstrap, asyncio.Event())
        stack.push_async_callback(relay.recover)
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
        await producer.start()
        stack.push_async_callback(producer.stop)
        ratios: list[float] = []
        rates: tuple[list[float], list[float]] = ([], [])
        for number in range(ROUNDS + 1):
            events = await read(relay_engine, number * EVENTS)
            elapsed = (await time_relay(relay), await time_producer(producer, events))
            if number == 0:
                continue  # both warm
            for side in (0, 1):
                rates[side].append(EVENTS / elapsed[side])
            ratios.append(elapsed[1] / elapsed[0])
    ratio = statistics.median(ratios)
    rate, bare_rate = map(statistics.median, rates)
    measured = f"{ratio:.2f} ({rate:.0f} against {bare_rate:.0f} events/s)"
    return [
        Figure(
            "relay, journal to Kafka, against a bare idempotent producer",
            measured,
            f"≥ {BUDGET}",
            ratio >= BUDGET,
        )
    ]


async def fill_journal(url: str, relay_engine: AsyncEngine, count: int) -> None:
    """Write facts and give them positions."""
    engine = create_engine(url, application="bench", pool_size=1)
    author = Author("banc-fictif", uuid7())
    try:
        for start in range(0, count, 1000):
            async with engine.begin() as conn:
                await write(conn, {}, [make_fact() for _ in range(min(1000, count - start))], author)
    finally:
        await engine.dispose()
    placed: int | None = 1
    while placed:
        async with relay_engine.begin() as conn:
            placed = await sequence_batch(conn)


def make_fact() -> NewFact:
    """Return an orientation sent."""
    key = uuid7()
    fact = CandidatureEnvoyee(
        candidature_id=key, personne_id=uuid7(), structure_id=uuid7(), origine="PRESCRIPTEUR",
        envoyee_le=date(2017, 2, 1), etat="new",
    )  # fmt: skip
    return NewFact(key, 1, fact, clock.now(), clock.today())


async def read(engine: AsyncEngine, position: int) -> list[Envelope]:
    """Return the events that follow a position."""
    async with engine.connect() as conn:
        return [envelope for envelope, _ in await envelopes_after(conn, "parcours", position, EVENTS)]


async def time_relay(relay: Relay) -> float:
    """Return how long the relay takes for the events of a round, in seconds."""
    started = time.perf_counter()
    for _ in range(EVENTS // BATCH):
        await relay.turn()
    return time.perf_counter() - started


async def time_producer(producer: AIOKafkaProducer, events: list[Envelope]) -> float:
    """Return how long a producer takes to send the same values, acknowledged, in seconds."""
    records = [(str(event.key).encode(), event.data.encode()) for event in events]
    started = time.perf_counter()
    sent = [await producer.send(f"{PREFIX}.parcours.v1", value, key=key) for key, value in records]
    await asyncio.gather(*sent)
    return time.perf_counter() - started

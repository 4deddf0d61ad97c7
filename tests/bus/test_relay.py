"""The relay against a real broker that refuses, or that is no longer the one it knew."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.messaging.relay import IDLE_S, STANDBY_S, Relay
from shared.messaging.topics import create_topics
from tests.bus.conftest import Journal, eventually
from tests.bus.topic import Topic
from tests.factories.journal import make_new_fact


@pytest.fixture
async def topic(kafka: str) -> Topic:
    topic = Topic(kafka, f"t{uuid.uuid4().hex[:8]}")
    await create_topics(kafka, prefix=topic.prefix)
    return topic


class Bench:
    """A journal, its topic, and as many relays as wanted, driven turn by turn."""

    def __init__(self, journal: Journal, topic: Topic) -> None:
        self.journal = journal
        self.topic = topic
        self._relays: list[Relay] = []

    def relay(self) -> Relay:
        relay = Relay(
            self.journal.relais, "structures", self.topic.bootstrap, asyncio.Event(), self.topic.prefix
        )
        self._relays.append(relay)
        return relay

    async def write(self, *versions: int, name: str = "S1", **fields: Any) -> None:
        await self.journal.write(*(make_new_fact(name, version, **fields) for version in versions))
        await self.journal.sequence()

    async def cursor(self) -> int:
        position: int = await self.journal.scalar("select position from relay_cursor where name = 'kafka'")
        return position

    async def publish(self, relay: Relay, upto: int) -> None:
        """Let the relay turn, errors included, until its cursor is there."""

        async def there() -> bool:
            await relay._try_turn()
            return await self.cursor() == upto

        await eventually(there)

    async def versions(self) -> list[int]:
        """Versions in the topic; the tests below that read it write one key only."""
        return [e.version for e in await self.topic.envelopes()]

    async def close(self) -> None:
        for relay in self._relays:
            await relay.recover()


@pytest.fixture
async def bench(journal: Journal, topic: Topic) -> AsyncIterator[Bench]:
    bench = Bench(journal, topic)
    yield bench
    await bench.close()


async def test_the_cursor_waits_for_the_acknowledgement(bench: Bench) -> None:
    await bench.topic.accept_at_most(2000)
    await bench.write(1, adresse="x" * 5000)
    await bench.relay()._try_turn()
    assert await bench.cursor() == 0
    assert await bench.versions() == []


async def test_a_producer_that_met_an_error_is_replaced(bench: Bench) -> None:
    """The refused batch has used its sequence numbers: the same producer would fail for ever."""
    relay = bench.relay()
    await bench.write(1)
    await bench.publish(relay, 1)
    await bench.topic.accept_at_most(2000)
    await bench.write(2, adresse="x" * 5000)
    await relay._try_turn()
    assert await bench.cursor() == 1
    await bench.topic.accept_at_most(1_048_576)
    await bench.publish(relay, 2)
    assert await bench.versions() == [1, 2]


async def test_a_batch_waits_until_the_one_before_is_acknowledged(bench: Bench) -> None:
    """The first batch of the partition is refused: the second, that would be accepted, is not sent."""
    await bench.topic.accept_at_most(100_000)
    await bench.write(1, adresse="x" * 250_000)
    await bench.write(2, adresse="x" * 20_000)
    relay = bench.relay()
    await relay._try_turn()
    assert await bench.versions() == []
    await bench.topic.accept_at_most(1_048_576)
    await bench.publish(relay, 2)
    assert await bench.versions() == [1, 2]


async def test_a_topic_made_again_under_a_running_relay_is_published_from_the_start(bench: Bench) -> None:
    """The client of Kafka does not tell: offsets do. What was sent before they did is taken back."""
    relay = bench.relay()
    await bench.write(1, 2, 3)
    await bench.publish(relay, 3)
    await bench.topic.make_again()
    await bench.write(4, 5)
    await bench.publish(relay, 5)
    assert await bench.versions() == [1, 2, 3, 4, 5]


async def test_an_emptied_topic_is_published_from_the_start_by_a_new_relay(bench: Bench) -> None:
    await bench.write(1, 2, 3)
    await bench.publish(bench.relay(), 3)
    await bench.topic.make_again()
    await bench.write(4)
    await bench.publish(bench.relay(), 4)
    assert await bench.versions() == [1, 2, 3, 4]


async def test_two_relays_in_turn_publish_nothing_twice(bench: Bench) -> None:
    """Both met the topic empty: what the other published since is not published again."""
    first, second = bench.relay(), bench.relay()
    for version, relay in enumerate([first, second, first, second], 1):
        await bench.write(version)
        await bench.publish(relay, version)
    assert await bench.versions() == [1, 2, 3, 4]


async def test_a_spare_relay_waits_while_the_other_works(bench: Bench) -> None:
    await bench.write(1)
    spare = bench.relay()
    async with bench.journal.relais.connect() as other:
        await other.execute(text("select 1 from relay_cursor where name = 'kafka' for update"))
        assert await spare.turn() == STANDBY_S
        assert await bench.versions() == []
    await bench.publish(spare, 1)


async def test_an_empty_journal_asks_nothing_of_kafka(bench: Bench) -> None:
    nowhere = Relay(bench.journal.relais, "structures", "127.0.0.1:1", asyncio.Event())
    assert await nowhere.turn() == IDLE_S


async def test_many_keys_keep_their_order_over_many_batches(bench: Bench) -> None:
    names = [f"S{n}" for n in range(1, 14)]
    for version in range(1, 6):
        await bench.journal.write(*(make_new_fact(name, version, adresse="x" * 20_000) for name in names))
    await bench.journal.sequence()
    await bench.publish(bench.relay(), 65)
    versions = defaultdict(list)
    for envelope in await bench.topic.envelopes():
        versions[envelope.key].append(envelope.version)
    assert len(versions) == len(names)
    assert all(seen == [1, 2, 3, 4, 5] for seen in versions.values())

"""What happens to a running reader of Kafka: the database away, the topic or the whole broker made again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError

from deploy.local.kafka import running_kafka
from deploy.local.ports import free_port
from services.gateway.tables import SCHEMA
from services.gateway.views import VIEW, projections
from shared.db import create_engine
from shared.messaging.consumer import Consumer
from shared.messaging.holes import EVERY_S, HoleFiller
from shared.messaging.kafka_source import KafkaSource
from shared.messaging.sequencer import Sequencer
from shared.messaging.source import Batch
from shared.messaging.topics import create_topics
from tests.bus.conftest import World, eventually, in_background
from tests.bus.topic import Topic, administrator


@pytest.fixture
def kafka_world(either_bus_world: World) -> World:
    return either_bus_world


async def test_a_database_away_when_partitions_are_assigned_is_only_a_delay(
    kafka_world: World, postgres: str
) -> None:
    """aiokafka forgives a listener that fails: nobody would tell it where to read."""
    world = kafka_world
    engine = create_engine(world.view.urls.appli, application="late", schema=SCHEMA)
    source = KafkaSource(engine, VIEW, ["structures"], world.bootstrap, world.prefix)
    consumer = Consumer(engine, projections, world.journals)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        await stack.enter_async_context(world.running(consumers=0))
        await world.register_all(1, 2, 3)
        async with _closed(world.view.urls.appli.rpartition("/")[2], postgres):
            await stack.enter_async_context(in_background(consumer.run(source)))
            await eventually(lambda: _is_member(world))
        await world.visible(3)


@asynccontextmanager
async def _closed(database: str, admin_url: str) -> AsyncIterator[None]:
    """Refuse every new connection to a database inside the block."""
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"alter database {database} allow_connections false")
        yield
    finally:
        await admin.execute(f"alter database {database} allow_connections true")
        await admin.close()


async def _is_member(world: World) -> bool:
    """Tell whether the group of the view has a member with partitions."""
    async with administrator(world.bootstrap) as admin:
        try:
            (described,) = (await admin.describe_consumer_groups([f"{world.prefix}.{VIEW}"]))[0].groups
        except GroupCoordinatorNotAvailableError:  # nobody asked to join yet
            return False
    return bool(described[2] == "Stable" and described[5])


async def test_a_topic_made_again_under_a_running_reader_is_read_whole(kafka_world: World) -> None:
    """New events come at offsets that the checkpoints are beyond."""
    world = kafka_world
    async with world.running():
        await world.register_all(*range(1, 61))
        await world.visible(60)
        for _ in range(3):  # whatever the draw of keys, no partition of the new topic is as long
            await world.publish_again(60)
        await Topic(world.bootstrap, world.prefix).make_again()
        await world.register_all(*range(61, 66))
        await world.visible(65)
    await world.check_all()


async def test_positions_that_the_broker_never_brings_are_read_from_the_journal(kafka_world: World) -> None:
    """A topic made again and longer than the checkpoints: nothing tells, but a hole in the positions."""
    world = kafka_world
    await world.register_all(*range(1, 31))
    await world.journal.sequence()
    journal_id, records = await world.journals.after("structures", 0)
    held = [r for n, r in enumerate(records) if n not in (3, 4, 11, 28)]
    for partition in range(2):  # as two partitions would, each without events that their keys never tell
        batch = Batch("structures", partition, f"journal:{journal_id}", tuple(held[partition::2]), 31)
        await world.consumer().apply(batch)
    assert await world.view.position() == 3
    filler = HoleFiller(world.view.engine, VIEW, world.consumer(), world.journals)
    for _ in range(2):
        assert await filler.turn() == EVERY_S
    assert await world.view.position() == 30
    assert await world.view.scalar("select sum(next_offset) from checkpoint") == 62, "no offset moves"
    await world.check_all()


async def test_a_broker_wiped_under_a_running_relay_and_reader_loses_nothing(
    kafka_world: World, tmp_path: Path
) -> None:
    """Another cluster answers at the same address: the same offsets there are other events."""
    world, port = kafka_world, free_port()
    world.bootstrap = f"127.0.0.1:{port}"
    topic = Topic(world.bootstrap, world.prefix)
    async with AsyncExitStack() as stack:
        async with running_kafka(tmp_path / "first", port=port):
            await create_topics(world.bootstrap, prefix=world.prefix)
            await stack.enter_async_context(world.running())
            await world.register_all(*range(1, 31))
            await world.visible(30)
        await world.register_all(*range(31, 36))
        await stack.enter_async_context(running_kafka(tmp_path / "second", port=port))
        await create_topics(world.bootstrap, prefix=world.prefix)
        await world.register_all(*range(36, 41))
        await world.visible(40)
        await eventually(lambda: _holds(topic, 40))
        positions = [e.position for e in await topic.envelopes()]
    assert sorted(set(positions)) == list(range(1, 41))
    assert await world.view.scalar("select count(distinct bus_id) from checkpoint") == 1
    await world.check_all()


async def test_a_reader_that_meets_a_longer_topic_of_another_cluster_reads_it_whole(
    kafka_world: World, tmp_path: Path
) -> None:
    """Nothing is out of range there: only the name of the cluster tells that offsets are other events."""
    world, first, second = kafka_world, free_port(), free_port()
    world.bootstrap = f"127.0.0.1:{first}"
    async with AsyncExitStack() as stack:
        async with running_kafka(tmp_path / "first", port=first):
            await create_topics(world.bootstrap, prefix=world.prefix)
            sequencer = Sequencer(world.journal.relais, world.placed).run()
            reading = world.consumer().run(world.source())
            await stack.enter_async_context(in_background(sequencer, reading))
            async with in_background(world.relay().run()):
                await world.register_all(*range(1, 31))
                await world.visible(30)
                await world.publish_again(30)
        await world.register_all(*range(31, 91))
        world.bootstrap = f"127.0.0.1:{second}"
        async with running_kafka(tmp_path / "second", port=second):
            await create_topics(world.bootstrap, prefix=world.prefix)
            async with in_background(world.relay().run()):
                await eventually(lambda: _holds(Topic(world.bootstrap, world.prefix), 90))
        await stack.enter_async_context(running_kafka(tmp_path / "second", port=first))
        await world.visible(90)
    await world.check_all()


async def _holds(topic: Topic, count: int) -> bool:
    return len({e.position for e in await topic.envelopes()}) == count

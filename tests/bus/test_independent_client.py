"""The topic read by another client of Kafka, each message understood by the CloudEvents package."""

import asyncio
import json
import uuid
from datetime import UTC
from typing import Any

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import Consumer, Message, TopicPartition

from shared.contracts.topics import PARTITIONS, topic_of
from tests.bus.conftest import World, eventually


def read_all(bootstrap: str, topic: str, count: int) -> list[Message]:
    """Read a number of messages with librdkafka."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": uuid.uuid4().hex, "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
    found: list[Message] = []
    while len(found) < count:
        batch = consumer.consume(count - len(found), timeout=10)
        assert batch, f"{len(found)} messages of {count}"
        found += batch
    consumer.close()
    return found


async def test_every_message_is_a_cloud_event_for_any_client(either_bus_world: World) -> None:
    world = either_bus_world
    async with world.running(consumers=0):
        await world.register_all(*range(1, 31))
        await eventually(lambda: _published(world, 30))
        messages = await asyncio.to_thread(
            read_all, world.bootstrap, topic_of("structures", world.prefix), 30
        )
    held = {e.id: e for e in await world.journal.envelopes()}
    for message in messages:
        assert message.error() is None
        headers: Any = message.headers()
        key, value = message.key() or b"", message.value() or b""
        event = from_binary_event(KafkaMessage(dict(headers), key, value))
        envelope = held.pop(uuid.UUID(event.get_id()))
        assert event.get_specversion() == "1.0"
        assert event.get_type() == envelope.type
        assert event.get_source() == "/iae/structures"
        assert event.get_subject() == str(envelope.key) == key.decode()
        assert event.get_time() == envelope.occurred_at.astimezone(UTC)
        assert event.get_datacontenttype() == "application/json; charset=utf-8"
        assert event.get_dataschema() == "urn:iae:schema:structures.structure.enregistree:1"
        assert event.get_extension("sequence") == f"{envelope.position:019d}"
        assert event.get_extension("aggversion") == "1"
        assert event.get_extension("knownon") == envelope.known_on.isoformat()
        assert event.get_data() == json.loads(envelope.data)
        assert value.decode() == envelope.data, "the very text that was hashed"
    assert not held


async def _published(world: World, position: int) -> bool:
    cursor = "select position from relay_cursor where name = 'kafka'"
    return bool(await world.journal.scalar(cursor) == position)

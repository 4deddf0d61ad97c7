"""The relay: publishes the journal on Kafka by position, at least once, first passages in order.

A batch is handed to a producer only when all that precedes it in its partition is acknowledged, and the
cursor moves only when every batch is. A producer that met any error is thrown away: after a refused batch
an idempotent producer fails forever (``docs/decisions/0003-kafka.md``).

A client of Kafka connects again by itself, even to a broker that was wiped in between. Offsets tell: an
acknowledgement below what the topic already held comes from another topic, which is emptied of what was just
sent and published again from 1.
"""

import asyncio
import logging
import struct
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.topics import PARTITIONS, PREFIX, topic_of
from shared.messaging.crash_points import reach
from shared.messaging.feed import envelopes_after
from shared.messaging.loop import Loop

log = logging.getLogger(__name__)

BATCH = 1000
STANDBY_S = 0.5
IDLE_S = 0.5
SEND_TIMEOUT_S = 10
STOP_TIMEOUT_S = 3

LOCK = text("""
    select position, bus_id, (select position from relay_cursor where name = 'sequence') as last
    from relay_cursor where name = 'kafka' for update skip locked
""")
ADVANCE = text("update relay_cursor set position = :position, bus_id = :bus_id where name = 'kafka'")

_words_of_key = struct.Struct("<9I").unpack
_MIX, _32_BITS, _SEED = 0x5BD1E995, 0xFFFFFFFF, 0x9747B28C


def partition_of(key: bytes) -> int:
    """Return the partition of a key, the 36 characters of a UUID: the one every Kafka client computes (murmur2)."""
    hashed = _SEED ^ len(key)
    for word in _words_of_key(key):
        mixed = word * _MIX & _32_BITS
        mixed = (mixed ^ mixed >> 24) * _MIX & _32_BITS
        hashed = hashed * _MIX & _32_BITS ^ mixed
    hashed = (hashed ^ hashed >> 13) * _MIX & _32_BITS
    return ((hashed ^ hashed >> 15) & 0x7FFFFFFF) % PARTITIONS


class Relay(Loop):
    """The relay of one service; ``placed`` wakes it when positions appear."""

    name = "relay"

    def __init__(
        self,
        engine: AsyncEngine,
        service: str,
        bootstrap: str,
        placed: asyncio.Event,
        prefix: str = PREFIX,
    ) -> None:
        super().__init__()
        self._engine = engine
        self._service = service
        self._topic = topic_of(service, prefix)
        self._bootstrap = bootstrap
        self._placed = placed
        self._producer: AIOKafkaProducer | None = None
        self._bus: BusState | None = None

    async def turn(self) -> float:
        """Publish one batch and advance; return how long to wait before the next turn, in seconds."""
        self._placed.clear()
        async with self._engine.begin() as conn:
            cursor = (await conn.execute(LOCK)).first()
            if cursor is None:
                return STANDBY_S
            if not cursor.last:
                return IDLE_S
            producer, bus = await self._connect(cursor.bus_id)
            position = cursor.position if bus.holds(cursor.bus_id) else 0
            events = await envelopes_after(conn, self._service, position, BATCH)
            if not events:
                return IDLE_S
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._publish(producer, bus, events)
            reach("relay.before_cursor")
            if bus.replaced:
                await self._start_again(bus)
                await conn.execute(ADVANCE, {"position": 0, "bus_id": None})
                return 0
            await conn.execute(ADVANCE, {"position": events[-1][0].position, "bus_id": bus.cluster_id})
        return 0 if len(events) == BATCH else IDLE_S

    async def pause(self, delay: float) -> None:
        """Wait for positions to appear, at most ``delay`` seconds."""
        if delay:
            try:
                async with asyncio.timeout(delay):
                    await self._placed.wait()
            except TimeoutError:
                pass

    async def recover(self) -> None:
        """Throw the producer away: it may refuse every later batch of a partition."""
        producer, self._producer, self._bus = self._producer, None, None
        if producer is not None:
            closing = asyncio.create_task(_close(producer))
            await asyncio.wait([closing], timeout=STOP_TIMEOUT_S)
            if not closing.done() or closing.cancelled() or closing.exception():
                log.warning("producer abandoned", extra={"service": self._service})

    async def _start_again(self, bus: "BusState") -> None:
        """Empty a topic that took the place of the one published to: a publication starts from 1, alone."""
        log.warning("topic replaced", extra={"service": self._service})
        await self.recover()
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await bus.empty(self._bootstrap, self._topic)

    async def _connect(self, bus_id: str | None) -> "tuple[AIOKafkaProducer, BusState]":
        if self._bus is not None and not self._bus.holds(bus_id):
            await self.recover()  # another relay knows better since: this is believed only when just read
        if self._producer is None or self._bus is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=8000,
                retry_backoff_ms=200,
                max_batch_size=262_144,
            )
            self._producer = producer
            async with asyncio.timeout(SEND_TIMEOUT_S):
                self._bus = await read_bus_state(self._bootstrap, self._topic)
                await producer.start()
        return self._producer, self._bus

    async def _publish(
        self, producer: AIOKafkaProducer, bus: "BusState", events: list[tuple[Any, int]]
    ) -> None:
        by_partition: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        for envelope, ordered_ms in events:
            by_partition[partition_of(str(envelope.key).encode())].append((envelope, ordered_ms))
        async with asyncio.TaskGroup() as group:
            for partition, queue in by_partition.items():
                group.create_task(self._publish_partition(producer, bus, partition, queue))

    async def _publish_partition(
        self, producer: AIOKafkaProducer, bus: "BusState", partition: int, queue: Iterable[tuple[Any, int]]
    ) -> None:
        batch = producer.create_batch()
        for envelope, ordered_ms in queue:
            record = {
                "timestamp": ordered_ms,
                "key": str(envelope.key).encode(),
                "value": envelope.data.encode(),
                "headers": envelope.kafka_headers(),
            }
            if batch.append(**record) is None:
                await self._send(producer, bus, batch, partition)
                batch = producer.create_batch()
                if batch.append(**record) is None:
                    raise ValueError("event larger than a batch")
        await self._send(producer, bus, batch, partition)

    async def _send(self, producer: AIOKafkaProducer, bus: "BusState", batch: Any, partition: int) -> None:
        batch.close()
        acknowledged = await producer.send_batch(batch, self._topic, partition=partition)
        bus.acknowledged(partition, (await acknowledged).offset, batch.record_count())
        reach("relay.after_ack")


async def _close(producer: AIOKafkaProducer) -> None:
    """Close a producer now: ``stop`` alone would first send what failed, and wait for a broker that is gone."""
    sending = producer._sender.sender_task  # noqa: SLF001 # nothing public takes back what is still to be sent
    while sending is not None and not sending.done():
        sending.cancel()  # twice when a request is on its way: the first makes it wait for the answer
        await asyncio.wait([sending], timeout=0)
    await producer.stop()


class BusState:
    """What the relay knows of the topic it publishes to: its cluster, and the end of each partition.

    Attributes
    ----------
    replaced
        Another topic, shorter, took its place.
    """

    def __init__(self, cluster_id: str, ends: dict[int, int]) -> None:
        self.cluster_id = cluster_id
        self.replaced = False
        self._ends = ends

    def holds(self, bus_id: str | None) -> bool:
        """Tell whether what was published under ``bus_id`` is still there.

        Another cluster, or an empty topic, means that the broker was wiped: publish again from 1.
        """
        return bus_id == self.cluster_id and any(self._ends.values())

    def acknowledged(self, partition: int, offset: int, count: int) -> None:
        """Learn where records were written: from ``offset`` on, never below the end unless the topic is another."""
        self.replaced = self.replaced or offset < self._ends[partition]
        self._ends[partition] = offset + count

    async def empty(self, bootstrap: str, topic: str) -> None:
        """Delete all the records of a topic."""
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
        try:
            await admin.start()
            everything = RecordsToDelete(before_offset=-1)
            await admin.delete_records({TopicPartition(topic, p): everything for p in self._ends})
        finally:
            await admin.close()


async def read_bus_state(bootstrap: str, topic: str) -> BusState:
    """Read the identifier of the cluster and whether a topic holds no record at all."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        await consumer.start()
        ends = await consumer.end_offsets([TopicPartition(topic, p) for p in range(PARTITIONS)])
    finally:
        await consumer.stop()
        await admin.close()
    return BusState(str(cluster["cluster_id"]), {tp.partition: end for tp, end in ends.items()})

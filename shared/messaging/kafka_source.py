"""The Kafka side of ``source``: a consumer group whose offsets live in PostgreSQL, with the view."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.envelope import UnreadableEnvelope, from_kafka
from shared.contracts.topics import PREFIX, service_of, topic_of
from shared.messaging.source import Batch, Record

log = logging.getLogger(__name__)

CHECKPOINTS = text("select source, partition, next_offset, bus_id from checkpoint where view = :view")
FETCH_WAIT_MS = 400
BATCH = 1000
STOP_TIMEOUT_S = 3
WATCH_EVERY_S = 10
NO_PROGRESS_S = 30


class KafkaSource:
    """The topics of some services, read by the group named after the view."""

    def __init__(
        self,
        engine: AsyncEngine,
        view: str,
        services: Iterable[str],
        bootstrap: str,
        prefix: str = PREFIX,
    ) -> None:
        self._engine = engine
        self._view = view
        self._topics = [topic_of(service, prefix) for service in services]
        self._group = f"{prefix}.{view}"
        self._bootstrap = bootstrap

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield batches from the checkpoints on; leaves on any error, the consumer opens it again."""
        bus_id = f"kafka:{await self._cluster_id()}"
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=4_194_304,
            session_timeout_ms=10_000,
        )
        positions = _SeekToCheckpoints(self._engine, self._view, consumer, bus_id)
        consumer.subscribe(self._topics, listener=positions)
        watchdog = asyncio.create_task(_Watchdog(consumer).run())
        try:
            await consumer.start()
            while True:
                try:
                    fetched = await consumer.getmany(timeout_ms=FETCH_WAIT_MS, max_records=BATCH)
                except NoOffsetForPartitionError:
                    continue  # asked before the checkpoint was read: the next call starts from it
                except OffsetOutOfRangeError as error:
                    # Retention passed over us or the topic was made again: versions and repairs sort it out.
                    log.warning("offset out of range", extra={"view": self._view})
                    await consumer.seek_to_beginning(*error.args[0].keys())
                    continue
                for partition, messages in fetched.items():
                    records = tuple(_record(message) for message in messages)
                    yield Batch(
                        service_of(partition.topic),
                        partition.partition,
                        bus_id,
                        records,
                        messages[-1].offset + 1,
                    )
        finally:
            watchdog.cancel()
            await asyncio.wait_for(consumer.stop(), STOP_TIMEOUT_S)

    async def _cluster_id(self) -> str:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=5000)
        try:
            await admin.start()
            return str((await admin.describe_cluster())["cluster_id"])
        finally:
            await admin.close()


def _record(message: object) -> Record:
    offset: int = message.offset  # type: ignore[attr-defined] # aiokafka is not typed
    try:
        return Record(offset, from_kafka(message.headers, message.value))  # type: ignore[attr-defined] # idem
    except UnreadableEnvelope as error:
        return Record(offset, None, str(error))


class _SeekToCheckpoints(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """On assignment, read where the view stands; Kafka's own offsets are never used."""

    def __init__(self, engine: AsyncEngine, view: str, consumer: AIOKafkaConsumer, bus_id: str) -> None:
        self._engine = engine
        self._view = view
        self._consumer = consumer
        self._bus_id = bus_id

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing to give back: the view holds its own position."""

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Seek each partition to its checkpoint, or to 0 on another bus."""
        async with self._engine.connect() as conn:
            rows = await conn.execute(CHECKPOINTS, {"view": self._view})
            known = {(row.source, row.partition): row for row in rows}
        for partition in assigned:
            row = known.get((service_of(partition.topic), partition.partition))
            # From 0 on another bus; past the retention, the out of range error leads to the beginning.
            offset = row.next_offset if row is not None and row.bus_id == self._bus_id else 0
            self._consumer.seek(partition, offset)
        log.info("partitions assigned", extra={"view": self._view, "count": len(assigned)})


class _Watchdog:
    """Leaves the process when the consumer is silent although the topics hold more.

    aiokafka was seen mute after a broker restart; nothing in its public interface tells it, so the
    supervisor starts the process again.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._stalled: dict[TopicPartition, tuple[int, float]] = {}

    async def run(self) -> None:
        """Compare ends and positions every ten seconds, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            partitions = list(self._consumer.assignment())
            try:
                async with asyncio.timeout(WATCH_EVERY_S):
                    ends = await self._consumer.end_offsets(partitions) if partitions else {}
                    stands = {p: await self._consumer.position(p) for p in partitions}
            except Exception:  # noqa: BLE001 # an absent broker is the business of the reading loop
                self._stalled.clear()
                continue
            for partition in partitions:
                position = stands[partition]
                before = self._stalled.get(partition)
                if position >= ends[partition]:
                    self._stalled.pop(partition, None)
                elif before is None or before[0] != position:
                    self._stalled[partition] = (position, loop.time())
                elif loop.time() - before[1] > NO_PROGRESS_S:
                    log.critical("no progress, leaving", extra={"partition": partition.partition})
                    os._exit(70)

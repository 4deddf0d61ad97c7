"""The Kafka side of ``source``: a consumer group whose offsets live in PostgreSQL, with the view.

A client of Kafka connects again by itself, even to a broker that was wiped in between, where the same offsets
are other events. Batches are given out only if the cluster still has its name *after* the fetch: names never
come back, so they were read from that very cluster.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.envelope import UnreadableEnvelope, from_kafka, passed_over
from shared.contracts.topics import PREFIX, service_of, topic_of
from shared.messaging.source import Batch, Record

log = logging.getLogger(__name__)

CHECKPOINTS = text("select source, partition, next_offset, bus_id from checkpoint where view = :view")
FORGET = text("""
    update checkpoint set next_offset = 0
    where view = :view and source = :source and partition = :partition and bus_id = :bus_id
""")
FETCH_WAIT_MS = 400
METADATA_MS = 3000
SESSION_MS = 6000
RETRY_S = 0.3
BATCH = 1000
FETCH_BYTES = 524_288
"""Of a partition: aiokafka empties what it fetched of one before the next, so much is how far one runs ahead."""
GATHER_S = 0.02
"""Left to what follows a fetch, to come together: a transaction of ten events costs little more than one of two."""
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
        follows: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._engine = engine
        self._view = view
        self._follows = follows
        self._topics = [topic_of(service, prefix) for service in services]
        self._group = f"{prefix}.{view}"
        self._bootstrap = bootstrap

    async def batches(self) -> AsyncIterator[Sequence[Batch]]:
        """Yield the batches of each fetch from the checkpoints on; ends on any error or another cluster, to be opened again."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=5000)
        try:
            await admin.start()
            bus_id = await _bus_id(admin)
            async with self._reading(bus_id) as (consumer, positions):
                while True:
                    fetched = await _fetch(consumer, positions)
                    if await _bus_id_now(admin) != bus_id:
                        log.warning("another cluster", extra={"view": self._view})
                        return
                    if fetched:
                        yield [
                            Batch(
                                service_of(partition.topic),
                                partition.partition,
                                bus_id,
                                tuple(_record(message, self._follows) for message in messages),
                                messages[-1].offset + 1,
                            )
                            for partition, messages in fetched.items()
                        ]
                        if sum(map(len, fetched.values())) < BATCH:
                            await asyncio.sleep(GATHER_S)
        finally:
            await admin.close()

    @asynccontextmanager
    async def _reading(self, bus_id: str) -> "AsyncIterator[tuple[AIOKafkaConsumer, _SeekToCheckpoints]]":
        """Be a member of the group for the time of the block."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            session_timeout_ms=SESSION_MS,
            # A member that joined before the topics were made has no partition until it looks again.
            metadata_max_age_ms=METADATA_MS,
        )
        positions = _SeekToCheckpoints(self._engine, self._view, consumer, bus_id)
        consumer.subscribe(self._topics, listener=positions)
        watchdog = asyncio.create_task(_Watchdog(consumer).run())
        try:
            await consumer.start()
            yield consumer, positions
        finally:
            watchdog.cancel()
            await _leave(consumer)


async def _leave(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close, whatever the broker does.

    A member that cannot be stopped would keep its partitions without reading them: the process ends, and the
    supervisor starts it again.
    """
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_TIMEOUT_S)
    if not stopping.done():
        log.critical("consumer does not stop, leaving")
        os._exit(70)
    # With the broker gone, `stop` lets out the cancellation of its own requests, and leaves its connections open.
    await consumer._client.close()  # noqa: SLF001


async def _bus_id(admin: AIOKafkaAdminClient) -> str:
    """Return the name of the cluster that answers now."""
    # `describe_cluster` would list every topic of a cluster that others use too.
    metadata = await admin._get_cluster_metadata([])  # noqa: SLF001
    return f"kafka:{metadata.cluster_id}"


async def _bus_id_now(admin: AIOKafkaAdminClient) -> str:
    """Return the name of the cluster, once one answers: a broker away is a delay, the group is not left for it."""
    while True:
        try:
            return await _bus_id(admin)
        except KafkaError:
            await asyncio.sleep(RETRY_S)


async def _fetch(
    consumer: AIOKafkaConsumer, positions: "_SeekToCheckpoints"
) -> dict[TopicPartition, list[Any]]:
    try:
        fetched: dict[TopicPartition, list[Any]] = await consumer.getmany(
            timeout_ms=FETCH_WAIT_MS, max_records=BATCH
        )
    except NoOffsetForPartitionError as error:
        # Asked before the checkpoint was read, or the database was away when it was to be: aiokafka forgives it.
        await positions.seek([error.args[0]])
        return {}
    except OffsetOutOfRangeError as error:
        await positions.start_again(list(error.args[0]))
        return {}
    return fetched


def _record(message: Any, follows: Callable[[str], bool]) -> Record:
    offset: int = message.offset
    passed = passed_over(message.headers, follows)
    if passed is not None:
        return Record(offset, None, passed=passed)
    try:
        return Record(offset, from_kafka(message.headers, message.value))
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
        """Seek the partitions that this member now reads."""
        await self.seek(assigned)
        log.info("partitions assigned", extra={"view": self._view, "count": len(assigned)})

    async def seek(self, assigned: Iterable[TopicPartition]) -> None:
        """Seek each partition to its checkpoint, or to 0 on another bus."""
        async with self._engine.connect() as conn:
            rows = await conn.execute(CHECKPOINTS, {"view": self._view})
            known = {(row.source, row.partition): row for row in rows}
        for partition in self._consumer.assignment().intersection(assigned):  # it may have left meanwhile
            row = known.get((service_of(partition.topic), partition.partition))
            # From 0 on another bus; past the retention, the out of range error leads to the beginning.
            offset = row.next_offset if row is not None and row.bus_id == self._bus_id else 0
            self._consumer.seek(partition, offset)

    async def start_again(self, partitions: Sequence[TopicPartition]) -> None:
        """Read all that some partitions hold: retention passed over us, or their topic was made again.

        The checkpoint goes back too: kept beyond the end of a new topic, it would hide what comes. Versions
        and repairs sort it out.
        """
        log.warning("offset out of range", extra={"view": self._view})
        async with self._engine.begin() as conn:
            for partition in partitions:
                where = {"source": service_of(partition.topic), "partition": partition.partition}
                await conn.execute(FORGET, {"view": self._view, "bus_id": self._bus_id, **where})
        await self._consumer.seek_to_beginning(*partitions)


class _Watchdog:
    """Leaves the process when the consumer is silent although the topics hold more.

    aiokafka was seen mute after a broker restart; nothing in its public interface tells it, so the
    supervisor starts the process again. One partition alone may just wait for the others.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._stands: dict[TopicPartition, int] = {}
        self._since = 0.0

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
                self._stands.clear()
                continue
            late = any(stands[partition] < ends[partition] for partition in partitions)
            if not late or stands != self._stands:
                self._stands, self._since = stands, loop.time()
            elif loop.time() - self._since > NO_PROGRESS_S:
                log.critical("no progress, leaving")
                os._exit(70)

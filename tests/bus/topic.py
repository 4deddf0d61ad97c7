"""A topic of one test, looked at and changed from outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.contracts.envelope import Envelope, from_kafka
from shared.contracts.topics import PARTITIONS, topic_of
from shared.messaging.topics import create_topics


@asynccontextmanager
async def administrator(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administrator of a broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


@dataclass
class Topic:
    """The topic of a service under a prefix."""

    bootstrap: str
    prefix: str
    service: str = "structures"

    @property
    def name(self) -> str:
        return topic_of(self.service, self.prefix)

    async def accept_at_most(self, size: int) -> None:
        """Refuse larger batches from now on, in bytes."""
        configs = {"max.message.bytes": str(size)}
        async with administrator(self.bootstrap) as admin:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, self.name, configs=configs)])

    async def make_again(self) -> None:
        """Delete the topic and create it, empty."""
        async with administrator(self.bootstrap) as admin:
            await admin.delete_topics([self.name])
            while self.name in await admin.list_topics():
                pass
        await create_topics(self.bootstrap, prefix=self.prefix)

    async def records(self) -> list[ConsumerRecord]:
        """All that it holds now, partition after partition."""
        partitions = [TopicPartition(self.name, p) for p in range(PARTITIONS)]
        found: list[ConsumerRecord] = []
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest") as reader:
            reader.assign(partitions)
            ends = await reader.end_offsets(partitions)
            await reader.seek_to_beginning(*partitions)
            for partition in partitions:
                while await reader.position(partition) < ends[partition]:
                    found += [
                        r
                        for batch in (await reader.getmany(partition, timeout_ms=500)).values()
                        for r in batch
                    ]
        return found

    async def envelopes(self) -> list[Envelope]:
        return [from_kafka(record.headers, record.value) for record in await self.records()]

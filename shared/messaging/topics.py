"""Creation of the topics, by the deployment: no topic is born of a misspelt name."""

import asyncio
import os

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.contracts.topics import MAX_MESSAGE_BYTES, PARTITIONS, PREFIX, RETENTION_MS, SERVICES, topic_of


async def create_topics(bootstrap: str, replication: int = 1, prefix: str = PREFIX) -> None:
    """Create the topics that are missing; those that exist are left as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        for topic in (topic_of(service, prefix) for service in SERVICES):
            if topic in existing:
                continue
            settings = {
                "retention.ms": str(RETENTION_MS),
                "max.message.bytes": str(MAX_MESSAGE_BYTES),
                "min.insync.replicas": "2" if replication > 2 else "1",
            }
            try:
                await admin.create_topics([NewTopic(topic, PARTITIONS, replication, topic_configs=settings)])
            except TopicAlreadyExistsError:
                continue
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(
        create_topics(os.environ["IAE_KAFKA_BOOTSTRAP"], int(os.environ.get("IAE_KAFKA_REPLICATION", "1")))
    )

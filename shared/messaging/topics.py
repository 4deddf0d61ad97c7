"""Creation of the topics, by the deployment: no topic is born of a misspelt name."""

import asyncio
import os

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.contracts.topics import MAX_MESSAGE_BYTES, PARTITIONS, PREFIX, RETENTION_MS, SERVICES, topic_of


async def create_topics(bootstrap: str, replication: int = 1, prefix: str = PREFIX) -> None:
    """Create the topics that are missing; those that exist are left as they are.

    Raises
    ------
    aiokafka.errors.KafkaError
        The cluster refuses one of them.
    """
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
            wanted = NewTopic(topic, PARTITIONS, replication, topic_configs=settings)
            for _, code, *message in (await admin.create_topics([wanted])).topic_errors:
                if for_code(code) not in (NoError, TopicAlreadyExistsError):
                    raise for_code(code)(*message)
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(
        create_topics(os.environ["IAE_KAFKA_BOOTSTRAP"], int(os.environ.get("IAE_KAFKA_REPLICATION", "1")))
    )

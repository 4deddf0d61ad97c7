"""Where an event goes on Kafka."""

from uuid import uuid4

from aiokafka.partitioner import DefaultPartitioner

from shared.contracts.topics import PARTITIONS
from shared.messaging.relay import partition_of


def test_a_key_goes_to_the_partition_that_every_kafka_client_computes() -> None:
    partitions, reference = list(range(PARTITIONS)), DefaultPartitioner()
    keys = [str(uuid4()).encode() for _ in range(500)]
    assert [partition_of(key) for key in keys] == [reference(key, partitions, partitions) for key in keys]

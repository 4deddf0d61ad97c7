"""Topics: one per service, keyed by aggregate, six partitions that never change."""

SERVICES = ("structures", "parcours", "funding")
PREFIX = "iae"
PARTITIONS = 6
RETENTION_MS = 30 * 24 * 3600 * 1000
MAX_MESSAGE_BYTES = 1_048_576


def topic_of(service: str, prefix: str = PREFIX) -> str:
    """Return the topic of a service, ``<prefix>.<service>.v1``; the prefix tells installations of one cluster apart."""
    return f"{prefix}.{service}.v1"


def service_of(topic: str) -> str:
    """Return the service that publishes on a topic."""
    return topic.split(".")[-2]

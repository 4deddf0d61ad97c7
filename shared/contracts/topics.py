"""Topics: one per service, keyed by aggregate, six partitions that never change."""

SERVICES = ("structures", "parcours", "funding")
PARTITIONS = 6
RETENTION_MS = 30 * 24 * 3600 * 1000
MAX_MESSAGE_BYTES = 1_048_576


def topic_of(service: str) -> str:
    """Return the topic of a service, ``iae.<service>.v1``."""
    return f"iae.{service}.v1"


def service_of(topic: str) -> str:
    """Return the service that publishes on a topic."""
    return topic.split(".")[1]

"""The envelope: CloudEvents 1.0, binary mode on Kafka, batch mode over HTTP.

Three extensions of ours: ``sequence`` (journal position, 19 digits), ``aggversion`` (version in the key) and
``knownon`` (day the fact was known). The data travels as the very text that was hashed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson

CONTENT_TYPE = "application/json; charset=utf-8"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"


class UnreadableEnvelope(ValueError):
    """A message lacks an attribute of the envelope, or one is malformed."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it travels; ``position`` is its rank in the journal of ``service``, from 1."""

    id: UUID
    service: str
    type: str
    key: UUID
    version: int
    major: int
    position: int
    occurred_at: datetime
    known_on: date
    correlation_id: UUID
    causation_id: UUID | None
    data: str

    def attributes(self) -> dict[str, str]:
        """Return the CloudEvents attributes, without prefix, all as text."""
        return self._own_attributes() | _attributes_of_type(self.service, self.type, self.major)

    def _own_attributes(self) -> dict[str, str]:
        key = str(self.key)
        attributes = {
            "id": str(self.id),
            "subject": key,
            "partitionkey": key,
            "time": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "sequence": f"{self.position:019d}",
            "aggversion": str(self.version),
            "knownon": self.known_on.isoformat(),
            "correlation": str(self.correlation_id),
        }
        if self.causation_id:
            attributes["causation"] = str(self.causation_id)
        return attributes

    def kafka_headers(self) -> list[tuple[str, bytes]]:
        """Return the headers of the binary mode."""
        headers = [(f"ce_{name}", value.encode()) for name, value in self._own_attributes().items()]
        return headers + _headers_of_type(self.service, self.type, self.major)

    def json(self) -> bytes:
        """Return the event in structured JSON, its data verbatim."""
        head = orjson.dumps({**self.attributes(), "datacontenttype": "application/json"})
        return head[:-1] + b',"data":' + self.data.encode() + b"}"


@cache
def _attributes_of_type(service: str, event_type: str, major: int) -> dict[str, str]:
    schema = ".".join(event_type.split(".")[2:])
    return {
        "specversion": "1.0",
        "source": f"/iae/{service}",
        "type": event_type,
        "dataschema": f"urn:iae:schema:{schema}:{major}",
    }


@cache
def _headers_of_type(service: str, event_type: str, major: int) -> list[tuple[str, bytes]]:
    attributes = _attributes_of_type(service, event_type, major)
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    return [*headers, ("content-type", CONTENT_TYPE.encode())]


def passed_over(headers: list[tuple[str, bytes]], follows: Callable[[str], bool]) -> int | None:
    """Return None when a reader follows the event of a Kafka record, else its position, read at little cost.

    A record without a readable type or position is left to ``from_kafka``, which says what is wrong.
    """
    known = dict(headers)
    try:
        if follows(known["ce_type"].decode()):
            return None
        return int(known["ce_sequence"])
    except (KeyError, ValueError):
        return None


def from_kafka(headers: list[tuple[str, bytes]], value: bytes | None) -> Envelope:
    """Read a Kafka record.

    Raises
    ------
    UnreadableEnvelope
        An attribute is missing or malformed, or there is no data.
    """
    attributes = {
        name[3:]: content.decode("utf-8", "replace") for name, content in headers if name[:3] == "ce_"
    }
    if value is None:
        raise UnreadableEnvelope("no data")
    return _from_attributes(attributes, value.decode("utf-8", "replace"))


def from_json(event: dict[str, Any]) -> Envelope:
    """Read one event of an HTTP batch already decoded.

    Raises
    ------
    UnreadableEnvelope
        An attribute is missing or malformed.
    """
    if "data" not in event:
        raise UnreadableEnvelope("no data")
    # The text was canonical (sorted keys, no blanks): writing it again the same way gives it back.
    return _from_attributes(event, orjson.dumps(event["data"], option=orjson.OPT_SORT_KEYS).decode())


def _from_attributes(attributes: dict[str, Any], data: str) -> Envelope:
    try:
        if attributes["specversion"] != "1.0":
            raise UnreadableEnvelope("unknown specversion")
        causation = attributes.get("causation")
        return Envelope(
            id=UUID(attributes["id"]),
            service=attributes["source"].removeprefix("/iae/"),
            type=attributes["type"],
            key=UUID(attributes["subject"]),
            version=int(attributes["aggversion"]),
            major=int(attributes["dataschema"].rsplit(":", 1)[1]),
            position=int(attributes["sequence"]),
            occurred_at=datetime.fromisoformat(attributes["time"]),
            known_on=date.fromisoformat(attributes["knownon"]),
            correlation_id=UUID(attributes["correlation"]),
            causation_id=UUID(causation) if causation else None,
            data=data,
        )
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableEnvelope(f"{type(error).__name__} in the attributes") from error

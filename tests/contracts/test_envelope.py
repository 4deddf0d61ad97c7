"""Our envelope against the official CloudEvents package, both ways."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contracts.envelope import Envelope, UnreadableEnvelope, from_json, from_kafka

ENVELOPE = Envelope(
    id=UUID("01890000-0000-7000-8000-000000000001"),
    service="structures",
    type="fr.iae.structures.structure.enregistree",
    key=UUID("01890000-0000-7000-8000-000000000002"),
    version=3,
    major=1,
    position=42,
    occurred_at=datetime(2017, 3, 1, 9, 30, tzinfo=UTC),
    known_on=date(2017, 3, 4),
    correlation_id=UUID("01890000-0000-7000-8000-000000000003"),
    causation_id=None,
    data='{"raison_sociale":"Chantier Lumerive é","siret":"00000001800010"}',
)


def test_the_official_package_reads_our_kafka_message() -> None:
    message = KafkaMessage(
        headers=dict(ENVELOPE.kafka_headers()),
        key=str(ENVELOPE.key).encode(),
        value=ENVELOPE.data.encode(),
    )
    event = from_binary_event(message, JSONFormat())
    assert event.get_type() == ENVELOPE.type
    assert event.get_source() == "/iae/structures"
    assert event.get_subject() == str(ENVELOPE.key)
    assert event.get_time() == ENVELOPE.occurred_at
    assert event.get_data() == json.loads(ENVELOPE.data)
    extensions = {
        name: event.get_extension(name) for name in ("sequence", "aggversion", "knownon", "partitionkey")
    }
    assert extensions == {
        "sequence": "0000000000000000042",
        "aggversion": "3",
        "knownon": "2017-03-04",
        "partitionkey": str(ENVELOPE.key),
    }


def test_the_official_package_reads_our_http_event() -> None:
    event = JSONFormat().read(CloudEvent, ENVELOPE.json())
    assert event.get_id() == str(ENVELOPE.id)
    assert event.get_data() == json.loads(ENVELOPE.data)


def test_both_transports_give_the_envelope_back() -> None:
    assert from_kafka(ENVELOPE.kafka_headers(), ENVELOPE.data.encode()) == ENVELOPE
    assert from_json(json.loads(ENVELOPE.json())) == ENVELOPE


@pytest.mark.parametrize(
    "lost", ["ce_id", "ce_type", "ce_subject", "ce_aggversion", "ce_sequence", "ce_knownon"]
)
def test_a_message_without_an_attribute_is_unreadable(lost: str) -> None:
    headers = [(name, value) for name, value in ENVELOPE.kafka_headers() if name != lost]
    with pytest.raises(UnreadableEnvelope):
        from_kafka(headers, b"{}")


def test_a_message_without_data_or_with_a_bad_version_is_unreadable() -> None:
    with pytest.raises(UnreadableEnvelope):
        from_kafka(ENVELOPE.kafka_headers(), None)
    spoiled = [(n, b"three" if n == "ce_aggversion" else v) for n, v in ENVELOPE.kafka_headers()]
    with pytest.raises(UnreadableEnvelope):
        from_kafka(spoiled, b"{}")

"""When a message is tried again, until when; what it tells."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.gateway.webhooks.abonnements import TypeInconnu, check_types
from services.gateway.webhooks.egress import Reply
from services.gateway.webhooks.flow import IDENTIFIERS, TYPES, message_of
from services.gateway.webhooks.held import DELAYS, JITTER, LASTING, delay_after, outcome
from services.gateway.webhooks.signature import new_secret, signed_headers
from shared import clock
from shared.contracts import parcours
from shared.contracts.fact import Classe
from tests.factories.access import NOW
from tests.factories.receiver import Received
from tests.factories.webhooks import make_event

SUBSCRIPTION = UUID("00000000-0000-4000-8000-00000000000a")


def test_pauses_grow_up_to_an_hour_and_are_spread() -> None:
    middle = [delay_after(tried, 0.5) for tried in range(1, 9)]
    assert middle == [*DELAYS, DELAYS[-1], DELAYS[-1]]
    assert middle == sorted(middle)
    assert delay_after(1, 0) == DELAYS[0] * (1 - JITTER)
    assert DELAYS[0] < delay_after(1, 0.99) < DELAYS[0] * (1 + JITTER)


@pytest.mark.parametrize(
    ("reply", "age", "state"),
    [
        (Reply(200), timedelta(), "LIVREE"),
        (Reply(299), LASTING * 2, "LIVREE"),
        (Reply(300, "REDIRECTION"), timedelta(), "EN_ATTENTE"),
        (Reply(500, "REFUS"), LASTING - timedelta(seconds=1), "EN_ATTENTE"),
        (Reply(500, "REFUS"), LASTING, "MORTE"),
        (Reply(None, "DELAI"), LASTING, "MORTE"),
        (Reply(410, "REFUS"), LASTING * 2, "EN_ATTENTE"),
    ],
)
def test_what_becomes_of_a_message(reply: Reply, age: timedelta, state: str) -> None:
    assert outcome(reply, NOW - age, NOW) == state


def test_a_message_tells_nothing_but_identifiers() -> None:
    """Whatever the fact: every field that is told is an identifier by its class."""
    for fact in parcours.FACTS:
        for name in set(fact.model_fields) & set(IDENTIFIERS):
            assert Classe.ID in fact.model_fields[name].metadata
    told = message_of(make_event(3), SUBSCRIPTION).charge
    assert set(told) == {"type", "timestamp", "data"}
    assert set(told["data"]) == {
        "source", "position", "evenement", "sujet", "version", "personne_id", "structure_id"
    }  # fmt: skip


def test_a_message_is_the_same_however_many_times_it_is_read_and_another_elsewhere() -> None:
    assert message_of(make_event(3), SUBSCRIPTION) == message_of(make_event(3), SUBSCRIPTION)
    assert message_of(make_event(3), SUBSCRIPTION).id != message_of(make_event(3), UUID(int=1)).id


def test_types_are_those_of_the_flow() -> None:
    assert check_types([TYPES[1], TYPES[0], TYPES[1]]) == list(TYPES[:2])
    with pytest.raises(TypeInconnu):
        check_types([TYPES[0], "fr.iae.parcours.inconnu.fait"])


BODY = b'{"test": 2432232314}'


def test_a_signature_is_that_of_the_body_and_of_the_secret() -> None:
    secret, other = new_secret(), new_secret()
    signed = signed_headers([secret], SUBSCRIPTION, NOW, BODY)
    assert Received("/", signed, BODY).signed_by(secret, NOW)
    assert not Received("/", signed, BODY.replace(b"4}", b"5}")).signed_by(secret, NOW)
    assert not Received("/", signed, BODY).signed_by(other, NOW)


def test_what_the_guide_tells_a_partner_to_write_checks_our_signatures() -> None:
    """The very lines of ``docs/partenaires.md``."""
    guide = (Path(__file__).parents[3] / "docs" / "partenaires.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    written: dict[str, Any] = {}
    exec(lines, written)
    is_ours = written["is_ours"]
    old, new = new_secret(), new_secret()
    signed = signed_headers([new, old], SUBSCRIPTION, clock.now(), BODY)
    assert [is_ours(secret, signed, BODY) for secret in (old, new, new_secret())] == [True, True, False]
    assert not is_ours(new, signed, BODY + b" ")
    late = signed_headers([new], SUBSCRIPTION, clock.now() - timedelta(minutes=6), BODY)
    assert not is_ours(new, late, BODY)

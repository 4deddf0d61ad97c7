"""What the trail keeps of a call."""

import pytest

from shared.access.audit import audit_row, truncate_address
from shared.access.rights import Action, Decision
from tests.factories.access import STRUCTURE, make_caller


def test_a_row_says_who_did_what_on_what_and_for_whom() -> None:
    caller = make_caller(client_id="gateway", subject="agent-fictif", acts_for="organisation-fictive")

    assert audit_row(
        caller,
        Action.ECRIRE_PARCOURS,
        STRUCTURE,
        Decision.HORS_PERIMETRE,
        address="192.0.2.77",
        trace_id="trace-1",
    ) == {
        "client_id": "gateway",
        "subject": "agent-fictif",
        "acts_for": "organisation-fictive",
        "action": "ecrire_parcours",
        "target_id": str(STRUCTURE),
        "scope": "parcours.ecriture",
        "motif": None,
        "result": "hors_perimetre",
        "address": "192.0.2.0/24",
        "trace_id": "trace-1",
    }


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
        ("testclient", None),
        ("", None),
    ],
)
def test_only_the_network_of_an_address_is_kept(address: str, kept: str | None) -> None:
    assert truncate_address(address) == kept

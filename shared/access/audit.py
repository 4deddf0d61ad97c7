"""The audit trail: who did what, on what, for whom, and whether it was allowed.

Append only: the service's role may only INSERT and SELECT. The row is written in the transaction of what it
traces, so that nothing is read or written without its trace.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypedDict

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    func,
)

from shared.access.callers import Caller
from shared.access.rights import RULES, Action, Decision

MOTIVATED = frozenset({Action.CHERCHER_NIR})
"""Actions on sensitive data: allowed only with a reason, kept here."""


class AuditRow(TypedDict):
    """One row of the table ``audit``, without what the database fills in."""

    client_id: str
    subject: str
    acts_for: str | None
    action: str
    target_id: str | None
    scope: str
    motif: str | None
    result: str
    address: str | None
    trace_id: str | None


def audit_table(metadata: MetaData) -> Table:
    """Declare the table ``audit`` of a service.

    The database refuses an allowed action on sensitive data without its ``motif``.
    """
    motivated = ", ".join(f"'{action}'" for action in sorted(MOTIVATED))
    return Table(
        "audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("client_id", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("acts_for", Text),
        Column("action", Text, nullable=False),
        Column("target_id", Text),
        Column("scope", Text, nullable=False),
        Column("motif", Text),
        Column("result", Text, nullable=False),
        Column("address", Text),
        Column("trace_id", Text),
        CheckConstraint(
            f"result <> '{Decision.ACCORDE}' or action not in ({motivated}) or btrim(coalesce(motif, '')) <> ''",
            name="motif_required",
        ),
        # What a person asks for: who looked at me, and when.
        Index(None, "target_id", "recorded_at"),
    )


def audit_row(
    caller: Caller,
    action: Action,
    target_id: object,
    result: Decision = Decision.ACCORDE,
    *,
    address: str | None,
    trace_id: str | None,
    motif: str | None = None,
) -> AuditRow:
    """Return the row to insert in ``audit``.

    Parameters
    ----------
    target_id
        Identifier of what is acted on, never a value of identity; ``None`` when there is no single one.
    result
        What was decided; refusals are traced too.
    address
        Address of the peer; only its network is kept.
    trace_id
        Identifier that finds the technical logs of the same request.
    motif
        Why, in the words of the caller; needed for the actions in `MOTIVATED`.
    """
    return {
        "client_id": caller.client_id,
        "subject": caller.subject,
        "acts_for": caller.acts_for,
        "action": action,
        "target_id": None if target_id is None else str(target_id),
        "scope": RULES[action].scope,
        "motif": motif,
        "result": result,
        "address": None if address is None else truncate_address(address),
        "trace_id": trace_id,
    }


def truncate_address(text: str) -> str | None:
    """Return the network of an address, /24 in IPv4 and /48 in IPv6; ``None`` when it is not an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(IPv4Network((address, 24), strict=False))
    if address.ipv4_mapped is not None:
        return truncate_address(str(address.ipv4_mapped))
    return str(
        IPv6Network((address.packed, 48), strict=False)
    )  # packed: an interface name (%eth0) is no part of it

"""Facts on their way into the journal, written with the state they describe."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.fact import Fact
from shared.uuids import uuid7

INSERT = """
    recorded as (
        insert into journal (id, aggregate, key, version, type, major, occurred_at, known_on, actor,
                             correlation_id, causation_id, data, private)
        select u.id, u.aggregate, u.key, u.version, u.type, u.major, u.occurred_at, u.known_on, :j_actor,
               :j_correlation, :j_causation, u.data::json, u.private
        from unnest(cast(:j_id as uuid[]), cast(:j_aggregate as text[]), cast(:j_key as uuid[]),
                    cast(:j_version as int[]), cast(:j_type as text[]), cast(:j_major as smallint[]),
                    cast(:j_occurred_at as timestamptz[]), cast(:j_known_on as date[]),
                    cast(:j_data as text[]), cast(:j_private as bytea[]))
             with ordinality as u(id, aggregate, key, version, type, major, occurred_at, known_on, data,
                                  private, rank)
        order by u.rank
        returning seq
    ),
    pending as (insert into journal_pending select seq from recorded returning seq)
"""
"""Two common table expressions: journal then queue, in one statement with the state (see ``writing``)."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact to record: version ``version`` of aggregate ``key``.

    Attributes
    ----------
    known_on
        Day the fact was known, in France.
    private
        Personal part, already encrypted; stays in the journal of the service.
    """

    key: UUID
    version: int
    fact: Fact
    occurred_at: datetime
    known_on: date
    private: bytes | None = None
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: technical identifiers only, never a name."""

    client_id: str
    correlation_id: UUID
    causation_id: UUID | None = None


def insert_parameters(facts: Sequence[NewFact], author: Author) -> dict[str, Any]:
    """Return the bind values of ``INSERT``; facts keep their order, which is the order of their ``seq``."""
    return {
        "j_actor": author.client_id,
        "j_correlation": author.correlation_id,
        "j_causation": author.causation_id,
        "j_id": [f.id for f in facts],
        "j_aggregate": [f.fact.aggregate for f in facts],
        "j_key": [f.key for f in facts],
        "j_version": [f.version for f in facts],
        "j_type": [f.fact.event_type() for f in facts],
        "j_major": [f.fact.major for f in facts],
        "j_occurred_at": [f.occurred_at for f in facts],
        "j_known_on": [f.known_on for f in facts],
        "j_data": [f.fact.canonical() for f in facts],
        "j_private": [f.private for f in facts],
    }

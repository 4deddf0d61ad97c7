"""Tables of the bus, added to the MetaData of each service.

``docs/decisions/0002-journal.md`` tells why the journal is a table and the position comes after the commit.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE

MAX_DATA_BYTES = 393_216
"""A declaration of 1,500 lines takes 263 kB; Kafka accepts 1 MiB."""


def add_journal_tables(metadata: MetaData) -> None:
    """Add what a service that publishes needs: journal, queue of the sequencer, positions, cursors."""
    Table(
        "journal",
        metadata,
        Column("seq", BigInteger, Identity(always=True, cache=1), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("aggregate", Text, nullable=False),
        Column("key", Uuid, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("major", SmallInteger, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("known_on", Date, nullable=False),
        Column(
            "recorded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")
        ),
        Column("actor", Text, nullable=False),
        Column("correlation_id", Uuid, nullable=False),
        Column("causation_id", Uuid),
        Column("data", JSON, nullable=False),
        Column("private", LargeBinary),
        Column("private_sha", LargeBinary, Computed("sha256(private)", persisted=True)),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint(f"octet_length(data::text) <= {MAX_DATA_BYTES}", name="data_size"),
        UniqueConstraint("key", "version"),
    )
    Table("journal_pending", metadata, Column("seq", BigInteger, primary_key=True, autoincrement=False))
    Table(
        "journal_position",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        # No foreign key: only the sequencer writes here, from the journal itself, and the check would lock each event.
        Column("seq", BigInteger, nullable=False, unique=True),
        Column("ordered_at", DateTime(timezone=True), nullable=False),
        Column("digest", LargeBinary, nullable=False),
    )
    Table(
        "relay_cursor",
        metadata,
        Column("name", Text, primary_key=True),
        Column("position", BigInteger, nullable=False, server_default=text("0")),
        Column("bus_id", Text),  # journal: its UUID; kafka: the cluster last published to
    )


def add_consumer_tables(metadata: MetaData) -> None:
    """Add what a reader needs: where it stands, the version of each key, what it set aside."""
    Table(
        "checkpoint",
        metadata,
        Column("view", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("bus_id", Text, nullable=False),
    )
    Table(
        "progress",
        metadata,
        Column("view", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        # Positions applied, as ranges: partitions run ahead of each other.
        Column("applied", INT8MULTIRANGE, nullable=False, server_default=text("'{}'")),
        Column("applied_at", DateTime(timezone=True)),
        Column("event_at", DateTime(timezone=True)),
    )
    Table(
        "head",
        metadata,
        Column("key", Uuid, primary_key=True),
        Column("view", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("quarantined", Integer, nullable=False, server_default=text("0")),
    )
    dead_letter = Table(
        "dead_letter",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("view", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("key", Uuid),
        Column("version", Integer),
        Column("event", JSON, nullable=False),
        Column("reason", Text, nullable=False),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("resolved_at", DateTime(timezone=True)),
        UniqueConstraint("view", "key", "version"),
    )
    Index("ix_dead_letter_open", dead_letter.c.view, postgresql_where=dead_letter.c.resolved_at.is_(None))

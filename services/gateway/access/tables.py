"""The tables of access: clients that ask for tokens, agents that sign in, their sessions, and who lets whom in."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


def client_table(metadata: MetaData) -> Table:
    """Declare the table ``client``.

    ``secret_sha256`` is the SHA-256 of a random secret of at least 256 bits, which needs no salt.
    ``perimetre`` is ``{structures, departements, organisations}`` and may also name structures by
    ``sirets: [[siret, type]]``, resolved when a token is given.
    """
    return Table(
        "client",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("libelle", Text, nullable=False),
        Column(
            "secret_sha256",
            LargeBinary,
            CheckConstraint("octet_length(secret_sha256) = 32", name="sha256"),
            nullable=False,
        ),
        Column("scopes", ARRAY(Text), nullable=False),
        Column("perimetre", JSONB, nullable=False),
        Column("actif", Boolean, nullable=False, server_default=true()),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def agent_table(metadata: MetaData) -> Table:
    """Declare the table ``agent``: who may sign in, by issuer and subject, never by an address of mail.

    ``client_id`` is the name under which what an agent sends is kept: references, keys and imports are unique
    and seen under it, so the agents of one organisation share it. ``perimetre`` is written as a client's.
    An ``administrateur`` invites and withdraws the agents of its organisation, and lends its structures.
    """
    return Table(
        "agent",
        metadata,
        Column("issuer", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("client_id", Text, nullable=False),
        Column("libelle", Text, nullable=False),
        Column("scopes", ARRAY(Text), nullable=False),
        Column("perimetre", JSONB, nullable=False),
        Column("actif", Boolean, nullable=False, server_default=true()),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("administrateur", Boolean, nullable=False, server_default=false()),
    )


def invitation_table(metadata: MetaData) -> Table:
    """Declare the table ``invitation``: a place kept in an organisation for whoever brings the code.

    The code is kept as its SHA-256; the rights are those of who invites, on that day.
    """
    return Table(
        "invitation",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column(
            "code_sha256",
            LargeBinary,
            CheckConstraint("octet_length(code_sha256) = 32", name="sha256"),
            nullable=False,
            unique=True,
        ),
        Column("client_id", Text, nullable=False, index=True),
        Column("libelle", Text, nullable=False),
        Column("scopes", ARRAY(Text), nullable=False),
        Column("perimetre", JSONB, nullable=False),
        Column("administrateur", Boolean, nullable=False),
        Column("creee_par", Text, nullable=False),
        Column("expire_le", DateTime(timezone=True), nullable=False),
    )


def delegation_table(metadata: MetaData) -> Table:
    """Declare the table ``delegation``: a structure that its organisation lends to another, until it takes it back."""
    ended = "(retiree_le is null) = (retiree_par is null)"
    return Table(
        "delegation",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("client_id", Text, nullable=False, index=True),
        Column("delegataire", Text, nullable=False),
        Column("siret", Text, nullable=False),
        Column("type_structure", Text, nullable=False),
        Column("accordee_le", DateTime(timezone=True), nullable=False),
        Column("accordee_par", Text, nullable=False),
        Column("retiree_le", DateTime(timezone=True)),
        Column("retiree_par", Text),
        CheckConstraint(ended, name="retrait_entier"),
        Index(
            "uq_delegation_en_cours",
            "delegataire",
            "client_id",
            "siret",
            "type_structure",
            unique=True,
            postgresql_where=text("retiree_le is null"),
        ),
    )


def session_table(metadata: MetaData) -> Table:
    """Declare the table ``session``: the key of the browser is kept as its SHA-256; rights stay on the agent.

    ``id_token`` is what the provider wants back to sign out.
    """
    return Table(
        "session",
        metadata,
        Column(
            "key_sha256",
            LargeBinary,
            CheckConstraint("octet_length(key_sha256) = 32", name="sha256"),
            primary_key=True,
        ),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("seen_at", DateTime(timezone=True), nullable=False),
        Column("id_token", Text),
        ForeignKeyConstraint(["issuer", "subject"], ["agent.issuer", "agent.subject"], ondelete="CASCADE"),
        Index(None, "issuer", "subject"),
    )

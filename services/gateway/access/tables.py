"""The table of clients: who may ask for a token."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
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

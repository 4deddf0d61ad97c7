"""The tables of webhooks: who wants which facts at which address, and what became of each sending."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


def abonnement_table(metadata: MetaData) -> Table:
    """Declare the table ``abonnement``: an address of a client, the facts it wants, how far it is.

    It is never edited: another address or other types are another one. ``types`` empty means all. ``cle`` names the
    request that drew the present secret. ``position`` is that of the last fact sent or passed over, of the journal of
    ``source``. Nothing is sent before ``prochain_essai``, nor by two at once: who sends holds it until ``tenu_jusqu_au``.
    """
    return Table(
        "abonnement",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("client_id", Text, nullable=False),
        Column("cle", Text, nullable=False),
        Column("url", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("types", ARRAY(Text), nullable=False),
        Column("etat", Text, nullable=False),
        Column("cree_le", DateTime(timezone=True), nullable=False),
        Column("desactive_le", DateTime(timezone=True)),
        Column("secret", LargeBinary, nullable=False),
        Column("ancien_secret", LargeBinary),
        Column("ancien_jusqu_au", DateTime(timezone=True)),
        Column("position", BigInteger, nullable=False),
        Column("prochain_essai", DateTime(timezone=True), nullable=False),
        Column("tenu_jusqu_au", DateTime(timezone=True)),
        CheckConstraint("etat in ('ACTIF', 'DESACTIVE')", name="etat"),
        CheckConstraint("(etat = 'DESACTIVE') = (desactive_le is not null)", name="desactive_le"),
        CheckConstraint("(ancien_secret is null) = (ancien_jusqu_au is null)", name="ancien_entier"),
        UniqueConstraint("client_id", "cle"),
    )


def livraison_table(metadata: MetaData) -> Table:
    """Declare the table ``livraison``: one fact sent to one address, from its first attempt.

    ``id`` is the ``webhook-id``. One that waits holds back those that follow. ``charge`` is what is sent; it is
    erased some days after the last attempt, the trace stays.
    """
    return Table(
        "livraison",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("abonnement_id", Uuid, ForeignKey("abonnement.id", ondelete="CASCADE"), nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("charge", JSONB(none_as_null=True)),
        Column("etat", Text, nullable=False),
        Column("essais", Integer, nullable=False),
        Column("premier_essai", DateTime(timezone=True), nullable=False),
        Column("dernier_essai", DateTime(timezone=True), nullable=False),
        Column("statut", SmallInteger),
        Column("erreur", Text),
        CheckConstraint("etat in ('EN_ATTENTE', 'LIVREE', 'MORTE')", name="etat"),
        CheckConstraint("etat <> 'EN_ATTENTE' or charge is not null", name="charge_gardee"),
        UniqueConstraint("abonnement_id", "position"),
        Index(
            "ix_livraison_a_suivre",
            "abonnement_id",
            "etat",
            "position",
            postgresql_where=text("etat <> 'LIVREE'"),
        ),
        Index("ix_livraison_a_effacer", "dernier_essai", postgresql_where=text("charge is not null")),
    )

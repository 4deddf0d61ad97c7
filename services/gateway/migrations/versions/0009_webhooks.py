"""webhooks of partners: their addresses, and what became of each sending

A charge holds identifiers only (a partner's own pseudonym of a person among them), seven days at most.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_abonnements()
    create_livraisons()
    op.execute("grant select, insert, update, delete on abonnement, livraison to gateway_appli")


def create_abonnements() -> None:
    op.create_table(
        "abonnement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("desactive_le", sa.DateTime(timezone=True)),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("ancien_secret", sa.LargeBinary()),
        sa.Column("ancien_jusqu_au", sa.DateTime(timezone=True)),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("prochain_essai", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenu_jusqu_au", sa.DateTime(timezone=True)),
        sa.CheckConstraint("etat in ('ACTIF', 'DESACTIVE')", name=op.f("ck_abonnement_etat")),
        sa.CheckConstraint(
            "(etat = 'DESACTIVE') = (desactive_le is not null)", name=op.f("ck_abonnement_desactive_le")
        ),
        sa.CheckConstraint(
            "(ancien_secret is null) = (ancien_jusqu_au is null)", name=op.f("ck_abonnement_ancien_entier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abonnement")),
        sa.UniqueConstraint("client_id", "cle", name=op.f("uq_abonnement_client_id_cle")),
    )


def create_livraisons() -> None:
    op.create_table(
        "livraison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("abonnement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("charge", postgresql.JSONB()),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("essais", sa.Integer(), nullable=False),
        sa.Column("premier_essai", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dernier_essai", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statut", sa.SmallInteger()),
        sa.Column("erreur", sa.Text()),
        sa.CheckConstraint("etat in ('EN_ATTENTE', 'LIVREE', 'MORTE')", name=op.f("ck_livraison_etat")),
        sa.CheckConstraint(
            "etat <> 'EN_ATTENTE' or charge is not null", name=op.f("ck_livraison_charge_gardee")
        ),
        sa.ForeignKeyConstraint(
            ["abonnement_id"],
            ["abonnement.id"],
            name=op.f("fk_livraison_abonnement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livraison")),
        sa.UniqueConstraint("abonnement_id", "position", name=op.f("uq_livraison_abonnement_id_position")),
    )
    op.create_index(
        "ix_livraison_a_suivre",
        "livraison",
        ["abonnement_id", "etat", "position"],
        postgresql_where=sa.text("etat <> 'LIVREE'"),
    )
    op.create_index(
        "ix_livraison_a_effacer",
        "livraison",
        ["dernier_essai"],
        postgresql_where=sa.text("charge is not null"),
    )


def downgrade() -> None:
    raise NotImplementedError("the addresses of partners and their secrets would be lost")

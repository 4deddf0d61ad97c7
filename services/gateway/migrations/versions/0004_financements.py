"""envelopes, movements of credits, cofunders, redéploiements and hours of clauses

A view that has already read facts needs ``iae rebuild`` to hold what these tables show of them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VUES = "vues"
COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "annexe": (
        sa.Column("montant_module", sa.Numeric()),
        sa.Column("montant_fdi", sa.Numeric()),
        sa.Column("montant_cofinance", sa.Numeric()),
        sa.Column("avenant_de", sa.Uuid()),
    ),
    "marche": (sa.Column("date_notification", sa.Date()), sa.Column("date_fin", sa.Date())),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column, schema=VUES)
    create_enveloppes()
    create_cofinancements()
    create_mouvements()
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def create_enveloppes() -> None:
    op.create_table(
        "enveloppe",
        sa.Column("enveloppe_id", sa.Uuid(), nullable=False),
        sa.Column("niveau", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("notifie", sa.Numeric(), nullable=False),
        sa.Column("notifie_etp", sa.Numeric(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("enveloppe_id", name=op.f("pk_enveloppe")),
        schema=VUES,
    )
    op.create_index(op.f("ix_enveloppe_annee_territoire"), "enveloppe", ["annee", "territoire"], schema=VUES)
    op.create_table(
        "credit_deplace",
        sa.Column("mouvement_id", sa.Uuid(), nullable=False),
        sa.Column("origine_id", sa.Uuid()),
        sa.Column("destination_id", sa.Uuid()),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("mouvement_id", name=op.f("pk_credit_deplace")),
        schema=VUES,
    )


def create_cofinancements() -> None:
    op.create_table(
        "cofinancement",
        sa.Column("cofinancement_id", sa.Uuid(), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("circuit", sa.Text(), nullable=False),
        sa.Column("postes", sa.Integer()),
        sa.Column("theorique", sa.Numeric()),
        sa.Column("ecart_signale", sa.Boolean()),
        sa.Column("date_accord", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("cofinancement_id", name=op.f("pk_cofinancement")),
        schema=VUES,
    )
    op.create_index(op.f("ix_cofinancement_annexe_id"), "cofinancement", ["annexe_id"], schema=VUES)


def create_mouvements() -> None:
    op.create_table(
        "redeploiement",
        sa.Column("redeploiement_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("lignes", sa.JSON(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("redeploiement_id", name=op.f("pk_redeploiement")),
        schema=VUES,
    )
    op.create_table(
        "imputation",
        sa.Column("imputation_id", sa.Uuid(), nullable=False),
        sa.Column("marche_id", sa.Uuid(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("imputation_id", name=op.f("pk_imputation")),
        schema=VUES,
    )
    op.create_index(op.f("ix_imputation_marche_id"), "imputation", ["marche_id"], schema=VUES)


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

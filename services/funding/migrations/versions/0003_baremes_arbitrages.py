"""amounts entered by administrators, arbitrations of the conférence des financeurs, end of contracts with a clause"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("bareme_saisi", "arbitrage")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("marche", sa.Column("date_fin", sa.Date()))
    op.create_table(
        "bareme_saisi",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grandeur", sa.Text(), nullable=False),
        sa.Column("cas", sa.Text(), nullable=False),
        sa.Column("type_structure", sa.Text(), nullable=False),
        sa.Column("a_compter_du", sa.Date(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("montant > 0", name=op.f("ck_bareme_saisi_montant")),
        sa.CheckConstraint("grandeur in ('AIDE_POSTE', 'RSA')", name=op.f("ck_bareme_saisi_grandeur")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bareme_saisi")),
        sa.UniqueConstraint(
            "grandeur", "cas", "type_structure", "a_compter_du",
            name=op.f("uq_bareme_saisi_grandeur_cas_type_structure_a_compter_du"),
        ),
    )  # fmt: skip
    op.create_table(
        "arbitrage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("demande", sa.Numeric()),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("le", sa.Date(), nullable=False),
        sa.CheckConstraint("montant >= 0", name=op.f("ck_arbitrage_montant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arbitrage")),
        sa.UniqueConstraint(
            "structure_id", "annee", "financeur", "numero",
            name=op.f("uq_arbitrage_structure_id_annee_financeur_numero"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_arbitrage_departement_annee"), "arbitrage", ["departement", "annee"])
    op.create_table(
        "annexe_asp",
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("donnees", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_annexe_asp_annexe_id")
        ),
        sa.PrimaryKeyConstraint("annexe_id", name=op.f("pk_annexe_asp")),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        op.execute(f"revoke update, delete on {table} from funding_appli")


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")

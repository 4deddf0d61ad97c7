"""what the conférence des financeurs settled, and its trace

A view that has already read such facts needs ``iae rebuild`` to hold them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

VUES = "vues"


def upgrade() -> None:
    op.create_table(
        "arbitrage",
        sa.Column("arbitrage_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("demande", sa.Numeric()),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("le", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("arbitrage_id", name=op.f("pk_arbitrage")),
        schema=VUES,
    )
    op.create_index(
        op.f("ix_arbitrage_structure_id_annee"), "arbitrage", ["structure_id", "annee"], schema=VUES
    )
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

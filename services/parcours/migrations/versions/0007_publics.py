"""counts of distinct persons by public and of refusals by reason, as last published

Counts only, nobody is in it: they are derived from the vault and counted again every day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "publics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("departement", sa.Text()),
        sa.Column("type_structure", sa.Text()),
        sa.Column("effectif", sa.Integer(), nullable=False),
        sa.Column("publics", sa.JSON(), nullable=False),
        sa.Column("refus", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publics")),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")

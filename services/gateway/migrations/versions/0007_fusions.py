"""persons absorbed by others"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VUES = "vues"


def upgrade() -> None:
    op.create_table(
        "fusion",
        sa.Column("absorbee_id", sa.Uuid(), nullable=False),
        sa.Column("conservee_id", sa.Uuid(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("absorbee_id", name=op.f("pk_fusion")),
        schema=VUES,
    )
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

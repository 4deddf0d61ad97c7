"""distinct persons by public and refusals by reason

A view that has already read such facts needs ``iae rebuild`` to hold them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

VUES = "vues"


def upgrade() -> None:
    op.create_table(
        "publics",
        sa.Column("publics_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("departement", sa.Text()),
        sa.Column("type_structure", sa.Text()),
        sa.Column("publics", sa.JSON(), nullable=False),
        sa.Column("refus", sa.JSON(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("publics_id", name=op.f("pk_publics")),
        schema=VUES,
    )
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

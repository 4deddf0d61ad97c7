"""an opinion of the past is taken over once"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_dossier_repris",
        "dossier",
        ["departement", "date_seance", "structure_id", "objet"],
        unique=True,
        postgresql_where=sa.text("seance_id is null"),
    )


def downgrade() -> None:
    op.drop_index("uq_dossier_repris", "dossier")

"""what the refusal of a prolongation proposes; a PASS IAE delivered by hand"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column(
        "prolongation", sa.Column("actions", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("candidature", sa.Column("delivrance", sa.Text(), nullable=True))
    op.add_column("candidature", sa.Column("delivrance_le", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_candidature_delivrance"),
        "candidature",
        "(delivrance in ('PENDING', 'GRANTED', 'DENIED') and etat = 'accepted') or delivrance is null",
    )
    op.create_check_constraint(
        op.f("ck_candidature_delivree"),
        "candidature",
        "(delivrance in ('GRANTED', 'DENIED')) = (delivrance_le is not null)",
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")

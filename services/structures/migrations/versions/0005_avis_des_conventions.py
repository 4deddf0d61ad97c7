"""where the opinion of a convention comes from"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("convention", sa.Column("dossier_id", sa.Uuid()))
    op.add_column("convention", sa.Column("avis_repris_du", sa.Date()))
    op.create_unique_constraint(op.f("uq_convention_dossier_id"), "convention", ["dossier_id"])
    op.create_foreign_key(
        op.f("fk_convention_dossier_id_dossier"), "convention", "dossier", ["dossier_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_convention_avis"), "convention", "dossier_id is null or avis_repris_du is null"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_convention_avis"), "convention")
    op.drop_constraint(op.f("fk_convention_dossier_id_dossier"), "convention")
    op.drop_constraint(op.f("uq_convention_dossier_id"), "convention")
    op.drop_column("convention", "avis_repris_du")
    op.drop_column("convention", "dossier_id")

"""steps of the support of a person, situations after an exit"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "etape",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=True),
        sa.Column("contenu", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "nature in ('FREIN', 'ACTION', 'PMSMP', 'FORMATION')", name=op.f("ck_etape_nature")
        ),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_etape_periode")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_etape_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_etape")),
    )
    op.create_index(op.f("ix_etape_personne_id"), "etape", ["personne_id"], unique=False)
    op.create_table(
        "suivi",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("echeance", sa.SmallInteger(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("constate_le", sa.Date(), nullable=False),
        sa.CheckConstraint("echeance in (3, 6)", name=op.f("ck_suivi_echeance")),
        sa.CheckConstraint(
            "situation in ('EMPLOI', 'FORMATION', 'SANS_EMPLOI', 'AUTRE', 'INCONNUE')",
            name=op.f("ck_suivi_situation"),
        ),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_suivi_contrat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suivi")),
        sa.UniqueConstraint("contrat_id", "echeance", name=op.f("uq_suivi_contrat_id_echeance")),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")

"""plans, innovations, shared watch"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MAILLE = "maille in ('DEPARTEMENT', 'REGION')"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("axes", sa.JSON(), nullable=False),
        sa.CheckConstraint(MAILLE, name=op.f("ck_plan_maille")),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_plan_periode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "maille", "territoire", "date_debut", name=op.f("uq_plan_maille_territoire_date_debut")
        ),
    )
    op.create_table(
        "projet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("departements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("besoin", sa.Text(), nullable=False),
        sa.Column("stade", sa.Text(), nullable=False),
        sa.Column("ptce", sa.Boolean(), nullable=False),
        sa.Column("partenaires", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(MAILLE, name=op.f("ck_projet_maille")),
        sa.CheckConstraint(
            "stade in ('IDEE', 'ETUDE', 'EXPERIMENTATION', 'DEPLOIEMENT', 'ARRET')",
            name=op.f("ck_projet_stade"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projet")),
    )
    op.create_table(
        "vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("projet_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["projet_id"], ["projet.id"], name=op.f("fk_vote_projet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("projet_id", "organisation", name=op.f("uq_vote_projet_id_organisation")),
    )
    op.create_table(
        "veille",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("lien", sa.Text(), nullable=False),
        sa.Column("etiquettes", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(MAILLE, name=op.f("ck_veille_maille")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_veille")),
    )


def downgrade() -> None:
    raise NotImplementedError("plans and votes would be lost: restore a backup")

"""innovations, votes, shared readings, and what annexes forecast of exits

A view that has already read facts needs ``iae rebuild`` to hold what these tables and columns show of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

VUES = "vues"


def upgrade() -> None:
    op.add_column("annexe", sa.Column("sorties_prevues", sa.Integer()), schema=VUES)
    for taux in ("taux_durable_prevu", "taux_transition_prevu", "taux_positive_prevu"):
        op.add_column("annexe", sa.Column(taux, sa.Numeric()), schema=VUES)
    op.create_table(
        "projet",
        sa.Column("projet_id", sa.Uuid(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("besoin", sa.Text(), nullable=False),
        sa.Column("stade", sa.Text(), nullable=False),
        sa.Column("ptce", sa.Boolean(), nullable=False),
        sa.Column("partenaires", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("projet_id", name=op.f("pk_projet")),
        schema=VUES,
    )
    op.create_table(
        "vote",
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("projet_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("vote_id", name=op.f("pk_vote")),
        schema=VUES,
    )
    op.create_index(op.f("ix_vote_projet_id"), "vote", ["projet_id"], schema=VUES)
    op.create_table(
        "veille",
        sa.Column("veille_id", sa.Uuid(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("lien", sa.Text(), nullable=False),
        sa.Column("etiquettes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("veille_id", name=op.f("pk_veille")),
        schema=VUES,
    )
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

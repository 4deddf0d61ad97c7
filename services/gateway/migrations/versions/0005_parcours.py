"""rights, diagnoses, steps and follow-ups of pathways; payments by the day they were known; what views held before

A view that has already read facts needs ``iae rebuild`` to hold what these tables show of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VUES = "vues"


def upgrade() -> None:
    create_passe()
    create_droit()
    create_diagnostic()
    create_etape()
    create_suivi()
    op.add_column(
        "versement",
        sa.Column("known_on", sa.Date(), server_default=sa.text("'1970-01-01'"), nullable=False),
        schema=VUES,
    )
    op.alter_column("versement", "known_on", server_default=None, schema=VUES)
    op.drop_constraint(op.f("pk_versement"), "versement", schema=VUES)
    op.create_primary_key(
        op.f("pk_versement"),
        "versement",
        ["structure_id", "annee", "mois", "financeur", "nature", "known_on"],
        schema=VUES,
    )
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def create_passe() -> None:
    op.create_table(
        "passe",
        sa.Column("vue", sa.Text(), nullable=False),
        sa.Column("cle", sa.Uuid(), nullable=False),
        sa.Column("connu_du", sa.Date(), nullable=False),
        sa.Column("connu_avant", sa.Date(), nullable=False),
        sa.Column("ligne", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("vue", "cle", "connu_du", "connu_avant", name=op.f("pk_passe")),
        schema=VUES,
    )


def create_droit() -> None:
    op.create_table(
        "droit",
        sa.Column("droit_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("suspensions", sa.JSON(), nullable=False),
        sa.Column("annule", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("droit_id", name=op.f("pk_droit")),
        schema=VUES,
    )
    op.create_index(op.f("ix_droit_personne_id"), "droit", ["personne_id"], schema=VUES)


def create_diagnostic() -> None:
    op.create_table(
        "diagnostic",
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("auteur", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid()),
        sa.Column("date_diagnostic", sa.Date(), nullable=False),
        sa.Column("expire_le", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("diagnostic_id", name=op.f("pk_diagnostic")),
        schema=VUES,
    )
    op.create_index(op.f("ix_diagnostic_personne_id"), "diagnostic", ["personne_id"], schema=VUES)


def create_etape() -> None:
    op.create_table(
        "etape",
        sa.Column("etape_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("etape_id", name=op.f("pk_etape")),
        schema=VUES,
    )
    op.create_index(
        op.f("ix_etape_structure_id_date_debut"), "etape", ["structure_id", "date_debut"], schema=VUES
    )


def create_suivi() -> None:
    op.create_table(
        "suivi",
        sa.Column("suivi_id", sa.Uuid(), nullable=False),
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("echeance", sa.SmallInteger(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("constate_le", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("suivi_id", name=op.f("pk_suivi")),
        schema=VUES,
    )
    op.create_index(
        op.f("ix_suivi_structure_id_constate_le"), "suivi", ["structure_id", "constate_le"], schema=VUES
    )


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

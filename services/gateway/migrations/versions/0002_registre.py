"""history of structures, fiches de poste, instances, séances and plans

A view that has already read facts needs ``iae rebuild`` to hold what these columns show of them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VUES = "vues"
STRUCTURE: tuple[sa.Column[Any], ...] = (
    sa.Column("forme_juridique", sa.Text()),
    sa.Column("division_naf", sa.Text()),
    sa.Column("adresse", sa.Text()),
    sa.Column("code_postal", sa.Text()),
    sa.Column("date_conventionnement", sa.Date()),
    sa.Column("mere_id", sa.Uuid()),
    sa.Column("visible", sa.Boolean()),
    sa.Column("capacite", sa.Integer()),
    sa.Column("delai_attente_jours", sa.Integer()),
    sa.Column("spontanees_jusqu_au", sa.Date()),
    sa.Column("fermee_le", sa.Date()),
    sa.Column("motif_fermeture", sa.Text()),
    sa.Column("absorbante_id", sa.Uuid()),
    sa.Column("texte", sa.Text()),
)
CONVENTION = (
    sa.Column("etat", sa.Text()),
    sa.Column("etat_le", sa.Date()),
    sa.Column("suspendue_le", sa.Date()),
    sa.Column("motif_suspension", sa.Text()),
)
DOSSIER = (
    sa.Column("seance_id", sa.Uuid()),
    sa.Column("suite_de", sa.Uuid()),
    sa.Column("montant_demande", sa.Numeric()),
    sa.Column("montant_accorde", sa.Numeric()),
    sa.Column("motifs", sa.Text()),
)


def upgrade() -> None:
    for table, columns in (("structure", STRUCTURE), ("convention", CONVENTION), ("dossier", DOSSIER)):
        for column in columns:
            op.add_column(table, column, schema=VUES)
    op.alter_column("convention", "numero", nullable=True, schema=VUES)
    op.alter_column("dossier", "etp_accordes", nullable=True, schema=VUES)
    op.alter_column("dossier", "avis", nullable=True, schema=VUES)
    create_histoire()
    create_fiche_de_poste()
    create_gouvernance()
    op.execute("grant select, insert, update, delete on all tables in schema vues to gateway_appli")


def create_histoire() -> None:
    op.create_table(
        "histoire",
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fait", sa.Text(), nullable=False),
        sa.Column("date_effet", sa.Date(), nullable=False),
        sa.Column("etat", sa.JSON(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("structure_id", "version", name=op.f("pk_histoire")),
        schema=VUES,
    )


def create_fiche_de_poste() -> None:
    op.create_table(
        "fiche_de_poste",
        sa.Column("fiche_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("code_rome", sa.Text(), nullable=False),
        sa.Column("appellation", sa.Text(), nullable=False),
        sa.Column("type_contrat", sa.Text(), nullable=False),
        sa.Column("postes_ouverts", sa.Integer(), nullable=False),
        sa.Column("heures_hebdo", sa.Numeric()),
        sa.Column("code_insee", sa.Text()),
        sa.Column("mise_a_jour_le", sa.Date(), nullable=False),
        sa.Column("fermee_le", sa.Date()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("fiche_id", name=op.f("pk_fiche_de_poste")),
        schema=VUES,
    )
    op.create_index(op.f("ix_fiche_de_poste_structure_id"), "fiche_de_poste", ["structure_id"], schema=VUES)


def create_gouvernance() -> None:
    op.create_table(
        "instance",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("secteur", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("membres", sa.JSON(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("delai_convocation_jours", sa.Integer(), nullable=False),
        sa.Column("source_regles", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_instance")),
        schema=VUES,
    )
    op.create_index(op.f("ix_instance_territoire"), "instance", ["territoire"], schema=VUES)
    op.create_table(
        "seance",
        sa.Column("seance_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("date_seance", sa.Date(), nullable=False),
        sa.Column("convoquee_le", sa.Date(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("nombre_situations", sa.Integer(), nullable=False),
        sa.Column("presents", sa.ARRAY(sa.Text())),
        sa.Column("voix_presentes", sa.Integer()),
        sa.Column("quorum", sa.Integer()),
        sa.Column("quorum_atteint", sa.Boolean()),
        sa.Column("conclusions", sa.JSON(), nullable=False),
        sa.Column("motif_annulation", sa.Text()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("seance_id", name=op.f("pk_seance")),
        schema=VUES,
    )
    op.create_index(
        op.f("ix_seance_instance_id_date_seance"), "seance", ["instance_id", "date_seance"], schema=VUES
    )
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("axes", sa.JSON(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan")),
        schema=VUES,
    )
    op.create_index(op.f("ix_plan_maille_territoire"), "plan", ["maille", "territoire"], schema=VUES)


def downgrade() -> None:
    raise NotImplementedError("views are rebuilt from the journals: rebuild with the former code instead")

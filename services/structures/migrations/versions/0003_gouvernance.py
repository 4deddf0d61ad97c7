"""instances of governance, séances, agendas; annexes in the files of the ASP"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OBJETS = "objet in ('CREATION', 'RENOUVELLEMENT', 'EXTENSION', 'CONVENTION', 'ANNEXE', 'FDI')"


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("maille", sa.Text(), nullable=False),
        sa.Column("territoire", sa.Text(), nullable=False),
        sa.Column("secteur", sa.Text(), nullable=False),
        sa.Column("departements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("membres", sa.JSON(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("delai_convocation_jours", sa.Integer(), nullable=False),
        sa.Column("source_regles", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "nature in ('CDIAE', 'CTA', 'CAR_IAE', 'CONFERENCE_FINANCEURS')", name=op.f("ck_instance_nature")
        ),
        sa.CheckConstraint("maille in ('DEPARTEMENT', 'REGION')", name=op.f("ck_instance_maille")),
        sa.CheckConstraint("quorum >= 1", name=op.f("ck_instance_quorum")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint(
            "nature",
            "maille",
            "territoire",
            "secteur",
            name=op.f("uq_instance_nature_maille_territoire_secteur"),
        ),
    )
    op.create_table(
        "seance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("date_seance", sa.Date(), nullable=False),
        sa.Column("convoquee_le", sa.Date(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("situations", sa.JSON(), nullable=False),
        sa.Column("presents", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("voix_presentes", sa.Integer(), nullable=True),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("quorum_atteint", sa.Boolean(), nullable=True),
        sa.Column("conclusions", sa.JSON(), nullable=False),
        sa.Column("motif_annulation", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "etat in ('CONVOQUEE', 'OUVERTE', 'CLOSE', 'ANNULEE')", name=op.f("ck_seance_etat")
        ),
        sa.CheckConstraint(
            "(presents is not null) = (etat in ('OUVERTE', 'CLOSE'))", name=op.f("ck_seance_presents")
        ),
        sa.CheckConstraint("convoquee_le <= date_seance", name=op.f("ck_seance_convocation")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_seance_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seance")),
    )
    op.create_index(
        "uq_seance_instance_jour",
        "seance",
        ["instance_id", "date_seance"],
        unique=True,
        postgresql_where=sa.text("etat <> 'ANNULEE'"),
    )
    op.create_table(
        "annexe_asp",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("mesure", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("lue_le", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "etat in ('VALIDE', 'PROVISOIRE', 'HISTORISE', 'ANNULE', 'SAISI', 'BROUILLON', 'CLOTURE', 'REJETE')",
            name=op.f("ck_annexe_asp_etat"),
        ),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_annexe_asp_periode")),
        sa.ForeignKeyConstraint(["structure_id"], ["structure.id"], name=op.f("fk_annexe_asp_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annexe_asp")),
        sa.UniqueConstraint(
            "structure_id",
            "numero",
            "date_debut",
            name=op.f("uq_annexe_asp_structure_id_numero_date_debut"),
        ),
    )
    op.create_index(op.f("ix_structure_asp_id"), "structure", ["asp_id"])
    for column in (
        sa.Column("seance_id", sa.Uuid(), nullable=True),
        sa.Column("suite_de", sa.Uuid(), nullable=True),
        sa.Column("montant_demande", sa.Numeric(), nullable=True),
        sa.Column("montant_accorde", sa.Numeric(), nullable=True),
        sa.Column("motifs", sa.Text(), nullable=True),
    ):
        op.add_column("dossier", column)
    op.alter_column("dossier", "etp_accordes", nullable=True)
    op.alter_column("dossier", "avis", nullable=True)
    op.create_foreign_key(op.f("fk_dossier_seance_id"), "dossier", "seance", ["seance_id"], ["id"])
    op.create_foreign_key(op.f("fk_dossier_suite_de"), "dossier", "dossier", ["suite_de"], ["id"])
    op.create_index(op.f("ix_dossier_seance_id"), "dossier", ["seance_id"])
    op.create_unique_constraint(op.f("uq_dossier_suite_de"), "dossier", ["suite_de"])
    op.create_unique_constraint(
        op.f("uq_dossier_seance_id_structure_id_objet"), "dossier", ["seance_id", "structure_id", "objet"]
    )
    op.drop_constraint("ck_dossier_objet", "dossier")
    for name, condition in (
        ("objet", OBJETS),
        ("examine", "(avis is null) = (etp_accordes is null)"),
        ("inscrit", "avis is not null or seance_id is not null"),
        ("etp", "etp_accordes <= etp_demandes"),
        ("montant", "montant_accorde <= montant_demande"),
    ):
        op.create_check_constraint(op.f(f"ck_dossier_{name}"), "dossier", condition)


def downgrade() -> None:
    raise NotImplementedError("opinions given in séances would be lost: restore a backup")

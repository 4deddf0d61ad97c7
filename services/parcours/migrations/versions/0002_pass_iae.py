"""diagnostics, PASS IAE, suspensions, prolongations; what an acceptance and the 24 hours add to a candidature"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What decides between two requests at once: no day in common, and no second sending within 24 hours.
APART = """
alter table {table} add constraint ex_{table}_{name}
exclude using gist ({owner} with =, daterange(date_debut, date_fin, '{bounds}') with &&) where ({where})
"""
A_DAY_APART = """
alter table candidature add constraint ex_candidature_24_heures
exclude using gist (personne_id with =, structure_id with =,
                    int8range(envoyee_ms, envoyee_ms + 86400000) with &&)
where (envoyee_ms is not null)
"""
PERIODS = (
    {
        "table": "pass_iae",
        "name": "concurrent",
        "owner": "personne_id",
        "bounds": "[]",
        "where": "not annule",
    },
    {
        "table": "suspension",
        "name": "chevauchante",
        "owner": "pass_id",
        "bounds": "[]",
        "where": "not annulee",
    },
    {
        "table": "prolongation",
        "name": "chevauchante",
        "owner": "pass_id",
        "bounds": "[)",
        "where": "etat = 'GRANTED'",
    },
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # A trusted extension: the owner of the database may create it.
    op.execute("create extension if not exists btree_gist")
    op.execute("create sequence numero_pass maxvalue 9999999")
    op.execute("grant usage on sequence numero_pass to parcours_appli")
    _diagnostic()
    _pass_iae()
    _suspension()
    _prolongation()
    _candidature()
    for period in PERIODS:
        op.execute(APART.format(**period))
    op.execute(A_DAY_APART)


def _diagnostic() -> None:
    op.create_table(
        "diagnostic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("auteur", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("date_diagnostic", sa.Date(), nullable=False),
        sa.Column("expire_le", sa.Date(), nullable=False),
        sa.Column("criteres", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "auteur in ('prescripteur_habilite', 'employeur')", name=op.f("ck_diagnostic_auteur")
        ),
        sa.CheckConstraint(
            "(auteur = 'employeur') = (structure_id is not null)", name=op.f("ck_diagnostic_employeur")
        ),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_diagnostic_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnostic")),
    )
    op.create_index(op.f("ix_diagnostic_personne_id"), "diagnostic", ["personne_id"], unique=False)


def _pass_iae() -> None:
    op.create_table(
        "pass_iae",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column(
            "numero",
            sa.Text(),
            server_default=sa.text("'XXXXX' || lpad(nextval('numero_pass')::text, 7, '0')"),
            nullable=False,
        ),
        sa.Column("origine", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("annule", sa.Boolean(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=True),
        sa.Column("diagnostic_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("date_debut < date_fin", name=op.f("ck_pass_iae_periode")),
        sa.CheckConstraint("length(numero) = 12", name=op.f("ck_pass_iae_numero")),
        sa.CheckConstraint(
            "origine in ('default', 'admin', 'pe_approval', 'ai_stock')", name=op.f("ck_pass_iae_origine")
        ),
        sa.CheckConstraint(
            "(origine in ('default', 'admin')) = (diagnostic_id is not null)",
            name=op.f("ck_pass_iae_diagnostic"),
        ),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_pass_iae_personne_id")),
        sa.ForeignKeyConstraint(["diagnostic_id"], ["diagnostic.id"], name=op.f("fk_pass_iae_diagnostic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_iae")),
        sa.UniqueConstraint("numero", name=op.f("uq_pass_iae_numero")),
    )
    op.create_index(op.f("ix_pass_iae_personne_id"), "pass_iae", ["personne_id"], unique=False)


def _suspension() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("annulee", sa.Boolean(), nullable=False),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_suspension_periode")),
        sa.CheckConstraint(
            "motif in ('CONTRACT_SUSPENDED', 'CONTRACT_BROKEN', 'FINISHED_CONTRACT', "
            "'APPROVAL_BETWEEN_CTA_MEMBERS', 'CONTRAT_PASSERELLE', 'SICKNESS', 'MATERNITY', 'INCARCERATION', "
            "'TRIAL_OUTSIDE_IAE', 'DETOXIFICATION', 'FORCE_MAJEURE')",
            name=op.f("ck_suspension_motif"),
        ),
        sa.ForeignKeyConstraint(["pass_id"], ["pass_iae.id"], name=op.f("fk_suspension_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_pass_id"), "suspension", ["pass_id"], unique=False)


def _prolongation() -> None:
    op.create_table(
        "prolongation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("demandee_le", sa.Date(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("decidee_le", sa.Date(), nullable=True),
        sa.Column("motif_refus", sa.Text(), nullable=True),
        sa.CheckConstraint("date_debut < date_fin", name=op.f("ck_prolongation_periode")),
        sa.CheckConstraint(
            "motif in ('SENIOR_CDI', 'COMPLETE_TRAINING', 'RQTH', 'SENIOR', 'PARTICULAR_DIFFICULTIES', "
            "'HEALTH_CONTEXT')",
            name=op.f("ck_prolongation_motif"),
        ),
        sa.CheckConstraint("etat in ('PENDING', 'GRANTED', 'DENIED')", name=op.f("ck_prolongation_etat")),
        sa.CheckConstraint(
            "(etat = 'DENIED') = (motif_refus is not null)", name=op.f("ck_prolongation_motif_refuse")
        ),
        sa.CheckConstraint(
            "(etat = 'PENDING') = (decidee_le is null)", name=op.f("ck_prolongation_decision")
        ),
        sa.ForeignKeyConstraint(["pass_id"], ["pass_iae.id"], name=op.f("fk_prolongation_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prolongation")),
    )
    op.create_index(op.f("ix_prolongation_pass_id"), "prolongation", ["pass_id"], unique=False)
    op.create_index(
        "uq_prolongation_pending",
        "prolongation",
        ["pass_id"],
        unique=True,
        postgresql_where=sa.text("etat = 'PENDING'"),
    )


def _candidature() -> None:
    op.add_column("candidature", sa.Column("date_embauche", sa.Date(), nullable=True))
    op.add_column("candidature", sa.Column("pass_id", sa.Uuid(), nullable=True))
    op.add_column("candidature", sa.Column("diagnostic_id", sa.Uuid(), nullable=True))
    op.add_column("candidature", sa.Column("change_le", sa.Date(), nullable=True))
    op.add_column("candidature", sa.Column("archivee_le", sa.Date(), nullable=True))
    op.add_column("candidature", sa.Column("envoyee_ms", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_candidature_pass_id"), "candidature", "pass_iae", ["pass_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_candidature_diagnostic_id"), "candidature", "diagnostic", ["diagnostic_id"], ["id"]
    )
    op.create_index(op.f("ix_candidature_pass_id"), "candidature", ["pass_id"], unique=False)
    op.create_check_constraint(
        op.f("ck_candidature_acte_accepte"),
        "candidature",
        "num_nonnulls(date_embauche, pass_id, diagnostic_id) = 0 or etat = 'accepted'",
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back: restore the database")

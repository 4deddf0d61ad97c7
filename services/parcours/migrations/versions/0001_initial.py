"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.messaging.schema import grant_statements, guard_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annexe",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annexe")),
    )
    op.create_index(op.f("ix_annexe_structure_id"), "annexe", ["structure_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("acts_for", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "result <> 'accorde' or action not in ('chercher_nir') or btrim(coalesce(motif, '')) <> ''",
            name=op.f("ck_audit_motif_required"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        op.f("ix_audit_target_id_recorded_at"), "audit", ["target_id", "recorded_at"], unique=False
    )
    op.create_table(
        "checkpoint",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("bus_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("view", "source", "partition", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint("view", "key", "version", name=op.f("uq_dead_letter_view_key_version")),
    )
    op.create_index(
        "ix_dead_letter_open",
        "dead_letter",
        ["view"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
    )
    op.create_index(op.f("ix_declaration_structure_id"), "declaration", ["structure_id"], unique=False)
    op.create_table(
        "head",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("key", "view", name=op.f("pk_head")),
    )
    op.create_table(
        "idempotency",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("caller", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("received_before", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        sa.UniqueConstraint("client_id", "key", name=op.f("uq_import_job_client_id_key")),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True, cache=1), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("aggregate", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("major", sa.SmallInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column(
            "private_sha", sa.LargeBinary(), sa.Computed("sha256(private)", persisted=True), nullable=True
        ),
        sa.CheckConstraint("octet_length(data::text) <= 393216", name=op.f("ck_journal_data_size")),
        sa.CheckConstraint("version > 0", name=op.f("ck_journal_version_positive")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_id")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_journal_key_version")),
    )
    op.create_table(
        "journal_pending",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_pending")),
    )
    op.create_table(
        "journal_position",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_position")),
        sa.UniqueConstraint("seq", name=op.f("uq_journal_position_seq")),
    )
    op.create_table(
        "ligne_declaree",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("annexe", sa.Text(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.Column("heures_eligibles", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint(
            "declaration_id", "declaration_version", "contrat_id", name=op.f("pk_ligne_declaree")
        ),
    )
    op.create_index(op.f("ix_ligne_declaree_contrat_id"), "ligne_declaree", ["contrat_id"], unique=False)
    op.create_table(
        "line_reference",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "nature", "reference", name=op.f("pk_line_reference")),
    )
    op.create_table(
        "personne",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cree_par", sa.Text(), nullable=False),
        sa.Column("identite", sa.LargeBinary(), nullable=False),
        sa.Column("sensible", sa.LargeBinary(), nullable=False),
        sa.Column("index_identite", sa.LargeBinary(), nullable=True),
        sa.Column("index_nir", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personne")),
        sa.UniqueConstraint("index_identite", name=op.f("uq_personne_index_identite")),
        sa.UniqueConstraint("index_nir", name=op.f("uq_personne_index_nir")),
    )
    op.create_table(
        "progress",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("applied", postgresql.INT8MULTIRANGE(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("view", "source", name=op.f("pk_progress")),
    )
    op.create_table(
        "relay_cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bus_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_cursor")),
    )
    op.create_table(
        "structure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("type_structure", sa.Text(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structure")),
    )
    op.create_index(op.f("ix_structure_siret"), "structure", ["siret"], unique=False)
    op.create_table(
        "agrement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_agrement_periode")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_agrement_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agrement")),
        sa.UniqueConstraint("numero", name=op.f("uq_agrement_numero")),
    )
    op.create_index(op.f("ix_agrement_personne_id"), "agrement", ["personne_id"], unique=False)
    op.create_table(
        "cle_personne",
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("dek_enveloppee", sa.LargeBinary(), nullable=False),
        sa.Column("version_kek", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_cle_personne_personne_id")),
        sa.PrimaryKeyConstraint("personne_id", name=op.f("pk_cle_personne")),
    )
    op.create_table(
        "contrat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("type_contrat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin_prevue", sa.Date(), nullable=False),
        sa.Column("heures_hebdo", sa.Numeric(), nullable=False),
        sa.Column("code_rome", sa.Text(), nullable=True),
        sa.Column("date_sortie", sa.Date(), nullable=True),
        sa.Column("motif_sortie", sa.Text(), nullable=True),
        sa.Column("categorie", sa.Text(), nullable=True),
        sa.Column("comptee", sa.Boolean(), nullable=True),
        sa.Column("raison", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "raison in ('comptee', 'duree_insuffisante', 'heures_insuffisantes', 'retrait')",
            name=op.f("ck_contrat_raison"),
        ),
        sa.CheckConstraint("type_contrat in ('CDDI', 'CDD_USAGE', 'CTT')", name=op.f("ck_contrat_type")),
        sa.CheckConstraint("date_debut <= date_fin_prevue", name=op.f("ck_contrat_periode")),
        sa.CheckConstraint(
            "date_sortie between date_debut and date_fin_prevue", name=op.f("ck_contrat_sortie")
        ),
        sa.CheckConstraint(
            "num_nulls(date_sortie, motif_sortie, categorie, comptee, raison) in (0, 5)",
            name=op.f("ck_contrat_sortie_entiere"),
        ),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_contrat_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contrat")),
    )
    op.create_index(op.f("ix_contrat_personne_id"), "contrat", ["personne_id"], unique=False)
    op.create_index(op.f("ix_contrat_structure_id"), "contrat", ["structure_id"], unique=False)
    op.create_table(
        "import_part",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_part_job_id")),
        sa.PrimaryKeyConstraint("job_id", "first", name=op.f("pk_import_part")),
    )
    op.create_table(
        "import_refusal",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fault", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_refusal_job_id")),
        sa.PrimaryKeyConstraint("job_id", "rank", "fault", name=op.f("pk_import_refusal")),
    )
    op.create_table(
        "candidature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("origine", sa.Text(), nullable=False),
        sa.Column("type_prescripteur", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("date_orientation", sa.Date(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date_suite", sa.Date(), nullable=True),
        sa.Column("motif_refus", sa.Text(), nullable=True),
        sa.Column("contrat_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "contrat_id is null or etat = 'accepted'", name=op.f("ck_candidature_contrat_accepte")
        ),
        sa.CheckConstraint(
            "etat in ('new', 'processing', 'postponed', 'prior_to_hire', 'accepted', 'refused', 'cancelled', 'obsolete', 'pool')",
            name=op.f("ck_candidature_etat"),
        ),
        sa.CheckConstraint(
            "motif_refus is null or etat = 'refused'", name=op.f("ck_candidature_motif_refuse")
        ),
        sa.CheckConstraint(
            "origine in ('PRESCRIPTEUR', 'ORIENTEUR', 'EMPLOYEUR', 'CANDIDAT')",
            name=op.f("ck_candidature_origine"),
        ),
        sa.ForeignKeyConstraint(["contrat_id"], ["contrat.id"], name=op.f("fk_candidature_contrat_id")),
        sa.ForeignKeyConstraint(["personne_id"], ["personne.id"], name=op.f("fk_candidature_personne_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidature")),
    )
    op.create_index(op.f("ix_candidature_organisation"), "candidature", ["organisation"], unique=False)
    op.create_index(op.f("ix_candidature_personne_id"), "candidature", ["personne_id"], unique=False)
    op.create_index(
        op.f("ix_candidature_structure_id_id"), "candidature", ["structure_id", "id"], unique=False
    )
    for statement in (*guard_statements(), *grant_statements("parcours")):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the first schema is not taken back: drop the database")

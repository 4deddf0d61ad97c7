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
        "annexe_financiere",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("mesure", sa.Text(), nullable=False),
        sa.Column("numero_convention", sa.Text(), nullable=True),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("etp", sa.Numeric(), nullable=False),
        sa.Column("heures_par_etp", sa.Numeric(), nullable=False),
        sa.Column("montant_unitaire", sa.Numeric(), nullable=False),
        sa.Column("montant_socle", sa.Numeric(), nullable=False),
        sa.Column("montant_module", sa.Numeric(), nullable=True),
        sa.Column("montant_fdi", sa.Numeric(), nullable=True),
        sa.Column("postes_cddi_cd", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "etat in ('BROUILLON', 'SAISI', 'REJETE', 'PROVISOIRE', 'VALIDE', 'HISTORISE', 'CLOTURE', 'ANNULE')",
            name=op.f("ck_annexe_financiere_etat"),
        ),
        sa.CheckConstraint(
            "mesure in ('ACI_DC', 'AI_DC', 'EI_DC', 'ETTI_DC', 'EITI_DC', 'ACI_MP', 'EI_MP', 'AUTRE')",
            name=op.f("ck_annexe_financiere_mesure"),
        ),
        sa.CheckConstraint("date_debut <= date_fin", name=op.f("ck_annexe_financiere_periode")),
        sa.CheckConstraint("heures_par_etp > 0", name=op.f("ck_annexe_financiere_heures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annexe_financiere")),
    )
    op.create_index(op.f("ix_annexe_financiere_numero"), "annexe_financiere", ["numero"], unique=False)
    op.create_index(
        op.f("ix_annexe_financiere_structure_id"), "annexe_financiere", ["structure_id"], unique=False
    )
    op.create_index(
        "uq_annexe_financiere_numero_actif",
        "annexe_financiere",
        ["numero"],
        unique=True,
        postgresql_where=sa.text("etat in ('VALIDE', 'PROVISOIRE')"),
    )
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
        "head",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("key", "view", name=op.f("pk_head")),
    )
    op.create_table(
        "heures_declarees",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("ligne", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("annexe_numero", sa.Text(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.Column("heures_eligibles", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("declaration_id", "ligne", name=op.f("pk_heures_declarees")),
    )
    op.create_index(
        op.f("ix_heures_declarees_annexe_numero_mois"),
        "heures_declarees",
        ["annexe_numero", "mois"],
        unique=False,
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
        "line_reference",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "nature", "reference", name=op.f("pk_line_reference")),
    )
    op.create_table(
        "marche",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("acheteur", sa.Text(), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("date_notification", sa.Date(), nullable=False),
        sa.Column("modalite", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=True),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("heures_prevues", sa.Numeric(), nullable=False),
        sa.Column("heures_realisees", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "modalite in ('MISE_A_DISPOSITION', 'EMBAUCHE_DIRECTE', 'SOUS_TRAITANCE')",
            name=op.f("ck_marche_modalite"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marche")),
    )
    op.create_index(op.f("ix_marche_departement"), "marche", ["departement"], unique=False)
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
        sa.Column("raison_sociale", sa.Text(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structure")),
    )
    op.create_index(op.f("ix_structure_siret"), "structure", ["siret"], unique=False)
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
        "journal_position",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_position")),
        sa.UniqueConstraint("seq", name=op.f("uq_journal_position_seq")),
    )
    op.create_table(
        "versement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("mois", sa.Text(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "nature in ('AIDE_POSTE_SOCLE', 'AIDE_POSTE_MODULEE', 'FDI', 'COFINANCEMENT', 'COFINANCEMENT_CDDI_ESTIME')",
            name=op.f("ck_versement_nature"),
        ),
        sa.CheckConstraint("montant <> 0", name=op.f("ck_versement_montant")),
        sa.ForeignKeyConstraint(["annexe_id"], ["annexe_financiere.id"], name=op.f("fk_versement_annexe_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versement")),
    )
    op.create_index(op.f("ix_versement_annexe_id"), "versement", ["annexe_id"], unique=False)
    for statement in (*guard_statements(), *grant_statements("funding")):
        op.execute(statement)
    op.execute("revoke update, delete on versement from funding_appli")


def downgrade() -> None:
    raise NotImplementedError("the first schema is not taken back: drop the database")

"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GRANTS = (
    "grant usage on schema public, vues to gateway_appli",
    "grant select, insert, update, delete on all tables in schema public to gateway_appli",
    "grant select, insert, update, delete on all tables in schema vues to gateway_appli",
    "revoke update, delete on audit from gateway_appli",
)


def upgrade() -> None:
    op.execute("create schema vues")
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
        "client",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("perimetre", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actif", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_table(
        "annexe",
        sa.Column("annexe_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("mesure", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("etp", sa.Numeric(), nullable=False),
        sa.Column("heures_par_etp", sa.Numeric(), nullable=False),
        sa.Column("montant_unitaire", sa.Numeric(), nullable=False),
        sa.Column("montant_socle", sa.Numeric(), nullable=False),
        sa.Column("postes_cddi_cd", sa.Integer(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("annexe_id", name=op.f("pk_annexe")),
        schema="vues",
    )
    op.create_index(op.f("ix_annexe_structure_id"), "annexe", ["structure_id"], unique=False, schema="vues")
    op.create_table(
        "candidature",
        sa.Column("candidature_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("origine", sa.Text(), nullable=False),
        sa.Column("envoyee_le", sa.Date(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("decidee_le", sa.Date(), nullable=True),
        sa.Column("contrat_id", sa.Uuid(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("decision_known_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("candidature_id", name=op.f("pk_candidature")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_candidature_structure_id_envoyee_le"),
        "candidature",
        ["structure_id", "envoyee_le"],
        unique=False,
        schema="vues",
    )
    op.create_table(
        "checkpoint",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("bus_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("view", "source", "partition", name=op.f("pk_checkpoint")),
        schema="vues",
    )
    op.create_table(
        "contrat",
        sa.Column("contrat_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("type_contrat", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin_prevue", sa.Date(), nullable=False),
        sa.Column("date_sortie", sa.Date(), nullable=True),
        sa.Column("categorie", sa.Text(), nullable=True),
        sa.Column("dynamique", sa.Boolean(), nullable=True),
        sa.Column("comptee", sa.Boolean(), nullable=True),
        sa.Column("raison", sa.Text(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("sortie_known_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("contrat_id", name=op.f("pk_contrat")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_contrat_structure_id_date_sortie"),
        "contrat",
        ["structure_id", "date_sortie"],
        unique=False,
        schema="vues",
    )
    op.create_table(
        "convention",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("numero", sa.Text(), nullable=False),
        sa.Column("date_debut", sa.Date(), nullable=False),
        sa.Column("date_fin", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("convention_id", name=op.f("pk_convention")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_convention_structure_id"), "convention", ["structure_id"], unique=False, schema="vues"
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
        schema="vues",
    )
    op.create_index(
        "ix_dead_letter_open",
        "dead_letter",
        ["view"],
        unique=False,
        schema="vues",
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "declaration",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("mois", sa.SmallInteger(), nullable=False),
        sa.Column("personnes", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("lignes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("declaration_id", name=op.f("pk_declaration")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_declaration_annee_structure_id"),
        "declaration",
        ["annee", "structure_id"],
        unique=False,
        schema="vues",
    )
    op.create_table(
        "dossier",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("date_seance", sa.Date(), nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("etp_demandes", sa.Numeric(), nullable=False),
        sa.Column("etp_accordes", sa.Numeric(), nullable=False),
        sa.Column("avis", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_dossier_departement_date_seance"),
        "dossier",
        ["departement", "date_seance"],
        unique=False,
        schema="vues",
    )
    op.create_index(op.f("ix_dossier_structure_id"), "dossier", ["structure_id"], unique=False, schema="vues")
    op.create_table(
        "head",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("key", "view", name=op.f("pk_head")),
        schema="vues",
    )
    op.create_table(
        "heures",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("annexe", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("mois", sa.SmallInteger(), nullable=False),
        sa.Column("heures", sa.Numeric(), nullable=False),
        sa.Column("heures_eligibles", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("declaration_id", "annexe", name=op.f("pk_heures")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_heures_annee_structure_id"), "heures", ["annee", "structure_id"], unique=False, schema="vues"
    )
    op.create_table(
        "marche",
        sa.Column("marche_id", sa.Uuid(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("modalite", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=True),
        sa.Column("heures_prevues", sa.Numeric(), nullable=False),
        sa.Column("heures_realisees", sa.Numeric(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("marche_id", name=op.f("pk_marche")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_marche_departement_annee"), "marche", ["departement", "annee"], unique=False, schema="vues"
    )
    op.create_table(
        "presence",
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("personne_id", sa.Uuid(), nullable=False),
        sa.Column("mois", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("annee", "structure_id", "personne_id", name=op.f("pk_presence")),
        schema="vues",
    )
    op.create_table(
        "progress",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("applied", postgresql.INT8MULTIRANGE(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("view", "source", name=op.f("pk_progress")),
        schema="vues",
    )
    op.create_table(
        "structure",
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("type_structure", sa.Text(), nullable=False),
        sa.Column("raison_sociale", sa.Text(), nullable=False),
        sa.Column("code_insee", sa.Text(), nullable=False),
        sa.Column("departement", sa.Text(), nullable=False),
        sa.Column("epci", sa.Text(), nullable=True),
        sa.Column("reseau", sa.Text(), nullable=True),
        sa.Column("activite", sa.Text(), nullable=True),
        sa.Column("code_rome", sa.Text(), nullable=True),
        sa.Column("annee", sa.Integer(), nullable=True),
        sa.Column("permanents", sa.Integer(), nullable=True),
        sa.Column("chiffre_affaires", sa.Numeric(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("structure_id", name=op.f("pk_structure")),
        schema="vues",
    )
    op.create_index(
        op.f("ix_structure_departement"), "structure", ["departement"], unique=False, schema="vues"
    )
    op.create_index(op.f("ix_structure_siret"), "structure", ["siret"], unique=False, schema="vues")
    op.create_table(
        "versement",
        sa.Column("structure_id", sa.Uuid(), nullable=False),
        sa.Column("annee", sa.SmallInteger(), nullable=False),
        sa.Column("mois", sa.SmallInteger(), nullable=False),
        sa.Column("financeur", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("montant", sa.Numeric(), nullable=False),
        sa.Column("nombre", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "structure_id", "annee", "mois", "financeur", "nature", name=op.f("pk_versement")
        ),
        schema="vues",
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the first schema is not taken back: drop the database")

"""Conventions with the State, and the reading table of the annexes that ``funding`` publishes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from services.structures.domain.convention import EN_COURS, EN_DEMANDE, ETATS
from services.structures.tables.base import among, metadata

convention = Table(
    "convention",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("siret_signature", Text, nullable=False),
    Column("siren", Text, Computed("left(siret_signature, 9)", persisted=True), nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("numero", Text, unique=True),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("etat", Text, nullable=False, server_default="SIGNEE"),
    Column("etat_le", Date, nullable=False),
    Column("avis", Text),
    Column("dossier_id", Uuid, ForeignKey("dossier.id"), unique=True),  # the file examined in a séance
    Column("avis_repris_du", Date),  # or the day of a séance held before the platform
    Column("suspendue_le", Date),
    Column("motif_suspension", Text),
    Column("reactivee_le", Date),
    # A convention has the SIREN and the type of its structure.
    ForeignKeyConstraint(
        ["structure_id", "siren", "type_structure"],
        ["structure.id", "structure.siren", "structure.type_structure"],
        name="fk_convention_structure",
    ),
    CheckConstraint("date_debut <= date_fin", name="periode"),
    CheckConstraint(among("etat", ETATS), name="etat"),
    CheckConstraint("dossier_id is null or avis_repris_du is null", name="avis"),
)
Index(
    "uq_convention_structure_en_cours",
    convention.c.structure_id,
    unique=True,
    postgresql_where=among("etat", EN_COURS),
)
Index(
    "uq_convention_structure_demandee",
    convention.c.structure_id,
    unique=True,
    postgresql_where=among("etat", EN_DEMANDE),
)

annexe = Table(  # read from funding: whether a convention is active depends on it
    "annexe",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("numero", Text, nullable=False),
    Column("etat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
)

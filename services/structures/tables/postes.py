"""Fiches de poste: what a structure hires for."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
)

from services.structures.domain.poste import SOURCES_POSTE
from services.structures.tables.base import among, metadata

fiche_de_poste = Table(
    "fiche_de_poste",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False, index=True),
    Column("code_rome", Text, nullable=False),
    Column("appellation", Text, nullable=False),
    Column("type_contrat", Text, nullable=False),
    Column("postes_ouverts", Integer, nullable=False),
    Column("heures_hebdo", Numeric),
    Column("code_insee", Text),
    Column("cv_exige", Boolean, nullable=False),
    Column("clause_qpv", Boolean, nullable=False),
    Column("contexte_marche", Boolean, nullable=False),
    Column("profil", Text),
    Column("source", Text, nullable=False),
    Column("creee_le", Date, nullable=False),
    Column("mise_a_jour_le", Date, nullable=False),
    Column("fermee_le", Date),
    Column("motif_fermeture", Text),
    CheckConstraint("postes_ouverts >= 1", name="postes"),
    CheckConstraint("heures_hebdo > 0 and heures_hebdo <= 48", name="heures"),
    CheckConstraint(among("source", SOURCES_POSTE), name="source"),
)
Index(
    "ix_fiche_de_poste_ouverte",
    fiche_de_poste.c.structure_id,
    fiche_de_poste.c.code_rome,
    postgresql_where="fermee_le is null",
)
Index("ix_fiche_de_poste_mise_a_jour", fiche_de_poste.c.mise_a_jour_le, postgresql_where="fermee_le is null")

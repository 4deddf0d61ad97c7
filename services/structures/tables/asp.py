"""Annexes as the files of the ASP tell them, until ``funding`` publishes their states."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.structures.domain.asp import ETATS_ANNEXE
from services.structures.tables.base import among, metadata

annexe_asp = Table(
    "annexe_asp",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False),
    Column("numero", Text, nullable=False),
    Column("mesure", Text, nullable=False),
    Column("etat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("lue_le", Date, nullable=False),
    # A number may serve again for another period, and after a merger for another structure.
    UniqueConstraint("structure_id", "numero", "date_debut"),
    CheckConstraint(among("etat", ETATS_ANNEXE), name="etat"),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

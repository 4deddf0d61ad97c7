"""Tables of the registry, and the reading table of what ``funding`` publishes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.structures.domain.structure import AVIS, OBJETS, TYPES
from shared.service import ServiceTables

tables = ServiceTables()
metadata = tables.metadata


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


structure = Table(
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("siret", Text, nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("raison_sociale", Text, nullable=False),
    Column("forme_juridique", Text),
    Column("reseau", Text),
    Column("activite", Text),
    Column("division_naf", Text),
    Column("code_rome", Text),
    Column("adresse", Text),
    Column("code_postal", Text),
    Column("code_insee", Text, nullable=False),
    Column("departement", Text, nullable=False),
    Column("epci", Text),
    Column("date_conventionnement", Date),
    Column("annee", Integer),
    Column("permanents", Integer),
    Column("chiffre_affaires", Numeric),
    UniqueConstraint("siret", "type_structure"),
    CheckConstraint(_among("type_structure", TYPES), name="type"),
)
Index(None, structure.c.departement)

convention = Table(
    "convention",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False, index=True),
    Column("numero", Text, nullable=False, unique=True),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

dossier = Table(
    "dossier",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False, index=True),
    Column("departement", Text, nullable=False),
    Column("date_seance", Date, nullable=False),
    Column("objet", Text, nullable=False),
    Column("etp_demandes", Numeric, nullable=False),
    Column("etp_accordes", Numeric, nullable=False),
    Column("avis", Text, nullable=False),
    CheckConstraint(_among("objet", OBJETS), name="objet"),
    CheckConstraint(_among("avis", AVIS), name="avis"),
)
Index(None, dossier.c.departement, dossier.c.date_seance)

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

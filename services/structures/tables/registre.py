"""Structures: as they are, as they were, year after year."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.structures.domain.structure import SOURCES, TYPES
from services.structures.tables.base import among, metadata

structure = Table(
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("siret", Text, nullable=False),
    Column("siren", Text, Computed("left(siret, 9)", persisted=True), nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("source", Text, nullable=False, server_default="ASP"),
    Column("asp_id", BigInteger),
    Column("mere_id", Uuid, index=True),
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
    Column("latitude", Double),
    Column("longitude", Double),
    Column("texte", Text, nullable=False),
    Column("date_conventionnement", Date),
    Column("annee", Integer),
    Column("permanents", Integer),
    Column("chiffre_affaires", Numeric),
    Column("capacite", Integer),
    Column("delai_attente_jours", Integer),
    Column("accueil_declare_le", Date),
    Column("spontanees_jusqu_au", Date),
    Column("visible", Boolean, nullable=False, server_default="true"),
    Column("cree_le", Date, nullable=False),
    Column("date_effet", Date, nullable=False),
    Column("fermee_le", Date),
    Column("motif_fermeture", Text),
    Column("absorbante_id", Uuid, ForeignKey("structure.id"), index=True),
    UniqueConstraint("siret", "type_structure"),
    UniqueConstraint("id", "siren", "type_structure"),
    # An antenne has the SIREN and the type of its mother.
    ForeignKeyConstraint(
        ["mere_id", "siren", "type_structure"],
        ["structure.id", "structure.siren", "structure.type_structure"],
        name="fk_structure_mere",
    ),
    CheckConstraint(among("type_structure", TYPES), name="type"),
    CheckConstraint(among("source", SOURCES), name="source"),
    CheckConstraint("(mere_id is not null) = (source = 'USER_CREATED')", name="antenne"),
    CheckConstraint("absorbante_id is null or fermee_le is not null", name="absorbee"),
)
Index(None, structure.c.departement)
Index(None, structure.c.asp_id)
Index(None, structure.c.latitude, structure.c.longitude)
Index(  # the only reliable key of a SIAE in the files of the ASP
    "uq_structure_asp",
    structure.c.asp_id,
    structure.c.type_structure,
    unique=True,
    postgresql_where="asp_id is not null and mere_id is null and fermee_le is null",
)

structure_etat = Table(  # the whole state of a structure from a day on, until the next row's
    "structure_etat",
    metadata,
    Column("structure_id", Uuid, ForeignKey("structure.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("date_effet", Date, nullable=False),
    Column("connu_le", Date, nullable=False),
    Column("fait", Text, nullable=False),
    Column("etat", JSON, nullable=False),
)

exercice = Table(  # permanents and turnover of one year
    "exercice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False),
    Column("annee", Integer, nullable=False),
    Column("permanents", Integer),
    Column("chiffre_affaires", Numeric),
    UniqueConstraint("structure_id", "annee"),
)

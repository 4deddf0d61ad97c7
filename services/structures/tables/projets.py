"""Plans of a territory, innovations with their votes, and the shared watch."""

from sqlalchemy import (
    JSON,
    Boolean,
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
from sqlalchemy.dialects.postgresql import ARRAY

from services.structures.domain.gouvernance import MAILLES
from services.structures.domain.projets import STADES
from services.structures.tables.base import among, metadata

plan = Table(
    "plan",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("maille", Text, nullable=False),
    Column("territoire", Text, nullable=False),
    Column("titre", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("source", Text),
    Column("axes", JSON, nullable=False),
    UniqueConstraint("maille", "territoire", "date_debut"),
    CheckConstraint(among("maille", MAILLES), name="maille"),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

projet = Table(
    "projet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("maille", Text, nullable=False),
    Column("territoire", Text, nullable=False),
    Column("departements", ARRAY(Text), nullable=False),
    Column("titre", Text, nullable=False),
    Column("besoin", Text, nullable=False),
    Column("stade", Text, nullable=False),
    Column("ptce", Boolean, nullable=False),
    Column("partenaires", ARRAY(Text), nullable=False),
    CheckConstraint(among("maille", MAILLES), name="maille"),
    CheckConstraint(among("stade", STADES), name="stade"),
)

vote = Table(
    "vote",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("projet_id", Uuid, ForeignKey("projet.id"), nullable=False),
    Column("organisation", Text, nullable=False),
    UniqueConstraint("projet_id", "organisation"),
)

veille = Table(
    "veille",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("maille", Text, nullable=False),
    Column("territoire", Text, nullable=False),
    Column("titre", Text, nullable=False),
    Column("lien", Text, nullable=False),
    Column("etiquettes", ARRAY(Text), nullable=False),
    CheckConstraint(among("maille", MAILLES), name="maille"),
)

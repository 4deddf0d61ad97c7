"""Tables of the pathways, and the reading tables of what ``structures`` and ``funding`` publish."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from services.parcours.domain.candidature import ORIGINES
from services.parcours.domain.contrat import TYPES
from services.parcours.domain.sortie import RAISONS
from services.parcours.domain.transitions import ETATS
from shared.service import ServiceTables

tables = ServiceTables()
metadata = tables.metadata


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


personne = Table(
    "personne",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("cree_par", Text, nullable=False),  # client that may name the person before any candidature
    Column("identite", LargeBinary, nullable=False),  # P2: nom, prenom, date_naissance, code_insee
    Column(
        "sensible", LargeBinary, nullable=False
    ),  # P3: sexe, nir or its absence, niveau_formation, criteres
    # Blind indexes; emptied when the key is destroyed.
    Column("index_identite", LargeBinary, unique=True),
    Column("index_nir", LargeBinary, unique=True),
)

cle_personne = Table(  # deleting a row erases the person; backed up apart, for a shorter time
    "cle_personne",
    metadata,
    Column("personne_id", Uuid, ForeignKey("personne.id"), primary_key=True),
    Column("dek_enveloppee", LargeBinary, nullable=False),
    Column("version_kek", SmallInteger, nullable=False),
)

agrement = Table(
    "agrement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("numero", Text, nullable=False, unique=True),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

contrat = Table(
    "contrat",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("type_contrat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin_prevue", Date, nullable=False),
    Column("heures_hebdo", Numeric, nullable=False),
    Column("code_rome", Text),
    Column("date_sortie", Date),
    Column("motif_sortie", Text),
    Column("categorie", Text),
    Column("comptee", Boolean),
    Column("raison", Text),
    CheckConstraint(_among("type_contrat", TYPES), name="type"),
    CheckConstraint("date_debut <= date_fin_prevue", name="periode"),
    CheckConstraint("date_sortie between date_debut and date_fin_prevue", name="sortie"),
    CheckConstraint(
        "num_nulls(date_sortie, motif_sortie, categorie, comptee, raison) in (0, 5)", name="sortie_entiere"
    ),
    CheckConstraint(_among("raison", RAISONS), name="raison"),
)

candidature = Table(
    "candidature",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("origine", Text, nullable=False),
    Column("type_prescripteur", Text, nullable=False),
    Column("organisation", Text, index=True),
    Column("date_orientation", Date, nullable=False),
    Column("etat", Text, nullable=False),
    Column("date_suite", Date),
    Column("motif_refus", Text),
    Column("contrat_id", Uuid, ForeignKey("contrat.id")),
    CheckConstraint(_among("origine", ORIGINES), name="origine"),
    CheckConstraint(_among("etat", ETATS), name="etat"),
    CheckConstraint("contrat_id is null or etat = 'accepted'", name="contrat_accepte"),
    CheckConstraint("motif_refus is null or etat = 'refused'", name="motif_refuse"),
)
Index(None, candidature.c.structure_id, candidature.c.id)

declaration = Table(
    "declaration",
    metadata,
    Column("id", Uuid, primary_key=True),  # UUIDv5 of structure and month
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("mois", Text, nullable=False),
)

ligne_declaree = Table(  # every version is kept; the present one is that of `declaration`
    "ligne_declaree",
    metadata,
    Column("declaration_id", Uuid, primary_key=True),
    Column("declaration_version", Integer, primary_key=True, autoincrement=False),
    Column("contrat_id", Uuid, primary_key=True, index=True),
    Column("annexe", Text, nullable=False),
    Column("heures", Numeric, nullable=False),
    Column("heures_eligibles", Numeric, nullable=False),
)

structure = Table(  # read from the registry; its row is the lock of the month's end of a structure
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("siret", Text, nullable=False, index=True),
    Column("type_structure", Text, nullable=False),
    Column("departement", Text, nullable=False),
)

annexe = Table(  # read from funding
    "annexe",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("numero", Text, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("etat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
)

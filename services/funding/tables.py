"""Tables of the money, and the reading tables of what ``structures`` and ``parcours`` publish."""

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
    Uuid,
    text,
)

from services.funding.domain.annexe import ACTIFS, ETATS, MESURES
from services.funding.domain.marche import MODALITES
from services.funding.domain.versement import NATURES
from shared.service import ServiceTables

tables = ServiceTables()
metadata = tables.metadata


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


structure = Table(  # read from structures
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("siret", Text, nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("raison_sociale", Text, nullable=False),
    Column("departement", Text, nullable=False),
)
Index(None, structure.c.siret)

annexe_financiere = Table(
    "annexe_financiere",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("numero", Text, nullable=False, index=True),
    Column("mesure", Text, nullable=False),
    Column("numero_convention", Text),
    Column("etat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("etp", Numeric, nullable=False),
    Column("heures_par_etp", Numeric, nullable=False),
    Column("montant_unitaire", Numeric, nullable=False),
    Column("montant_socle", Numeric, nullable=False),
    Column("montant_module", Numeric),
    Column("montant_fdi", Numeric),
    Column("postes_cddi_cd", Integer),
    CheckConstraint("date_debut <= date_fin", name="periode"),
    CheckConstraint("heures_par_etp > 0", name="heures"),
    CheckConstraint(_among("mesure", tuple(MESURES)), name="mesure"),
    CheckConstraint(_among("etat", ETATS), name="etat"),
)
# A number comes back after a merger or a minor change: only active annexes each have their own.
Index(
    "uq_annexe_financiere_numero_actif",
    annexe_financiere.c.numero,
    unique=True,
    postgresql_where=text(_among("etat", ACTIFS)),
)

versement = Table(  # never edited: corrected by a contrary line
    "versement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("mois", Text, nullable=False),
    Column("financeur", Text, nullable=False),
    Column("nature", Text, nullable=False),
    Column("montant", Numeric, nullable=False),
    CheckConstraint("montant <> 0", name="montant"),
    CheckConstraint(_among("nature", NATURES), name="nature"),
)

marche = Table(
    "marche",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("departement", Text, nullable=False, index=True),
    Column("acheteur", Text, nullable=False),
    Column("objet", Text, nullable=False),
    Column("date_notification", Date, nullable=False),
    Column("modalite", Text, nullable=False),
    Column("structure_id", Uuid),
    Column("annee", Integer, nullable=False),
    Column("heures_prevues", Numeric, nullable=False),
    Column("heures_realisees", Numeric, nullable=False),
    CheckConstraint(_among("modalite", MODALITES), name="modalite"),
)

heures_declarees = Table(  # read from parcours, one row per line of the last version of a declaration
    "heures_declarees",
    metadata,
    Column("declaration_id", Uuid, primary_key=True),
    Column("ligne", Integer, primary_key=True, autoincrement=False),
    Column("structure_id", Uuid, nullable=False),
    Column("contrat_id", Uuid, nullable=False),
    # A number, not a key: hours may come before their annexe.
    Column("annexe_numero", Text, nullable=False),
    Column("mois", Text, nullable=False),
    Column("heures", Numeric, nullable=False),
    Column("heures_eligibles", Numeric, nullable=False),
)
Index(None, heures_declarees.c.annexe_numero, heures_declarees.c.mois)

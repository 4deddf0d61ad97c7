"""Instances of governance, their séances, and the files on which they give an opinion."""

from sqlalchemy import (
    JSON,
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
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.structures.domain.gouvernance import ETATS_SEANCE, INSTANCES, MAILLES, OBJETS
from services.structures.domain.structure import AVIS
from services.structures.tables.base import among, metadata

instance = Table(
    "instance",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("nature", Text, nullable=False),
    Column("maille", Text, nullable=False),
    Column("territoire", Text, nullable=False),
    Column("secteur", Text, nullable=False),  # of a CTA inside its département; empty elsewhere
    Column("departements", ARRAY(Text), nullable=False),
    Column("libelle", Text, nullable=False),
    Column("membres", JSON, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("delai_convocation_jours", Integer, nullable=False),
    Column("source_regles", Text, nullable=False),
    UniqueConstraint("nature", "maille", "territoire", "secteur"),
    CheckConstraint(among("nature", INSTANCES), name="nature"),
    CheckConstraint(among("maille", MAILLES), name="maille"),
    CheckConstraint("quorum >= 1", name="quorum"),
)

seance = Table(
    "seance",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("instance_id", Uuid, ForeignKey("instance.id"), nullable=False),
    Column("date_seance", Date, nullable=False),
    Column("convoquee_le", Date, nullable=False),
    Column("etat", Text, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("situations", JSON, nullable=False),
    Column("presents", ARRAY(Text)),
    Column("voix_presentes", Integer),
    Column("quorum", Integer),  # that of the instance on the day, whatever becomes of the instance
    Column("quorum_atteint", Boolean),
    Column("conclusions", JSON, nullable=False),
    Column("motif_annulation", Text),
    CheckConstraint(among("etat", ETATS_SEANCE), name="etat"),
    CheckConstraint("(presents is not null) = (etat in ('OUVERTE', 'CLOSE'))", name="presents"),
    CheckConstraint("convoquee_le <= date_seance", name="convocation"),
)
Index(
    "uq_seance_instance_jour",
    seance.c.instance_id,
    seance.c.date_seance,
    unique=True,
    postgresql_where="etat <> 'ANNULEE'",
)

dossier = Table(
    "dossier",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, ForeignKey("structure.id"), nullable=False, index=True),
    Column("seance_id", Uuid, ForeignKey("seance.id"), index=True),  # none for an opinion of the past
    Column("suite_de", Uuid, ForeignKey("dossier.id"), unique=True),
    Column("departement", Text, nullable=False),
    Column("date_seance", Date, nullable=False),
    Column("objet", Text, nullable=False),
    Column("etp_demandes", Numeric, nullable=False),
    Column("etp_accordes", Numeric),
    Column("montant_demande", Numeric),
    Column("montant_accorde", Numeric),
    Column("avis", Text),
    Column("motifs", Text),
    UniqueConstraint("seance_id", "structure_id", "objet"),
    CheckConstraint(among("objet", OBJETS), name="objet"),
    CheckConstraint(among("avis", AVIS), name="avis"),
    CheckConstraint("(avis is null) = (etp_accordes is null)", name="examine"),
    CheckConstraint("avis is not null or seance_id is not null", name="inscrit"),
    CheckConstraint("etp_accordes <= etp_demandes", name="etp"),
    CheckConstraint("montant_accorde <= montant_demande", name="montant"),
)
Index(None, dossier.c.departement, dossier.c.date_seance)
Index(  # an opinion of the past has no séance here that would tell it twice
    "uq_dossier_repris",
    dossier.c.departement,
    dossier.c.date_seance,
    dossier.c.structure_id,
    dossier.c.objet,
    unique=True,
    postgresql_where="seance_id is null",
)

"""Organisations that send people, and what the State says of them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.structures.domain.prescripteur import STATUTS
from services.structures.tables.base import among, metadata

prescripteur = Table(
    "prescripteur",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("nom", Text, nullable=False),
    Column("siret", Text),
    Column("code_safir", Text, unique=True),
    Column("departement", Text, nullable=False),
    Column("conventionne_brsa", Boolean, nullable=False),
    Column("statut", Text, nullable=False),
    Column("habilite_le", Date),
    Column("habilite_jusqu_au", Date),
    UniqueConstraint("siret", "type"),
    CheckConstraint(among("statut", STATUTS), name="statut"),
    CheckConstraint("type = 'FT' or siret is not null", name="siret"),
    CheckConstraint("code_safir is null or (type = 'FT' and code_safir ~ '^[0-9]{5}$')", name="safir"),
    CheckConstraint("not (type = 'Autre' and statut = 'VALIDATED')", name="autre"),
    CheckConstraint("statut <> 'NOT_REQUIRED' or type = 'Autre'", name="sans_objet"),
    CheckConstraint("not (type = 'ODC' and statut = 'VALIDATED' and not conventionne_brsa)", name="brsa"),
    CheckConstraint(
        "not (type = 'OHPD' and statut = 'VALIDATED' and habilite_jusqu_au is null)", name="prefectorale"
    ),
)
Index(None, prescripteur.c.departement)

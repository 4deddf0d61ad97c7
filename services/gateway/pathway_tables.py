"""Views of what the vault lets out of a pathway, and of what the other views held before."""

from sqlalchemy import JSON, Column, Date, Index, Integer, MetaData, SmallInteger, Table, Text, Uuid


def pathway_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table, Table, Table, Table]:
    """Add the tables to the views; return ``passe``, ``droit``, ``diagnostic``, ``etape``, ``suivi``, ``fusion`` and ``publics``."""
    passe = Table(  # a row of another view as it was known on the days [connu_du, connu_avant)
        "passe",
        metadata,
        Column("vue", Text, primary_key=True),
        Column("cle", Uuid, primary_key=True),
        Column("connu_du", Date, primary_key=True),
        Column("connu_avant", Date, primary_key=True),
        Column("ligne", JSON, nullable=False),
    )
    droit = Table(  # an agrément of Pôle emploi (before September 2021) or a PASS IAE
        "droit",
        metadata,
        Column("droit_id", Uuid, primary_key=True),
        Column("personne_id", Uuid, nullable=False, index=True),
        Column("nature", Text, nullable=False),
        Column("date_debut", Date, nullable=False),
        Column("date_fin", Date, nullable=False),
        Column("suspensions", JSON, nullable=False),
        Column("annule", Integer, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    diagnostic = Table(
        "diagnostic",
        metadata,
        Column("diagnostic_id", Uuid, primary_key=True),
        Column("personne_id", Uuid, nullable=False, index=True),
        Column("auteur", Text, nullable=False),
        Column("structure_id", Uuid),
        Column("date_diagnostic", Date, nullable=False),
        Column("expire_le", Date, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    etape = Table(  # that an obstacle, an action, an immersion or a training was noted; never which
        "etape",
        metadata,
        Column("etape_id", Uuid, primary_key=True),
        Column("personne_id", Uuid, nullable=False),
        Column("structure_id", Uuid, nullable=False),
        Column("nature", Text, nullable=False),
        Column("date_debut", Date, nullable=False),
        Column("date_fin", Date),
        Column("known_on", Date, nullable=False),
    )
    Index(None, etape.c.structure_id, etape.c.date_debut)
    suivi = Table(
        "suivi",
        metadata,
        Column("suivi_id", Uuid, primary_key=True),
        Column("contrat_id", Uuid, nullable=False),
        Column("structure_id", Uuid, nullable=False),
        Column("echeance", SmallInteger, nullable=False),
        Column("situation", Text, nullable=False),
        Column("constate_le", Date, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    Index(None, suivi.c.structure_id, suivi.c.constate_le)
    fusion = (
        Table(  # a person absorbed by another: the views keep who was named, who counts persons looks here
            "fusion",
            metadata,
            Column("absorbee_id", Uuid, primary_key=True),
            Column("conservee_id", Uuid, nullable=False),
            Column("known_on", Date, nullable=False),
        )
    )
    publics = Table(  # distinct persons by public and refusals by reason, of a territory and a type; nobody is in it
        "publics",
        metadata,
        Column("publics_id", Uuid, primary_key=True),
        Column("annee", SmallInteger, nullable=False),
        Column("region", Text, nullable=False),
        Column("departement", Text),
        Column("type_structure", Text),
        Column("publics", JSON, nullable=False),
        Column("refus", JSON, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    return passe, droit, diagnostic, etape, suivi, fusion, publics

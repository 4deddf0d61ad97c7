"""The views of what is debated and decided: instances and their séances, dossiers, plans, projets, shared watch."""

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
)


def governance_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table, Table, Table, Table]:
    """Add the tables to the views; return ``instance``, ``seance``, ``plan``, ``projet``, ``vote``, ``veille`` and ``dossier``."""
    instance = Table(
        "instance",
        metadata,
        Column("instance_id", Uuid, primary_key=True),
        Column("nature", Text, nullable=False),
        Column("maille", Text, nullable=False),
        Column("territoire", Text, nullable=False),
        Column("secteur", Text, nullable=False),
        Column("libelle", Text, nullable=False),
        Column("membres", JSON, nullable=False),
        Column("quorum", Integer, nullable=False),
        Column("delai_convocation_jours", Integer, nullable=False),
        Column("source_regles", Text, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    Index(None, instance.c.territoire)

    seance = Table(
        "seance",
        metadata,
        Column("seance_id", Uuid, primary_key=True),
        Column("instance_id", Uuid, nullable=False),
        Column("date_seance", Date, nullable=False),
        Column("convoquee_le", Date, nullable=False),
        Column("etat", Text, nullable=False),
        Column("questions", JSON, nullable=False),
        Column("nombre_situations", Integer, nullable=False),
        Column("presents", ARRAY(Text)),
        Column("voix_presentes", Integer),
        Column("quorum", Integer),
        Column("quorum_atteint", Boolean),
        Column("conclusions", JSON, nullable=False),
        Column("motif_annulation", Text),
        Column("known_on", Date, nullable=False),
    )
    Index(None, seance.c.instance_id, seance.c.date_seance)

    plan = Table(  # targets only: their values are read from the other views
        "plan",
        metadata,
        Column("plan_id", Uuid, primary_key=True),
        Column("maille", Text, nullable=False),
        Column("territoire", Text, nullable=False),
        Column("titre", Text, nullable=False),
        Column("date_debut", Date, nullable=False),
        Column("date_fin", Date, nullable=False),
        Column("source", Text),
        Column("axes", JSON, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    Index(None, plan.c.maille, plan.c.territoire)

    projet = Table(  # innovations, at their present stage
        "projet",
        metadata,
        Column("projet_id", Uuid, primary_key=True),
        Column("maille", Text, nullable=False),
        Column("territoire", Text, nullable=False),
        Column("titre", Text, nullable=False),
        Column("besoin", Text, nullable=False),
        Column("stade", Text, nullable=False),
        Column("ptce", Boolean, nullable=False),
        Column("partenaires", ARRAY(Text), nullable=False),
        Column("known_on", Date, nullable=False),
    )

    vote = Table(
        "vote",
        metadata,
        Column("vote_id", Uuid, primary_key=True),
        Column("projet_id", Uuid, nullable=False, index=True),
        Column("organisation", Text, nullable=False),
        Column("known_on", Date, nullable=False),
    )

    veille = Table(
        "veille",
        metadata,
        Column("veille_id", Uuid, primary_key=True),
        Column("maille", Text, nullable=False),
        Column("territoire", Text, nullable=False),
        Column("titre", Text, nullable=False),
        Column("lien", Text, nullable=False),
        Column("etiquettes", ARRAY(Text), nullable=False),
        Column("known_on", Date, nullable=False),
    )

    dossier = Table(
        "dossier",
        metadata,
        Column("dossier_id", Uuid, primary_key=True),
        Column("structure_id", Uuid, nullable=False, index=True),
        Column("departement", Text, nullable=False),
        Column("date_seance", Date, nullable=False),
        Column("objet", Text, nullable=False),
        Column("etp_demandes", Numeric, nullable=False),
        Column("etp_accordes", Numeric),
        Column("avis", Text),
        Column("known_on", Date, nullable=False),
        Column("seance_id", Uuid),
        Column("suite_de", Uuid),
        Column("montant_demande", Numeric),
        Column("montant_accorde", Numeric),
        Column("motifs", Text),
    )
    Index(None, dossier.c.departement, dossier.c.date_seance)
    return instance, seance, plan, projet, vote, veille, dossier

"""The views of money: annexes, envelopes, cofunders, redéploiements, payments, contracts with a social clause."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
)


def money_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table, Table, Table, Table, Table, Table]:
    """Add the tables to the views; return ``annexe``, ``enveloppe``, ``credit_deplace``, ``cofinancement``, ``redeploiement``, ``imputation``, ``versement``, ``marche`` and ``arbitrage``."""
    annexe = Table(
        "annexe",
        metadata,
        Column("annexe_id", Uuid, primary_key=True),
        Column("structure_id", Uuid, nullable=False, index=True),
        Column("numero", Text, nullable=False),
        Column("mesure", Text, nullable=False),
        Column("etat", Text, nullable=False),
        Column("date_debut", Date, nullable=False),
        Column("date_fin", Date, nullable=False),
        Column("etp", Numeric, nullable=False),
        Column("heures_par_etp", Numeric, nullable=False),
        Column("montant_unitaire", Numeric, nullable=False),
        Column("montant_socle", Numeric, nullable=False),
        Column("postes_cddi_cd", Integer),
        Column("known_on", Date, nullable=False),
        Column("montant_module", Numeric),
        Column("montant_fdi", Numeric),
        Column("montant_cofinance", Numeric),
        Column("avenant_de", Uuid),
        Column("sorties_prevues", Integer),
        Column("taux_durable_prevu", Numeric),
        Column("taux_transition_prevu", Numeric),
        Column("taux_positive_prevu", Numeric),
    )

    enveloppe = Table(  # as notified; what moved since is beside, for the two come in any order
        "enveloppe",
        metadata,
        Column("enveloppe_id", Uuid, primary_key=True),
        Column("niveau", Text, nullable=False),
        Column("territoire", Text, nullable=False),
        Column("annee", SmallInteger, nullable=False),
        Column("nature", Text, nullable=False),
        Column("notifie", Numeric, nullable=False),
        Column("notifie_etp", Numeric, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    Index(None, enveloppe.c.annee, enveloppe.c.territoire)

    credit_deplace = Table(
        "credit_deplace",
        metadata,
        Column("mouvement_id", Uuid, primary_key=True),
        Column("origine_id", Uuid),
        Column("destination_id", Uuid),
        Column("montant", Numeric, nullable=False),
        Column("motif", Text, nullable=False),
        Column("known_on", Date, nullable=False),
    )

    cofinancement = Table(
        "cofinancement",
        metadata,
        Column("cofinancement_id", Uuid, primary_key=True),
        Column("annexe_id", Uuid, nullable=False, index=True),
        Column("structure_id", Uuid, nullable=False),
        Column("financeur", Text, nullable=False),
        Column("montant", Numeric, nullable=False),
        Column("circuit", Text, nullable=False),
        Column("postes", Integer),
        Column("theorique", Numeric),
        Column("ecart_signale", Boolean),
        Column("date_accord", Date, nullable=False),
        Column("known_on", Date, nullable=False),
    )

    redeploiement = Table(
        "redeploiement",
        metadata,
        Column("redeploiement_id", Uuid, primary_key=True),
        Column("region", Text, nullable=False),
        Column("etat", Text, nullable=False),
        Column("lignes", JSON, nullable=False),
        Column("known_on", Date, nullable=False),
    )

    imputation = Table(  # hours of a SIAE counted for a contract with a clause
        "imputation",
        metadata,
        Column("imputation_id", Uuid, primary_key=True),
        Column("marche_id", Uuid, nullable=False, index=True),
        Column("mois", Text, nullable=False),
        Column("heures", Numeric, nullable=False),
        Column("known_on", Date, nullable=False),
    )

    versement = Table(  # one row per structure, month, funder, kind of payment and day it was known
        "versement",
        metadata,
        Column("structure_id", Uuid, primary_key=True),
        Column("annee", SmallInteger, primary_key=True),
        Column("mois", SmallInteger, primary_key=True),
        Column("financeur", Text, primary_key=True),
        Column("nature", Text, primary_key=True),
        Column("known_on", Date, primary_key=True),
        Column("montant", Numeric, nullable=False),
        Column("nombre", Integer, nullable=False),
    )

    marche = Table(
        "marche",
        metadata,
        Column("marche_id", Uuid, primary_key=True),
        Column("departement", Text, nullable=False),
        Column("annee", SmallInteger, nullable=False),
        Column("modalite", Text, nullable=False),
        Column("structure_id", Uuid),
        Column("heures_prevues", Numeric, nullable=False),
        Column("heures_realisees", Numeric, nullable=False),
        Column("known_on", Date, nullable=False),
        Column("date_notification", Date),
        Column("date_fin", Date),
    )
    Index(None, marche.c.departement, marche.c.annee)

    arbitrage = Table(  # what the conférence des financeurs settled; the highest number is in force
        "arbitrage",
        metadata,
        Column("arbitrage_id", Uuid, primary_key=True),
        Column("annee", SmallInteger, nullable=False),
        Column("structure_id", Uuid, nullable=False),
        Column("financeur", Text, nullable=False),
        Column("numero", Integer, nullable=False),
        Column("demande", Numeric),
        Column("montant", Numeric, nullable=False),
        Column("le", Date, nullable=False),
        Column("known_on", Date, nullable=False),
    )
    Index(None, arbitrage.c.structure_id, arbitrage.c.annee)
    return (
        annexe,
        enveloppe,
        credit_deplace,
        cofinancement,
        redeploiement,
        imputation,
        versement,
        marche,
        arbitrage,
    )

"""Tables of the money, and the reading tables of what ``structures`` and ``parcours`` publish."""

from sqlalchemy import (
    JSON,
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
    text,
)

from services.funding.domain.annexe import ACTIFS, CIRCUITS, ETATS, MESURES
from services.funding.domain.enveloppe import MOUVEMENTS, NIVEAUX
from services.funding.domain.enveloppe import NATURES as NATURES_ENVELOPPE
from services.funding.domain.marche import MODALITES
from services.funding.domain.redeploiement import ETATS as ETATS_REDEPLOIEMENT
from services.funding.domain.saisi import GRANDEURS
from services.funding.domain.versement import NATURES
from shared.tables import ServiceTables

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
    # Sum of its lines of cofinancing: the version of the annexe orders those who change it.
    Column("montant_cofinance", Numeric, nullable=False, server_default=text("0")),
    Column("avenant_de", Uuid, ForeignKey("annexe_financiere.id")),
    Column("sorties_prevues", Integer),
    Column("taux_durable_prevu", Numeric),
    Column("taux_transition_prevu", Numeric),
    Column("taux_positive_prevu", Numeric),
    CheckConstraint("date_debut <= date_fin", name="periode"),
    CheckConstraint("montant_cofinance between 0 and montant_socle", name="cofinancement"),
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

annexe_asp = Table(  # what the ASP says of an annexe beyond its terms: staff, budget, dates of its states
    "annexe_asp",
    metadata,
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), primary_key=True),
    Column("donnees", JSON, nullable=False),
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
    Column("corrige", Uuid, ForeignKey("versement.id")),
    CheckConstraint("montant <> 0", name="montant"),
    CheckConstraint("(montant < 0) = (corrige is not null)", name="sens"),
    CheckConstraint(_among("nature", NATURES), name="nature"),
    UniqueConstraint("corrige"),
)

ecriture = Table(  # never edited; a trigger refuses a payment whose lines do not balance
    "ecriture",
    metadata,
    Column("versement_id", Uuid, ForeignKey("versement.id"), primary_key=True),
    Column("compte", Text, primary_key=True),
    Column("titulaire", Text, primary_key=True),
    Column("montant", Numeric, nullable=False),
    CheckConstraint(_among("compte", ("ENVELOPPE", "FINANCEUR", "ANNEXE")), name="compte"),
)
Index(None, ecriture.c.compte, ecriture.c.titulaire)

cofinancement = Table(
    "cofinancement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), nullable=False),
    Column("financeur", Text, nullable=False),
    Column("montant", Numeric, nullable=False),
    Column("circuit", Text, nullable=False),
    Column("postes", Integer),
    Column("date_accord", Date, nullable=False),
    CheckConstraint("montant > 0", name="montant"),
    CheckConstraint(_among("circuit", CIRCUITS), name="circuit"),
    UniqueConstraint("annexe_id", "financeur"),
)

grille_modulation = Table(  # a later number replaces an earlier one; decisions keep the one they used
    "grille_modulation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("annee", Integer, nullable=False),
    Column("numero", Integer, nullable=False),
    Column("publics", Numeric, nullable=False),
    Column("effort", Numeric, nullable=False),
    Column("resultats", Numeric, nullable=False),
    Column("plafond", Numeric, nullable=False),
    Column("source", Text, nullable=False),
    CheckConstraint("publics + effort + resultats = 1", name="poids"),
    UniqueConstraint("region", "annee", "numero"),
)

modulation = Table(
    "modulation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), nullable=False),
    Column("grille_id", Uuid, ForeignKey("grille_modulation.id")),
    Column("taux", Numeric, nullable=False),
    Column("socle_du", Numeric, nullable=False),
    Column("montant", Numeric, nullable=False),
    Column("date_notification", Date, nullable=False),
    Column("justification", Text, nullable=False),
    CheckConstraint("taux between 0 and 0.10", name="taux"),
    UniqueConstraint("annexe_id"),
)

bareme_saisi = Table(  # never edited: the next text has its own day
    "bareme_saisi",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("grandeur", Text, nullable=False),
    Column("cas", Text, nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("a_compter_du", Date, nullable=False),
    Column("montant", Numeric, nullable=False),
    Column("source", Text, nullable=False),
    CheckConstraint("montant > 0", name="montant"),
    CheckConstraint(_among("grandeur", tuple(GRANDEURS)), name="grandeur"),
    UniqueConstraint("grandeur", "cas", "type_structure", "a_compter_du"),
)

arbitrage = Table(  # never edited: a later number replaces an earlier one, which stays as its trace
    "arbitrage",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("departement", Text, nullable=False),
    Column("annee", Integer, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("financeur", Text, nullable=False),
    Column("numero", Integer, nullable=False),
    Column("demande", Numeric),
    Column("montant", Numeric, nullable=False),
    Column("motif", Text, nullable=False),
    Column("le", Date, nullable=False),
    CheckConstraint("montant >= 0", name="montant"),
    UniqueConstraint("structure_id", "annee", "financeur", "numero"),
)
Index(None, arbitrage.c.departement, arbitrage.c.annee)

enveloppe = Table(
    "enveloppe",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("niveau", Text, nullable=False),
    Column("territoire", Text, nullable=False),
    Column("annee", Integer, nullable=False),
    Column("nature", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("parent_id", Uuid, ForeignKey("enveloppe.id")),
    # Sums of its movements, kept by a trigger: the check below has the last word on any commitment.
    *(Column(f"{part}", Numeric, nullable=False, server_default=text("0")) for part in MOUVEMENTS.values()),
    Column("notifie_etp", Numeric, nullable=False, server_default=text("0")),
    CheckConstraint(_among("niveau", NIVEAUX), name="niveau"),
    CheckConstraint(_among("nature", NATURES_ENVELOPPE), name="nature"),
    CheckConstraint("delegue + engage <= notifie + abondements - retraits", name="disponible"),
    UniqueConstraint("niveau", "territoire", "annee", "nature"),
)
Index(None, enveloppe.c.parent_id)

mouvement_enveloppe = Table(  # never edited: taken back by a contrary line
    "mouvement_enveloppe",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enveloppe_id", Uuid, ForeignKey("enveloppe.id"), nullable=False, index=True),
    Column("sens", Text, nullable=False),
    Column("montant", Numeric, nullable=False),
    Column("etp", Numeric, nullable=False, server_default=text("0")),
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), index=True),
    Column("motif", Text, nullable=False),
    Column("le", Date, nullable=False),
    CheckConstraint(_among("sens", tuple(MOUVEMENTS)), name="sens"),
)

redeploiement = Table(
    "redeploiement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("region", Text, nullable=False),
    Column("etat", Text, nullable=False),
    Column("motif", Text, nullable=False),
    Column("propose_le", Date, nullable=False),
    Column("decide_le", Date),
    Column("decision", Text),
    Column("applique_le", Date),
    CheckConstraint(_among("etat", ETATS_REDEPLOIEMENT), name="etat"),
)

ligne_redeploiement = Table(
    "ligne_redeploiement",
    metadata,
    Column("redeploiement_id", Uuid, ForeignKey("redeploiement.id"), primary_key=True),
    Column("annexe_id", Uuid, ForeignKey("annexe_financiere.id"), primary_key=True),
    Column("etp", Numeric, nullable=False),  # taken when negative
    CheckConstraint("etp <> 0", name="etp"),
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
    Column("date_fin", Date),
    CheckConstraint(_among("modalite", MODALITES), name="modalite"),
)

heures_clause = Table(  # hours of a contract of insertion counted for a contract with a clause
    "heures_clause",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("marche_id", Uuid, ForeignKey("marche.id"), nullable=False, index=True),
    Column("contrat_id", Uuid, nullable=False),
    Column("mois", Text, nullable=False),
    Column("heures", Numeric, nullable=False),
    CheckConstraint("heures > 0", name="heures"),
    # An hour counts for one contract only: a month of somebody goes to one.
    UniqueConstraint("contrat_id", "mois"),
)

action_fdi = Table(
    "action_fdi",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("nature_action", Text, nullable=False),
    Column("objet", Text, nullable=False),
    Column("date_decision", Date, nullable=False),
    Column("montant", Numeric, nullable=False),
    Column("part_avance", Numeric, nullable=False),
    Column("montant_avance", Numeric, nullable=False),
    CheckConstraint("montant > 0 and montant_avance between 0 and montant", name="montants"),
)

version_declaration = Table(  # what each version of a declaration said: a correction keeps the trace
    "version_declaration",
    metadata,
    Column("declaration_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("annexe_numero", Text, primary_key=True),
    Column("mois", Text, nullable=False),
    Column("connue_le", Date, nullable=False),
    Column("heures", Numeric, nullable=False),
    Column("heures_eligibles", Numeric, nullable=False),
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

"""Tables of the gateway: its access in the default schema, its views in the schema ``vues``.

Views are kept at the grain that reading needs: a page reads a few hundred rows, whatever the number of hour
lines behind. They are rebuilt aside in another schema, then swapped (``rebuild``): statements on them name
no schema and follow the search path.
"""

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
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from services.gateway.access import tables as access
from services.gateway.governance_tables import governance_tables
from services.gateway.money_tables import money_tables
from services.gateway.pathway_tables import pathway_tables
from services.gateway.signalement_table import signalement_table
from services.gateway.webhook_tables import abonnement_table, livraison_table
from shared.access.audit import audit_table
from shared.messaging.tables import add_consumer_tables
from shared.naming import new_metadata

SCHEMA = "vues"

metadata = new_metadata()
client = access.client_table(metadata)
agent = access.agent_table(metadata)
session = access.session_table(metadata)
invitation = access.invitation_table(metadata)
delegation = access.delegation_table(metadata)
signalement = signalement_table(metadata)
abonnement = abonnement_table(metadata)
livraison = livraison_table(metadata)
audit = audit_table(metadata)

vues = new_metadata(SCHEMA)
add_consumer_tables(vues)


def _view(name: str, *columns: Column[object], metadata: MetaData = vues) -> Table:
    return Table(name, metadata, *columns)


structure = _view(
    "structure",
    Column("structure_id", Uuid, primary_key=True),
    Column("siret", Text, nullable=False),
    Column("type_structure", Text, nullable=False),
    Column("raison_sociale", Text, nullable=False),
    Column("code_insee", Text, nullable=False),
    Column("departement", Text, nullable=False),
    Column("epci", Text),
    Column("reseau", Text),
    Column("activite", Text),
    Column("code_rome", Text),
    Column("annee", Integer),
    Column("permanents", Integer),
    Column("chiffre_affaires", Numeric),
    Column("known_on", Date, nullable=False),
    Column("forme_juridique", Text),
    Column("division_naf", Text),
    Column("adresse", Text),
    Column("code_postal", Text),
    Column("date_conventionnement", Date),
    Column("mere_id", Uuid),
    Column("visible", Boolean),
    Column("capacite", Integer),
    Column("delai_attente_jours", Integer),
    Column("spontanees_jusqu_au", Date),
    Column("fermee_le", Date),
    Column("motif_fermeture", Text),
    Column("absorbante_id", Uuid),
    Column("texte", Text),  # name and activity without accents, for searching
)
Index(None, structure.c.departement)
Index(None, structure.c.siret)

histoire = _view(  # what the registry said of a structure after each of its facts
    "histoire",
    Column("structure_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fait", Text, nullable=False),
    Column("date_effet", Date, nullable=False),
    Column("etat", JSON, nullable=False),
    Column("known_on", Date, nullable=False),
)

fiche_de_poste = _view(
    "fiche_de_poste",
    Column("fiche_id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("code_rome", Text, nullable=False),
    Column("appellation", Text, nullable=False),
    Column("type_contrat", Text, nullable=False),
    Column("postes_ouverts", Integer, nullable=False),
    Column("heures_hebdo", Numeric),
    Column("code_insee", Text),
    Column("mise_a_jour_le", Date, nullable=False),
    Column("fermee_le", Date),
    Column("known_on", Date, nullable=False),
)

convention = _view(
    "convention",
    Column("convention_id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("numero", Text),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("etat", Text),
    Column("etat_le", Date),
    Column("suspendue_le", Date),
    Column("motif_suspension", Text),
)

declaration = _view(  # who had at least one hour: what a correction takes back
    "declaration",
    Column("declaration_id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False),
    Column("annee", SmallInteger, nullable=False),
    Column("mois", SmallInteger, nullable=False),
    Column("personnes", ARRAY(Uuid), nullable=False),
    Column("lignes", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("known_on", Date, nullable=False),
)
Index(None, declaration.c.annee, declaration.c.structure_id)

heures = _view(  # hours of a declaration by annexe
    "heures",
    Column("declaration_id", Uuid, primary_key=True),
    Column("annexe", Text, primary_key=True),
    Column("structure_id", Uuid, nullable=False),
    Column("annee", SmallInteger, nullable=False),
    Column("mois", SmallInteger, nullable=False),
    Column("heures", Numeric, nullable=False),
    Column("heures_eligibles", Numeric, nullable=False),
)
Index(None, heures.c.annee, heures.c.structure_id)

presence = _view(  # months of the year in which a person has hours in a structure
    "presence",
    Column("annee", SmallInteger, primary_key=True),
    Column("structure_id", Uuid, primary_key=True),
    Column("personne_id", Uuid, primary_key=True),
    Column("mois", Integer, nullable=False),
)

contrat = _view(
    "contrat",
    Column("contrat_id", Uuid, primary_key=True),
    Column("personne_id", Uuid, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("type_contrat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin_prevue", Date, nullable=False),
    Column("date_sortie", Date),
    Column("categorie", Text),
    Column("dynamique", Boolean),
    Column("comptee", Boolean),
    Column("raison", Text),
    Column("known_on", Date, nullable=False),
    Column("sortie_known_on", Date),
)
Index(None, contrat.c.structure_id, contrat.c.date_sortie)

candidature = _view(
    "candidature",
    Column("candidature_id", Uuid, primary_key=True),
    Column("personne_id", Uuid, nullable=False),
    Column("structure_id", Uuid, nullable=False),
    Column("origine", Text, nullable=False),
    Column("envoyee_le", Date, nullable=False),
    Column("etat", Text, nullable=False),
    Column("decidee_le", Date),
    Column("contrat_id", Uuid),
    Column("known_on", Date, nullable=False),
    Column("decision_known_on", Date),
)
Index(None, candidature.c.structure_id, candidature.c.envoyee_le)

instance, seance, plan, projet, vote, veille, dossier = governance_tables(vues)
annexe, enveloppe, credit_deplace, cofinancement, redeploiement, imputation, versement, marche, arbitrage = (
    money_tables(vues)
)
passe, droit, diagnostic, etape, suivi, fusion, publics = pathway_tables(vues)

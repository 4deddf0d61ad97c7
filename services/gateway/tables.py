"""Tables of the gateway: its access in the default schema, its views in the schema ``vues``.

Views are kept at the grain that reading needs: a page reads a few hundred rows, whatever the number of hour
lines behind. They are rebuilt aside in another schema, then swapped (``rebuild``): statements on them name
no schema and follow the search path.
"""

from sqlalchemy import (
    ARRAY,
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

from services.gateway.access.tables import client_table
from shared.access.audit import audit_table
from shared.messaging.tables import add_consumer_tables
from shared.naming import new_metadata

SCHEMA = "vues"

metadata = new_metadata()
client = client_table(metadata)
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
)
Index(None, structure.c.departement)
Index(None, structure.c.siret)

convention = _view(
    "convention",
    Column("convention_id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("numero", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("known_on", Date, nullable=False),
)

dossier = _view(
    "dossier",
    Column("dossier_id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("departement", Text, nullable=False),
    Column("date_seance", Date, nullable=False),
    Column("objet", Text, nullable=False),
    Column("etp_demandes", Numeric, nullable=False),
    Column("etp_accordes", Numeric, nullable=False),
    Column("avis", Text, nullable=False),
    Column("known_on", Date, nullable=False),
)
Index(None, dossier.c.departement, dossier.c.date_seance)

annexe = _view(
    "annexe",
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
)

versement = _view(  # one row per structure, month, funder and kind of payment
    "versement",
    Column("structure_id", Uuid, primary_key=True),
    Column("annee", SmallInteger, primary_key=True),
    Column("mois", SmallInteger, primary_key=True),
    Column("financeur", Text, primary_key=True),
    Column("nature", Text, primary_key=True),
    Column("montant", Numeric, nullable=False),
    Column("nombre", Integer, nullable=False),
)

marche = _view(
    "marche",
    Column("marche_id", Uuid, primary_key=True),
    Column("departement", Text, nullable=False),
    Column("annee", SmallInteger, nullable=False),
    Column("modalite", Text, nullable=False),
    Column("structure_id", Uuid),
    Column("heures_prevues", Numeric, nullable=False),
    Column("heures_realisees", Numeric, nullable=False),
    Column("known_on", Date, nullable=False),
)
Index(None, marche.c.departement, marche.c.annee)

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

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

instance = _view(
    "instance",
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

seance = _view(
    "seance",
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

plan = _view(  # targets only: their values are read from the other views
    "plan",
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

dossier = _view(
    "dossier",
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

"""Tables of the pathways, and the reading tables of what ``structures`` and ``funding`` publish."""

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from services.parcours.domain.accompagnement import NATURES, SITUATIONS
from services.parcours.domain.candidature import ORIGINES
from services.parcours.domain.contrat import TYPES
from services.parcours.domain.delivrance import PREFIXE, RANGS
from services.parcours.domain.dossier import ETATS_PROLONGATION, GRANTED, PENDING
from services.parcours.domain.dossier import ORIGINES as ORIGINES_PASS
from services.parcours.domain.eligibilite import AUTEURS
from services.parcours.domain.prolongation import MOTIFS as MOTIFS_PROLONGATION
from services.parcours.domain.rapprochement import FORMES
from services.parcours.domain.sortie import RAISONS
from services.parcours.domain.suspension import MOTIFS as MOTIFS_SUSPENSION
from services.parcours.domain.transitions import ETATS
from shared.tables import ServiceTables

tables = ServiceTables()
metadata = tables.metadata


def _among(column: str, values: Iterable[str]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def _apart(name: str, owner: str, bounds: str, where: str) -> ExcludeConstraint:
    """Return the constraint that two periods of one owner share no day."""
    days = func.daterange(
        literal_column("date_debut"), literal_column("date_fin"), literal_column(f"'{bounds}'")
    )
    return ExcludeConstraint((owner, "="), (days, "&&"), name=name, where=where)


personne = Table(
    "personne",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("cree_par", Text, nullable=False),  # client that may name the person before any candidature
    Column("identite", LargeBinary, nullable=False),  # P2: nom, prenom, date_naissance, code_insee
    Column(
        "sensible", LargeBinary, nullable=False
    ),  # P3: sexe, nir or its absence, niveau_formation, criteres
    # Blind indexes; emptied when the key is destroyed.
    Column("index_identite", LargeBinary, unique=True),
    Column("index_nir", LargeBinary, unique=True),
    # Of somebody absorbed by a merge: who they are now. No chain: it is always somebody kept.
    Column("fusionnee_dans", Uuid, ForeignKey("personne.id"), index=True),
)

empreinte_proche = Table(  # blind indexes of what resembles an identity; deleted with the key
    "empreinte_proche",
    metadata,
    Column("personne_id", Uuid, ForeignKey("personne.id"), primary_key=True),
    Column("forme", Text, primary_key=True),
    Column("version", Integer, nullable=False),  # of the person
    Column("empreinte", LargeBinary, nullable=False, index=True),
    CheckConstraint(_among("forme", FORMES), name="forme"),
)

fusion = Table(  # the trace by which a merge can be undone: what was attached to whom
    "fusion",
    metadata,
    Column("absorbee_id", Uuid, ForeignKey("personne.id"), primary_key=True),
    Column("conservee_id", Uuid, ForeignKey("personne.id"), nullable=False),
    Column("fusionnee_le", Date, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("objets", JSON, nullable=False),  # identifiers by table
)

cle_personne = Table(  # deleting a row erases the person; backed up apart, for a shorter time
    "cle_personne",
    metadata,
    Column("personne_id", Uuid, ForeignKey("personne.id"), primary_key=True),
    Column("dek_enveloppee", LargeBinary, nullable=False),
    Column("version_kek", SmallInteger, nullable=False),
)

agrement = Table(
    "agrement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("numero", Text, nullable=False, unique=True),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

contrat = Table(
    "contrat",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("type_contrat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin_prevue", Date, nullable=False),
    Column("heures_hebdo", Numeric, nullable=False),
    Column("code_rome", Text),
    Column("date_sortie", Date),
    Column("motif_sortie", Text),
    Column("categorie", Text),
    Column("comptee", Boolean),
    Column("raison", Text),
    CheckConstraint(_among("type_contrat", TYPES), name="type"),
    CheckConstraint("date_debut <= date_fin_prevue", name="periode"),
    CheckConstraint("date_sortie between date_debut and date_fin_prevue", name="sortie"),
    CheckConstraint(
        "num_nulls(date_sortie, motif_sortie, categorie, comptee, raison) in (0, 5)", name="sortie_entiere"
    ),
    CheckConstraint(_among("raison", RAISONS), name="raison"),
)

candidature = Table(
    "candidature",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("origine", Text, nullable=False),
    Column("type_prescripteur", Text, nullable=False),
    Column("organisation", Text, index=True),
    Column("date_orientation", Date, nullable=False),
    Column("etat", Text, nullable=False),
    Column("date_suite", Date),
    Column("motif_refus", Text),
    Column("contrat_id", Uuid, ForeignKey("contrat.id")),
    Column("date_embauche", Date),
    Column("pass_id", Uuid, ForeignKey("pass_iae.id"), index=True),
    Column("diagnostic_id", Uuid, ForeignKey("diagnostic.id")),
    Column("change_le", Date),  # last change of state; null while as sent
    Column("archivee_le", Date),
    Column("envoyee_ms", BigInteger),  # instant of the sending; null where the 24 hours do not apply
    Column("delivrance", Text),  # by hand: PENDING, GRANTED, DENIED
    Column("delivrance_le", Date),
    CheckConstraint(_among("origine", ORIGINES), name="origine"),
    CheckConstraint(_among("etat", ETATS), name="etat"),
    CheckConstraint("contrat_id is null or etat = 'accepted'", name="contrat_accepte"),
    CheckConstraint("motif_refus is null or etat = 'refused'", name="motif_refuse"),
    CheckConstraint(
        "num_nonnulls(date_embauche, pass_id, diagnostic_id) = 0 or etat = 'accepted'", name="acte_accepte"
    ),
    CheckConstraint(
        f"({_among('delivrance', ETATS_PROLONGATION)} and etat = 'accepted') or delivrance is null",
        name="delivrance",
    ),
    CheckConstraint("(delivrance in ('GRANTED', 'DENIED')) = (delivrance_le is not null)", name="delivree"),
    ExcludeConstraint(
        ("personne_id", "="),
        ("structure_id", "="),
        (func.int8range(literal_column("envoyee_ms"), literal_column("envoyee_ms + 86400000")), "&&"),
        name="ex_candidature_24_heures",
        where="envoyee_ms is not null",
    ),
)
Index(None, candidature.c.structure_id, candidature.c.id)

diagnostic = Table(
    "diagnostic",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("auteur", Text, nullable=False),
    Column("structure_id", Uuid),  # the employer who made it
    Column("organisation", Text),
    Column("date_diagnostic", Date, nullable=False),
    Column("expire_le", Date, nullable=False),  # first day without validity
    Column("criteres", LargeBinary, nullable=False),  # P3, sealed with the person's key
    CheckConstraint(_among("auteur", AUTEURS), name="auteur"),
    CheckConstraint("(auteur = 'employeur') = (structure_id is not null)", name="employeur"),
)

pass_iae = Table(
    "pass_iae",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column(
        "numero",
        Text,
        nullable=False,
        unique=True,
        server_default=text(f"'{PREFIXE}' || lpad(nextval('numero_pass')::text, {RANGS}, '0')"),
    ),
    Column("origine", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("annule", Boolean, nullable=False),
    Column("structure_id", Uuid),
    Column("diagnostic_id", Uuid, ForeignKey("diagnostic.id")),
    CheckConstraint("date_debut < date_fin", name="periode"),
    CheckConstraint("length(numero) = 12", name="numero"),
    CheckConstraint(_among("origine", ORIGINES_PASS), name="origine"),
    CheckConstraint("(origine in ('default', 'admin')) = (diagnostic_id is not null)", name="diagnostic"),
    _apart("ex_pass_iae_concurrent", "personne_id", "[]", "not annule"),
)

suspension = Table(
    "suspension",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("pass_id", Uuid, ForeignKey("pass_iae.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("motif", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("annulee", Boolean, nullable=False),
    CheckConstraint("date_debut <= date_fin", name="periode"),
    CheckConstraint(_among("motif", MOTIFS_SUSPENSION), name="motif"),
    _apart("ex_suspension_chevauchante", "pass_id", "[]", "not annulee"),
)

prolongation = Table(  # granted, or asked for
    "prolongation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("pass_id", Uuid, ForeignKey("pass_iae.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("motif", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
    Column("etat", Text, nullable=False),
    Column("demandee_le", Date, nullable=False),
    Column("organisation", Text),  # the prescripteur habilité who is asked
    Column("decidee_le", Date),
    Column("motif_refus", Text),
    Column("actions", JSON, nullable=False, server_default=text("'[]'")),  # what a refusal proposes
    CheckConstraint("date_debut < date_fin", name="periode"),
    CheckConstraint(_among("motif", MOTIFS_PROLONGATION), name="motif"),
    CheckConstraint(_among("etat", ETATS_PROLONGATION), name="etat"),
    CheckConstraint("(etat = 'DENIED') = (motif_refus is not null)", name="motif_refuse"),
    CheckConstraint("(etat = 'PENDING') = (decidee_le is null)", name="decision"),
    _apart("ex_prolongation_chevauchante", "pass_id", "[)", f"etat = '{GRANTED}'"),
)
Index(
    "uq_prolongation_pending",
    prolongation.c.pass_id,
    unique=True,
    postgresql_where=text(f"etat = '{PENDING}'"),
)

etape = Table(  # what a structure does with a person besides the contract
    "etape",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("personne_id", Uuid, ForeignKey("personne.id"), nullable=False, index=True),
    Column("structure_id", Uuid, nullable=False),
    Column("nature", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date),
    Column("contenu", LargeBinary, nullable=False),  # P3, sealed: which obstacle, which training
    CheckConstraint(_among("nature", NATURES), name="nature"),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

suivi = Table(  # the situation of a person some months after an exit
    "suivi",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("contrat_id", Uuid, ForeignKey("contrat.id"), nullable=False),
    Column("echeance", SmallInteger, nullable=False),
    Column("situation", Text, nullable=False),
    Column("constate_le", Date, nullable=False),
    CheckConstraint("echeance in (3, 6)", name="echeance"),
    CheckConstraint(_among("situation", SITUATIONS), name="situation"),
    UniqueConstraint("contrat_id", "echeance"),
)

declaration = Table(
    "declaration",
    metadata,
    Column("id", Uuid, primary_key=True),  # UUIDv5 of structure and month
    Column("version", Integer, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("mois", Text, nullable=False),
)

ligne_declaree = Table(  # every version is kept; the present one is that of `declaration`
    "ligne_declaree",
    metadata,
    Column("declaration_id", Uuid, primary_key=True),
    Column("declaration_version", Integer, primary_key=True, autoincrement=False),
    Column("contrat_id", Uuid, primary_key=True, index=True),
    Column("annexe", Text, nullable=False),
    Column("heures", Numeric, nullable=False),
    Column("heures_eligibles", Numeric, nullable=False),
)

structure = Table(  # read from the registry; its row is the lock of the month's end of a structure
    "structure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("siret", Text, nullable=False, index=True),
    Column("type_structure", Text, nullable=False),
    Column("departement", Text, nullable=False),
    # Null for what was learnt before these were read: such a structure is not proposed.
    Column("epci", Text),
    Column("accueille", Boolean),
)

prescripteur = Table(  # read from the registry: who may prescribe
    "prescripteur",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("statut", Text, nullable=False),
    Column("habilite_le", Date),
    Column("habilite_jusqu_au", Date),
)

fiche_de_poste = Table(  # read from the registry: which posts are open
    "fiche_de_poste",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("code_rome", Text, nullable=False),
    Column("postes_ouverts", Integer, nullable=False),
    Column("fermee_le", Date),
)

autoprescription = Table(  # days on which an employer may not self-prescribe
    "autoprescription",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date),  # last day, included; null for ever
    Column("prononcee_le", Date, nullable=False),
    CheckConstraint("date_debut <= date_fin", name="periode"),
)

avis_conservation = Table(  # a person was told that what is held of them will be erased
    "avis_conservation",
    metadata,
    Column("personne_id", Uuid, ForeignKey("personne.id"), primary_key=True),
    Column("derniere_activite", Date, primary_key=True),
    Column("avise_le", Date, nullable=False),
)

publics = Table(  # counts of distinct persons and of refusals as last published: nobody is in it
    "publics",
    metadata,
    Column("id", Uuid, primary_key=True),  # UUIDv5 of the cell
    Column("version", Integer, nullable=False),
    Column("annee", Integer, nullable=False),
    Column("region", Text, nullable=False),
    Column("departement", Text),
    Column("type_structure", Text),
    Column("effectif", Integer, nullable=False),
    Column("publics", JSON, nullable=False),
    Column("refus", JSON, nullable=False),
)

annexe = Table(  # read from funding
    "annexe",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("numero", Text, nullable=False),
    Column("structure_id", Uuid, nullable=False, index=True),
    Column("etat", Text, nullable=False),
    Column("date_debut", Date, nullable=False),
    Column("date_fin", Date, nullable=False),
)

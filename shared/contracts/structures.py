"""Facts published by ``services/structures``."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Quantite


class StructureFact(Fact):
    """What every fact of a structure carries: its whole public state once the fact has happened."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "structure"

    structure_id: Annotated[UUID, ID]
    siret: Annotated[str, P0]
    type_structure: Annotated[str, P0] = Field(description="ACI, AI, EI, ETTI, EITI, or AUTRE when unknown.")
    raison_sociale: Annotated[str, P0]
    forme_juridique: Annotated[str | None, P0] = None
    reseau: Annotated[str | None, P0] = None
    activite: Annotated[str | None, P0] = None
    division_naf: Annotated[str | None, P0] = None
    code_rome: Annotated[str | None, P0] = None
    adresse: Annotated[str | None, P0] = None
    code_postal: Annotated[str | None, P0] = None
    code_insee: Annotated[str, P0]
    departement: Annotated[str, P0] = Field(description="Département of the commune.")
    epci: Annotated[str | None, P0] = None
    date_conventionnement: Annotated[Jour | None, P0] = None
    annee: Annotated[int | None, P4] = Field(None, description="Year of the two figures below.")
    permanents: Annotated[int | None, P4] = Field(None, description="Permanent staff of the year, persons.")
    chiffre_affaires: Annotated[Quantite | None, P4] = Field(None, description="Turnover of the year, euros.")
    source: Annotated[str | None, P0] = Field(
        None, description="ASP, USER_CREATED (antenne), STAFF_CREATED, GEIQ."
    )
    mere_id: Annotated[UUID | None, ID] = Field(None, description="Mother of an antenne.")
    visible: Annotated[bool, P0] = Field(default=True, description="Shown in the search.")
    capacite: Annotated[int | None, P0] = Field(None, description="Insertion posts the structure holds.")
    delai_attente_jours: Annotated[int | None, P0] = Field(
        None, description="Days before an entry, declared."
    )
    accueil_declare_le: Annotated[Jour | None, P0] = None
    spontanees_jusqu_au: Annotated[Jour | None, P0] = Field(
        None, description="Last day, included, of spontaneous candidatures."
    )
    date_effet: Annotated[Jour | None, P0] = Field(
        None, description="Day the state holds from; null in the oldest facts: the day of the event."
    )
    fermee_le: Annotated[Jour | None, P0] = Field(None, description="Day of the closure; null while open.")
    motif_fermeture: Annotated[str | None, P0] = None
    absorbante_id: Annotated[UUID | None, ID] = Field(None, description="Structure that absorbed this one.")


class StructureEnregistree(StructureFact):
    """A structure entered the registry."""

    fact: ClassVar[str] = "enregistree"


class StructureCorrigee(StructureFact):
    """What the registry says of a structure was corrected."""

    fact: ClassVar[str] = "corrigee"


class SiretChange(StructureFact):
    """A structure moved: same SIREN, another SIRET."""

    fact: ClassVar[str] = "siret_change"

    ancien_siret: Annotated[str, P0]


class StructureFusionnee(StructureFact):
    """A structure was absorbed by another, which takes its annexes, its fiches de poste and its convention."""

    fact: ClassVar[str] = "fusionnee"


class StructureFermee(StructureFact):
    """A structure closed."""

    fact: ClassVar[str] = "fermee"


class StructureRouverte(StructureFact):
    """A closed structure opened again."""

    fact: ClassVar[str] = "rouverte"


class AccueilDeclare(StructureFact):
    """A structure told how many it can take, how long one waits, and until when anyone may apply."""

    fact: ClassVar[str] = "accueil_declare"


class ExerciceDeclare(Fact):
    """Permanents and turnover of a structure for one year; the next version of the same year replaces it."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "exercice"
    fact: ClassVar[str] = "declare"

    exercice_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    annee: Annotated[int, P4]
    permanents: Annotated[int | None, P4] = Field(None, description="Permanent staff of the year, persons.")
    chiffre_affaires: Annotated[Quantite | None, P4] = Field(None, description="Turnover of the year, euros.")


class ConventionFact(Fact):
    """What every fact of a convention carries: its whole state."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "convention"

    convention_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    numero: Annotated[str | None, P0] = None
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")
    etat: Annotated[str | None, P0] = Field(
        None,
        description="DEMANDEE, EN_INSTRUCTION, AVIS_RENDU, REFUSEE, SIGNEE, ACTIVE, SUSPENDUE or TERMINEE; "
        "null in the oldest facts: SIGNEE.",
    )
    etat_le: Annotated[Jour | None, P0] = Field(None, description="Day of the state.")
    avis: Annotated[str | None, P0] = Field(None, description="Opinion of the CDIAE.")
    dossier_id: Annotated[UUID | None, ID] = Field(None, description="File on which a séance gave it.")
    avis_repris_du: Annotated[Jour | None, P0] = Field(
        None, description="Day of the séance, held before the platform, that gave it."
    )
    suspendue_le: Annotated[Jour | None, P0] = Field(None, description="First day of the 30 days of grace.")
    motif_suspension: Annotated[str | None, P0] = Field(None, description="SANS_ANNEXE or DECISION.")
    reactivee_le: Annotated[Jour | None, P0] = Field(None, description="First day of the 90 days of guard.")


class ConventionDemandee(ConventionFact):
    """A structure asked the State for a convention."""

    fact: ClassVar[str] = "demandee"


class ConventionInstruite(ConventionFact):
    """The State took up the request."""

    fact: ClassVar[str] = "instruite"


class AvisConventionRendu(ConventionFact):
    """The CDIAE gave its opinion on the request."""

    fact: ClassVar[str] = "avis_rendu"


class ConventionRefusee(ConventionFact):
    """The State refused the convention."""

    fact: ClassVar[str] = "refusee"


class ConventionSignee(ConventionFact):
    """A convention between the State and a structure was signed."""

    fact: ClassVar[str] = "signee"

    numero: Annotated[str, P0]


class ConventionActivee(ConventionFact):
    """A convention has an active annexe, or the administration reactivated it."""

    fact: ClassVar[str] = "activee"


class ConventionSuspendue(ConventionFact):
    """A convention has no active annexe any more, or the State suspended it."""

    fact: ClassVar[str] = "suspendue"


class ConventionTerminee(ConventionFact):
    """A convention ended: its term, another one that follows, or a merger."""

    fact: ClassVar[str] = "terminee"


class ConventionProlongee(ConventionFact):
    """A convention in force lasts longer: a later file of the ASP says so."""

    fact: ClassVar[str] = "prolongee"


class ConventionRattachee(ConventionFact):
    """A convention goes with another structure (merger), or its structure's type is now known."""

    fact: ClassVar[str] = "rattachee"


class FicheDePosteFact(Fact):
    """What every fact of a fiche de poste carries: its whole state."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "fiche_de_poste"

    fiche_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    code_rome: Annotated[str, P0]
    appellation: Annotated[str, P0]
    type_contrat: Annotated[str, P0]
    postes_ouverts: Annotated[int, P0]
    heures_hebdo: Annotated[Quantite | None, P0] = Field(None, description="Weekly hours.")
    code_insee: Annotated[str | None, P0] = Field(None, description="Place; null: that of the structure.")
    mise_a_jour_le: Annotated[Jour, P0]
    fermee_le: Annotated[Jour | None, P0] = Field(None, description="Day of the closing; null while open.")
    motif_fermeture: Annotated[str | None, P0] = None


class FicheDePostePubliee(FicheDePosteFact):
    """A structure published posts."""

    fact: ClassVar[str] = "publiee"


class FicheDePosteModifiee(FicheDePosteFact):
    """A structure changed a fiche or confirmed that it still holds, or a merger moved it."""

    fact: ClassVar[str] = "modifiee"


class FicheDePosteFermee(FicheDePosteFact):
    """A fiche was closed by the structure, by its closure, or for want of news."""

    fact: ClassVar[str] = "fermee"


class PrescripteurFact(Fact):
    """What every fact of an organisation that sends people carries.

    The type of a sensitive organisation never leaves the registry, nor what would tell it.
    """

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "prescripteur"

    prescripteur_id: Annotated[UUID, ID]
    code: Annotated[str, ID] = Field(description="Code of the organisation in the platform.")
    categorie: Annotated[str, P0] = Field(description="Type, or Autre when the type is sensitive.")
    nom: Annotated[str | None, P0] = Field(None, description="Null when the type is sensitive.")
    departement: Annotated[str, P0]
    statut: Annotated[str, P0] = Field(description="NOT_SET, VALIDATED, REFUSED or NOT_REQUIRED.")
    habilite_le: Annotated[Jour | None, P0] = None
    habilite_jusqu_au: Annotated[Jour | None, P0] = Field(
        None, description="Last day, included, of a habilitation by the prefect; null without end."
    )


class PrescripteurEnregistre(PrescripteurFact):
    """An organisation that sends people entered the registry."""

    fact: ClassVar[str] = "enregistre"


class PrescripteurCorrige(PrescripteurFact):
    """What the registry says of an organisation was corrected."""

    fact: ClassVar[str] = "corrige"


class HabilitationDecidee(PrescripteurFact):
    """The habilitation of an organisation was granted, refused or withdrawn."""

    fact: ClassVar[str] = "habilitation_decidee"


class DossierExamine(Fact):
    """A CDIAE gave its opinion on the file of a structure."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "dossier"
    fact: ClassVar[str] = "examine"

    dossier_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    departement: Annotated[str, P0]
    date_seance: Annotated[Jour, P0]
    objet: Annotated[str, P0] = Field(
        description="CREATION, RENOUVELLEMENT, EXTENSION, CONVENTION, ANNEXE or FDI."
    )
    etp_demandes: Annotated[Quantite, P4] = Field(description="ETP, yearly average.")
    etp_accordes: Annotated[Quantite, P4] = Field(description="ETP, yearly average.")
    avis: Annotated[str, P0]
    seance_id: Annotated[UUID | None, ID] = Field(None, description="None for an opinion of the past.")
    montant_demande: Annotated[Quantite | None, P4] = Field(None, description="Euros, FDI only.")
    montant_accorde: Annotated[Quantite | None, P4] = Field(None, description="Euros, FDI only.")
    motifs: Annotated[str | None, P0] = Field(
        None, description="Reasons of the opinion, about the structure."
    )
    suite_de: Annotated[UUID | None, ID] = Field(None, description="File that this one takes up.")


STRUCTURE_FACTS: tuple[type[StructureFact], ...] = (
    StructureEnregistree,
    StructureCorrigee,
    SiretChange,
    StructureFusionnee,
    StructureFermee,
    StructureRouverte,
    AccueilDeclare,
)
"""All carry the whole state: a reader may apply the same function to each."""
CONVENTION_FACTS: tuple[type[ConventionFact], ...] = (
    ConventionDemandee,
    ConventionInstruite,
    AvisConventionRendu,
    ConventionRefusee,
    ConventionSignee,
    ConventionActivee,
    ConventionSuspendue,
    ConventionTerminee,
    ConventionProlongee,
    ConventionRattachee,
)
FICHE_FACTS: tuple[type[FicheDePosteFact], ...] = (
    FicheDePostePubliee,
    FicheDePosteModifiee,
    FicheDePosteFermee,
)
PRESCRIPTEUR_FACTS: tuple[type[PrescripteurFact], ...] = (
    PrescripteurEnregistre,
    PrescripteurCorrige,
    HabilitationDecidee,
)
FACTS: tuple[type[Fact], ...] = (
    *STRUCTURE_FACTS,
    ExerciceDeclare,
    *CONVENTION_FACTS,
    *FICHE_FACTS,
    *PRESCRIPTEUR_FACTS,
    DossierExamine,
)

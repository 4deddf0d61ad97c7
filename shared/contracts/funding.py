"""Facts published by ``services/funding``. Amounts are euros, exact decimals."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Mois, Quantite


class AnnexeFinanciereEnregistree(Fact):
    """An annexe financière was recorded with its state and its money."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "annexe_financiere"
    fact: ClassVar[str] = "enregistree"

    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    numero: Annotated[str, P0]
    mesure: Annotated[str, P0] = Field(description="ASP measure, such as ACI_DC; AUTRE when unknown.")
    etat: Annotated[str, P0] = Field(description="VALIDE, PROVISOIRE, HISTORISE, ANNULE, SAISI…")
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")
    etp: Annotated[Quantite, P4] = Field(description="Monthly average of insertion posts, ETP.")
    heures_par_etp: Annotated[Quantite, P4] = Field(
        description="Yearly hours of one ETP, read in the annexe."
    )
    montant_unitaire: Annotated[Quantite, P4] = Field(description="Euros for one ETP over twelve months.")
    montant_socle: Annotated[Quantite, P4]
    montant_module: Annotated[Quantite | None, P4] = None
    montant_fdi: Annotated[Quantite | None, P4] = None
    postes_cddi_cd: Annotated[int | None, P4] = Field(
        None, description="CDDI posts cofunded by the département; null when unknown."
    )
    montant_cofinance: Annotated[Quantite | None, P4] = Field(
        None, description="Part of the socle that cofunders pay."
    )
    avenant_de: Annotated[UUID | None, ID] = Field(
        None, description="The annexe that this one renews or replaces."
    )
    sorties_prevues: Annotated[int | None, P4] = Field(None, description="Exits forecast.")
    taux_durable_prevu: Annotated[Quantite | None, P4] = Field(
        None, description="Ratio of the exits forecast."
    )
    taux_transition_prevu: Annotated[Quantite | None, P4] = None
    taux_positive_prevu: Annotated[Quantite | None, P4] = None


class VersementEnregistre(Fact):
    """A payment was recorded; it is never edited."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "versement"
    fact: ClassVar[str] = "enregistre"

    versement_id: Annotated[UUID, ID]
    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    mois: Annotated[Mois, P4]
    financeur: Annotated[str, P0] = Field(description="ETAT, or CD and the département.")
    nature: Annotated[str, P0]
    montant: Annotated[Quantite, P4]


class VersementContrepasse(Fact):
    """A payment was taken back whole by a contrary line: ``montant`` is to be subtracted."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "versement"
    fact: ClassVar[str] = "contrepasse"

    versement_id: Annotated[UUID, ID] = Field(description="The contrary line.")
    corrige: Annotated[UUID, ID] = Field(description="The payment taken back.")
    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    mois: Annotated[Mois, P4]
    financeur: Annotated[str, P0]
    nature: Annotated[str, P0]
    montant: Annotated[Quantite, P4]


class EnveloppeNotifiee(Fact):
    """Credits of a year were notified to a territory."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "enveloppe"
    fact: ClassVar[str] = "notifiee"

    enveloppe_id: Annotated[UUID, ID]
    parent_id: Annotated[UUID | None, ID] = Field(
        None, description="The envelope that the credits come from."
    )
    niveau: Annotated[str, P0] = Field(description="NATIONAL, REGIONAL or DEPARTEMENTAL.")
    territoire: Annotated[str, P0] = Field(description="FR, code of a région or of a département.")
    annee: Annotated[int, P4]
    nature: Annotated[str, P0] = Field(description="AIDE_POSTE, FDI, PIC_IAE or AUTRE.")
    programme: Annotated[str, P0]
    notifie: Annotated[Quantite, P4]
    notifie_etp: Annotated[Quantite, P4]


class CreditsDeplaces(Fact):
    """Credits left an envelope, entered one, or both; alone, its parent gives or takes back."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "mouvement_credits"
    fact: ClassVar[str] = "enregistre"

    mouvement_id: Annotated[UUID, ID]
    origine_id: Annotated[UUID | None, ID] = None
    destination_id: Annotated[UUID | None, ID] = None
    montant: Annotated[Quantite, P4]
    motif: Annotated[str, P0]


class CofinancementInscrit(Fact):
    """A funder takes a part of an annexe."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "cofinancement"
    fact: ClassVar[str] = "inscrit"

    cofinancement_id: Annotated[UUID, ID]
    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    financeur: Annotated[str, P0]
    montant: Annotated[Quantite, P4]
    circuit: Annotated[str, P0] = Field(description="ASP, or DIRECT to the structure.")
    postes: Annotated[int | None, P4] = Field(
        None, description="Posts held by persons on RSA, for a département."
    )
    date_accord: Annotated[Jour, P4]
    theorique: Annotated[Quantite | None, P4] = Field(
        None, description="88 % of the RSA for the posts and the months of the annexe, when it can be told."
    )
    ecart_signale: Annotated[bool | None, P4] = Field(
        None, description="Whether the amount is too far from the theory."
    )


class GrilleModulationArretee(Fact):
    """A région set how scores make the rate of the part modulée, for a year."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "grille_modulation"
    fact: ClassVar[str] = "arretee"

    grille_id: Annotated[UUID, ID]
    region: Annotated[str, P0]
    annee: Annotated[int, P4]
    numero: Annotated[int, P0] = Field(description="The highest number of a year is in force.")
    publics: Annotated[Quantite, P0] = Field(description="Weights, ratios that make one.")
    effort: Annotated[Quantite, P0]
    resultats: Annotated[Quantite, P0]
    plafond: Annotated[Quantite, P0] = Field(description="Highest rate, a ratio of the socle.")


class ModulationDecidee(Fact):
    """The part modulée of an annexe was decided."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "modulation"
    fact: ClassVar[str] = "decidee"

    modulation_id: Annotated[UUID, ID]
    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    grille_id: Annotated[UUID | None, ID] = None
    taux: Annotated[Quantite, P4] = Field(description="Ratio of the socle due.")
    socle_du: Annotated[Quantite, P4]
    montant: Annotated[Quantite, P4]
    date_notification: Annotated[Jour, P4]


class LigneRedeployee(BaseModel):
    """ETP that an annexe loses or receives."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    annexe: Annotated[UUID, ID]
    sens: Annotated[str, P0] = Field(description="RETRAIT or ATTRIBUTION.")
    etp: Annotated[Quantite, P4]
    avenant: Annotated[UUID | None, ID] = Field(
        None, description="The annexe that replaces it, once applied."
    )


class BaremeSaisi(Fact):
    """An administrator entered an amount of a text; it is never overwritten."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "bareme"
    fact: ClassVar[str] = "saisi"

    bareme_id: Annotated[UUID, ID]
    grandeur: Annotated[str, P0] = Field(description="AIDE_POSTE or RSA.")
    cas: Annotated[str, P0] = Field(description="general, mayotte, penitentiaire…; empty for the RSA.")
    type_structure: Annotated[str, P0] = Field(description="Empty for the RSA.")
    a_compter_du: Annotated[Jour, P0]
    montant: Annotated[Quantite, P0] = Field(description="Euros.")
    texte: Annotated[str, P0] = Field(description="Reference of the text.")


class ArbitrageRendu(Fact):
    """The conférence des financeurs settled what a funder gives a structure for a year."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "arbitrage"
    fact: ClassVar[str] = "rendu"

    arbitrage_id: Annotated[UUID, ID]
    departement: Annotated[str, P0]
    annee: Annotated[int, P4]
    structure_id: Annotated[UUID, ID]
    financeur: Annotated[str, P0]
    numero: Annotated[int, P0] = Field(
        description="The highest number is in force; the others are its trace."
    )
    demande: Annotated[Quantite | None, P4] = Field(None, description="Asked by the structure, euros.")
    montant: Annotated[Quantite, P4] = Field(description="Settled, euros.")
    le: Annotated[Jour, P4]


class RedeploiementEnregistre(Fact):
    """A redéploiement was proposed, decided or applied: its whole state."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "redeploiement"
    fact: ClassVar[str] = "enregistre"

    redeploiement_id: Annotated[UUID, ID]
    region: Annotated[str, P0]
    etat: Annotated[str, P0] = Field(description="PROPOSE, ACCEPTE, REFUSE or APPLIQUE.")
    lignes: Annotated[list[LigneRedeployee], P4]


class ActionFdiDecidee(Fact):
    """An action of the FDI was decided."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "action_fdi"
    fact: ClassVar[str] = "decidee"

    action_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    nature_action: Annotated[str, P0]
    date_decision: Annotated[Jour, P4]
    montant: Annotated[Quantite, P4]
    montant_avance: Annotated[Quantite, P4]


class HeuresClauseImputees(Fact):
    """Hours of a contract of insertion count for a contract with a clause."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "heures_clause"
    fact: ClassVar[str] = "imputees"

    imputation_id: Annotated[UUID, ID]
    marche_id: Annotated[UUID, ID]
    contrat_id: Annotated[UUID, ID]
    mois: Annotated[Mois, P4]
    heures: Annotated[Quantite, P4]


class MarcheEnregistre(Fact):
    """A contract with a social clause, with its planned and done hours."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "marche"
    fact: ClassVar[str] = "enregistre"

    marche_id: Annotated[UUID, ID]
    departement: Annotated[str, P0]
    date_notification: Annotated[Jour, P0]
    modalite: Annotated[str, P0] = Field(
        description="MISE_A_DISPOSITION, EMBAUCHE_DIRECTE or SOUS_TRAITANCE."
    )
    structure_id: Annotated[UUID | None, ID] = Field(None, description="Null for a company outside the IAE.")
    annee: Annotated[int, P4] = Field(description="Year the done hours belong to.")
    heures_prevues: Annotated[Quantite, P4]
    heures_realisees: Annotated[Quantite, P4]
    date_fin: Annotated[Jour | None, P0] = Field(
        None, description="Last day of the contract, included; without it the year itself is the deadline."
    )


FACTS: tuple[type[Fact], ...] = (
    AnnexeFinanciereEnregistree,
    VersementEnregistre,
    VersementContrepasse,
    EnveloppeNotifiee,
    CreditsDeplaces,
    CofinancementInscrit,
    GrilleModulationArretee,
    ModulationDecidee,
    BaremeSaisi,
    ArbitrageRendu,
    RedeploiementEnregistre,
    ActionFdiDecidee,
    HeuresClauseImputees,
    MarcheEnregistre,
)

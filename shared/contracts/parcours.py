"""Facts published by ``services/parcours``.

A person is a random identifier. Criteria, sex, age, residence, reasons of a refusal or of an exit and the
prescriber never come with it.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Mois, Quantite


class PersonneEnregistree(Fact):
    """A person entered the vault."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "personne"
    fact: ClassVar[str] = "enregistree"

    personne_id: Annotated[UUID, ID]


class PersonneRectifiee(Fact):
    """What the vault holds of a person was corrected."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "personne"
    fact: ClassVar[str] = "rectifiee"

    personne_id: Annotated[UUID, ID]


class PersonneEffacee(Fact):
    """The key of a person was destroyed: nothing says any more who they were; whoever knows them forgets."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "personne"
    fact: ClassVar[str] = "effacee"

    personne_id: Annotated[UUID, ID]


class PersonnesFusionnees(Fact):
    """Two persons were one: what was said of the first is said of the other; of itself again, if that was a mistake."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "personne"
    fact: ClassVar[str] = "fusionnees"

    personne_id: Annotated[UUID, ID] = Field(description="The person absorbed.")
    conservee_id: Annotated[UUID, ID] = Field(
        description="The person kept, never one absorbed before; the first itself once their merge is undone."
    )


class EtapeEnregistree(Fact):
    """A structure noted an obstacle, an action, an immersion or a training; which one stays in the vault."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "etape"
    fact: ClassVar[str] = "enregistree"

    etape_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    nature: Annotated[str, P0] = Field(description="FREIN, ACTION, PMSMP or FORMATION.")
    date_debut: Annotated[Jour, P4]
    date_fin: Annotated[Jour | None, P4] = Field(description="Last day, included; null while it lasts.")


class SuiviConstate(Fact):
    """The situation of a person some months after an exit."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "suivi"
    fact: ClassVar[str] = "constate"

    suivi_id: Annotated[UUID, ID]
    contrat_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    echeance: Annotated[int, P0] = Field(description="Months after the exit: 3 or 6.")
    situation: Annotated[str, P0] = Field(description="EMPLOI, FORMATION, SANS_EMPLOI, AUTRE or INCONNUE.")
    constate_le: Annotated[Jour, P4]


class AgrementDelivre(Fact):
    """An agrément of Pôle emploi (before September 2021) opened a pathway."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "agrement"
    fact: ClassVar[str] = "delivre"

    agrement_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    date_debut: Annotated[Jour, P4]
    date_fin: Annotated[Jour, P4] = Field(description="Last day, included.")


class CandidatureFact(Fact):
    """What every fact of a candidature carries: its whole state."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "candidature"

    candidature_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    origine: Annotated[str, P0] = Field(description="PRESCRIPTEUR, ORIENTEUR, EMPLOYEUR or CANDIDAT.")
    envoyee_le: Annotated[Jour, P4]
    etat: Annotated[str, P0] = Field(description="State code: new, processing, accepted, refused…")


class CandidatureEnvoyee(CandidatureFact):
    """A candidature was sent to a structure."""

    fact: ClassVar[str] = "envoyee"


class CandidatureDecidee(CandidatureFact):
    """A candidature was accepted, refused, cancelled or became obsolete."""

    fact: ClassVar[str] = "decidee"

    decidee_le: Annotated[Jour, P4]
    contrat_id: Annotated[UUID | None, ID] = None


class CandidatureChangee(CandidatureFact):
    """A candidature moved to a state that still waits, was sent on to another structure, or was put away."""

    fact: ClassVar[str] = "changee"

    changee_le: Annotated[Jour, P4]
    archivee: Annotated[bool, P0] = Field(description="Whether it was put away for lack of change.")


class DiagnosticEtabli(Fact):
    """A diagnosis of eligibility was made, or another ended it; its criteria stay in the vault."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "diagnostic"
    fact: ClassVar[str] = "etabli"

    diagnostic_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    auteur: Annotated[str, P0] = Field(description="prescripteur_habilite or employeur.")
    structure_id: Annotated[UUID | None, ID] = Field(description="The employer who made it, when one did.")
    date_diagnostic: Annotated[Jour, P4]
    expire_le: Annotated[Jour, P4] = Field(description="First day without validity.")


class Jours(BaseModel):
    """Days of a suspension, both included."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    debut: Annotated[Jour, P4]
    fin: Annotated[Jour, P4]


class PassIaeFact(Fact):
    """What every fact of a PASS IAE carries: its whole state, never a reason."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "pass_iae"

    pass_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID | None, ID] = Field(
        description="The structure of the hire it was delivered for."
    )
    date_debut: Annotated[Jour, P4]
    date_fin: Annotated[Jour, P4] = Field(
        description="Last day, included, suspensions and prolongations counted in it."
    )
    suspensions: Annotated[list[Jours], P4]


class PassIaeDelivre(PassIaeFact):
    """A PASS IAE was delivered."""

    fact: ClassVar[str] = "delivre"


class PassIaeModifie(PassIaeFact):
    """The days of a PASS IAE changed."""

    fact: ClassVar[str] = "modifie"

    cause: Annotated[str, P0] = Field(
        description="EMBAUCHE, SUSPENSION, REPRISE, PROLONGATION, REPORT or CLOTURE."
    )


class PassIaeAnnule(PassIaeFact):
    """A PASS IAE was cancelled with the only hire it was for."""

    fact: ClassVar[str] = "annule"


class ContratFact(Fact):
    """What every fact of a contract carries."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "contrat"

    contrat_id: Annotated[UUID, ID]
    personne_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    type_contrat: Annotated[str, P0]
    date_debut: Annotated[Jour, P4]
    date_fin_prevue: Annotated[Jour, P4] = Field(description="Last day planned, included.")
    heures_hebdo: Annotated[Quantite, P4] = Field(description="Weekly hours.")
    code_rome: Annotated[str | None, P0] = None


class ContratSigne(ContratFact):
    """A contract of insertion was signed."""

    fact: ClassVar[str] = "signe"


class ContratTermine(ContratFact):
    """The person left; published again when later hours change whether the exit counts."""

    fact: ClassVar[str] = "termine"

    date_sortie: Annotated[Jour, P4]
    categorie: Annotated[str, P0] = Field(description="DURABLE, TRANSITION, POSITIVE, AUTRE or RETRAIT.")
    dynamique: Annotated[bool, P0]
    comptee: Annotated[bool, P0] = Field(description="Whether the exit enters the denominator.")
    raison: Annotated[str, P0] = Field(description="Code of why it counts or not.")


class LigneDeclaree(BaseModel):
    """Hours of one contract in a monthly declaration."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    contrat: Annotated[UUID, ID]
    personne: Annotated[UUID, ID]
    annexe: Annotated[str, P0] = Field(description="Number of the annexe financière.")
    heures: Annotated[Quantite, P4] = Field(description="Hours declared.")
    heures_eligibles: Annotated[Quantite, P4] = Field(
        description="Hours under a valid PASS IAE or agrément, not suspended."
    )


class DeclarationRecue(Fact):
    """The declaration of a structure for a month, whole; a correction is the next version."""

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "declaration"
    fact: ClassVar[str] = "recue"

    declaration_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    mois: Annotated[Mois, P4]
    lignes: Annotated[list[LigneDeclaree], P4] = Field(max_length=1500)


class PublicsArretes(Fact):
    """How many distinct persons of each public a territory employed in a year, how many orientations it refused by reason.

    Told of a région or a département, of all types of structure or of one, never of a structure: the declarations of
    a structure name its persons, and its counts beside them would tell what each of them is. Distinct persons never
    add up: each level is counted. It is the whole state; who shows it hides small counts.
    """

    service: ClassVar[str] = "parcours"
    aggregate: ClassVar[str] = "publics"
    fact: ClassVar[str] = "arretes"

    publics_id: Annotated[UUID, ID]
    annee: Annotated[int, P0] = Field(
        description="Civil year of the hours, and of the sending of what is refused."
    )
    region: Annotated[str, P0]
    departement: Annotated[str | None, P0] = Field(description="Null for the whole région.")
    type_structure: Annotated[str | None, P0] = Field(description="Null for all types.")
    effectif: Annotated[int, P4] = Field(description="Distinct persons with at least one hour declared.")
    publics: Annotated[dict[str, int], P4] = Field(
        description="Distinct persons among them, by public; a public that is not there has nobody."
    )
    refus: Annotated[dict[str, int], P4] = Field(
        description="Orientations sent by a third party and refused, by reason; a reason that is not there has none."
    )


FACTS: tuple[type[Fact], ...] = (
    PersonneEnregistree,
    PersonneRectifiee,
    PersonneEffacee,
    PersonnesFusionnees,
    EtapeEnregistree,
    SuiviConstate,
    AgrementDelivre,
    CandidatureEnvoyee,
    CandidatureDecidee,
    CandidatureChangee,
    DiagnosticEtabli,
    PassIaeDelivre,
    PassIaeModifie,
    PassIaeAnnule,
    ContratSigne,
    ContratTermine,
    DeclarationRecue,
    PublicsArretes,
)

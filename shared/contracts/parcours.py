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


FACTS: tuple[type[Fact], ...] = (
    PersonneEnregistree,
    AgrementDelivre,
    CandidatureEnvoyee,
    CandidatureDecidee,
    ContratSigne,
    ContratTermine,
    DeclarationRecue,
)

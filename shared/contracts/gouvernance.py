"""Facts published by ``services/structures`` about the instances of governance: organisations, never persons."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Quantite


class Membre(BaseModel):
    """An organisation that sits in an instance."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    organisation: Annotated[str, P0] = Field(description="Code, unique in the instance.")
    libelle: Annotated[str, P0]
    college: Annotated[str, P0]
    voix: Annotated[bool, P0] = Field(description="Whether it votes.")


class InstanceEnregistree(Fact):
    """A CDIAE, a CTA, a CAR IAE or a conférence des financeurs, as it is composed from now on."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "instance"
    fact: ClassVar[str] = "enregistree"

    instance_id: Annotated[UUID, ID]
    nature: Annotated[str, P0]
    maille: Annotated[str, P0] = Field(description="DEPARTEMENT or REGION.")
    territoire: Annotated[str, P0] = Field(description="INSEE code.")
    secteur: Annotated[str, P0] = Field(description="Part of the département of a CTA; else empty.")
    departements: Annotated[list[str], P0]
    libelle: Annotated[str, P0]
    membres: Annotated[list[Membre], P0]
    quorum: Annotated[int, P0] = Field(description="Votes that must be there.")
    delai_convocation_jours: Annotated[int, P0]
    source_regles: Annotated[str, P0] = Field(description="Where quorum and delay come from.")


class SeanceFact(Fact):
    """What every fact of a séance carries: its whole state, situations counted only."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "seance"

    seance_id: Annotated[UUID, ID]
    instance_id: Annotated[UUID, ID]
    date_seance: Annotated[Jour, P0]
    convoquee_le: Annotated[Jour, P0]
    etat: Annotated[str, P0] = Field(description="CONVOQUEE, OUVERTE, CLOSE or ANNULEE.")
    questions: Annotated[list[str], P0] = Field(description="Agenda, besides the files.")
    nombre_situations: Annotated[int, P4] = Field(description="Situations that a CTA looks at.")
    presents: Annotated[list[str] | None, P0] = Field(None, description="Organisations, by code.")
    voix_presentes: Annotated[int | None, P0] = None
    quorum: Annotated[int | None, P0] = Field(None, description="Votes that had to be there on the day.")
    quorum_atteint: Annotated[bool | None, P0] = None
    conclusions: Annotated[list[str], P0]
    motif_annulation: Annotated[str | None, P0] = None


class SeanceConvoquee(SeanceFact):
    """An instance was called to sit on a day, with an agenda."""

    fact: ClassVar[str] = "convoquee"


class SeanceOuverte(SeanceFact):
    """A séance started: who is there is known, hence whether it may give opinions."""

    fact: ClassVar[str] = "ouverte"


class SeanceClose(SeanceFact):
    """A séance ended with its conclusions."""

    fact: ClassVar[str] = "close"


class SeanceAnnulee(SeanceFact):
    """A séance will not be held."""

    fact: ClassVar[str] = "annulee"


class DossierInscrit(Fact):
    """The file of a structure was put on the agenda of a séance."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "dossier"
    fact: ClassVar[str] = "inscrit"

    dossier_id: Annotated[UUID, ID]
    seance_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    suite_de: Annotated[UUID | None, ID] = Field(None, description="File that this one takes up.")
    departement: Annotated[str, P0]
    date_seance: Annotated[Jour, P0]
    objet: Annotated[str, P0] = Field(
        description="CREATION, RENOUVELLEMENT, EXTENSION, CONVENTION, ANNEXE or FDI."
    )
    etp_demandes: Annotated[Quantite, P4] = Field(description="ETP, yearly average.")
    montant_demande: Annotated[Quantite | None, P4] = Field(None, description="Euros, FDI only.")


FACTS: tuple[type[Fact], ...] = (
    InstanceEnregistree,
    SeanceConvoquee,
    SeanceOuverte,
    SeanceClose,
    SeanceAnnulee,
    DossierInscrit,
)

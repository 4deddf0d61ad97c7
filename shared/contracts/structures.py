"""Facts published by ``services/structures``."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Quantite


class StructureEnregistree(Fact):
    """A SIAE entered the registry; carries its whole public identity."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "structure"
    fact: ClassVar[str] = "enregistree"

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


class ConventionSignee(Fact):
    """A convention between the State and a structure was signed."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "convention"
    fact: ClassVar[str] = "signee"

    convention_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    numero: Annotated[str, P0]
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")


class DossierExamine(Fact):
    """A CDIAE gave its opinion on the file of a structure."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "dossier"
    fact: ClassVar[str] = "examine"

    dossier_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    departement: Annotated[str, P0]
    date_seance: Annotated[Jour, P0]
    objet: Annotated[str, P0] = Field(description="CREATION, RENOUVELLEMENT or EXTENSION.")
    etp_demandes: Annotated[Quantite, P4] = Field(description="ETP, yearly average.")
    etp_accordes: Annotated[Quantite, P4] = Field(description="ETP, yearly average.")
    avis: Annotated[str, P0]


FACTS: tuple[type[Fact], ...] = (StructureEnregistree, ConventionSignee, DossierExamine)

"""Facts published by ``services/structures`` about plans, innovations and the shared watch."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Quantite


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Action(_Part):
    """What an axis of a plan will do."""

    code: Annotated[str, P0]
    titre: Annotated[str, P0]
    pilote: Annotated[str | None, P0] = Field(None, description="Organisation, by code.")
    echeance: Annotated[Jour | None, P0] = None
    etat: Annotated[str, P0] = Field(description="PREVUE, EN_COURS, FAITE or ABANDONNEE.")


class Indicateur(_Part):
    """A target; the value is read from the views of the gateway, never kept in a plan."""

    indicateur: Annotated[str, P0] = Field(description="Code in the catalogue.")
    annee: Annotated[int, P0]
    departement: Annotated[str | None, P0] = Field(None, description="Null: the territory of the plan.")
    cible: Annotated[Quantite, P4] = Field(description="In the unit of the indicator; a rate is a ratio.")
    sens: Annotated[str, P0] = Field(description="AU_MOINS or AU_PLUS.")


class Axe(_Part):
    """One axis of a plan."""

    code: Annotated[str, P0]
    titre: Annotated[str, P0]
    actions: Annotated[list[Action], P0]
    indicateurs: Annotated[list[Indicateur], P0]


class PlanArrete(Fact):
    """A plan, as it stands from now on."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "plan"
    fact: ClassVar[str] = "arrete"

    plan_id: Annotated[UUID, ID]
    maille: Annotated[str, P0] = Field(description="DEPARTEMENT or REGION.")
    territoire: Annotated[str, P0]
    titre: Annotated[str, P0]
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")
    source: Annotated[str | None, P0] = None
    axes: Annotated[list[Axe], P0]


class ProjetFact(Fact):
    """What every fact of an innovation carries: its whole state."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "projet"

    projet_id: Annotated[UUID, ID]
    maille: Annotated[str, P0]
    territoire: Annotated[str, P0]
    titre: Annotated[str, P0]
    besoin: Annotated[str, P0]
    stade: Annotated[str, P0]
    ptce: Annotated[bool, P0] = Field(description="Pôle territorial de coopération économique.")
    partenaires: Annotated[list[str], P0] = Field(description="Organisations, by code.")


class ProjetPropose(ProjetFact):
    """An innovation was proposed."""

    fact: ClassVar[str] = "propose"


class StadeFranchi(ProjetFact):
    """An innovation reached another stage."""

    fact: ClassVar[str] = "stade_franchi"


class VoteExprime(Fact):
    """An organisation supports an innovation: once each."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "vote"
    fact: ClassVar[str] = "exprime"

    vote_id: Annotated[UUID, ID]
    projet_id: Annotated[UUID, ID]
    organisation: Annotated[str, P0]


class VeillePartagee(Fact):
    """A reading was shared."""

    service: ClassVar[str] = "structures"
    aggregate: ClassVar[str] = "veille"
    fact: ClassVar[str] = "partagee"

    veille_id: Annotated[UUID, ID]
    maille: Annotated[str, P0]
    territoire: Annotated[str, P0]
    titre: Annotated[str, P0]
    lien: Annotated[str, P0]
    etiquettes: Annotated[list[str], P0]


FACTS: tuple[type[Fact], ...] = (PlanArrete, ProjetPropose, StadeFranchi, VoteExprime, VeillePartagee)

"""What the page of a team shows: its agents, its invitations, what it lends and what is lent to it."""

from dataclasses import dataclass
from datetime import date

from services.gateway.pages.saisie import Faute


@dataclass(frozen=True, slots=True)
class AgentRow:
    """Someone who signs in for the organisation; ``cle`` names the agent in the forms, ``moi`` is who reads."""

    cle: str
    nom: str
    administrateur: bool
    depuis: date
    moi: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A place that waits for someone."""

    id: str
    nom: str
    administrateur: bool
    expire_le: date


@dataclass(frozen=True, slots=True)
class StructurePretee:
    """A structure of the organisation, by name; ``cle`` names it in the form."""

    cle: str
    nom: str


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A structure lent; ``autre`` is the other organisation, ``retiree_le`` is None as long as it runs."""

    id: str
    structure: str
    autre: str
    depuis: date
    retiree_le: date | None


@dataclass(frozen=True, slots=True)
class EquipePage:
    """The team of an organisation; ``code`` is the one of an invitation just made, shown once."""

    organisme: str
    agents: tuple[AgentRow, ...]
    invitations: tuple[InvitationRow, ...]
    structures: tuple[StructurePretee, ...]
    accordees: tuple[DelegationRow, ...]
    recues: tuple[DelegationRow, ...]
    fournisseur: bool
    code: str | None = None
    nom: str = ""
    delegataire: str = ""
    fautes: tuple[Faute, ...] = ()


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """The form where someone invited brings a code."""

    jeton: str
    fournisseur: bool
    fautes: tuple[Faute, ...] = ()

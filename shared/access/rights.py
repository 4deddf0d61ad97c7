"""Who may do what, on whom: the one module that decides.

Pure: no database, no clock, no framework. A right needs two things: the scope of the action, and, for what is
not public, a relation between the caller and the target. Everything else is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from shared.access.callers import Caller
from shared.access.errors import PorteeInsuffisante
from shared.access.scopes import Scope
from shared.errors import Introuvable

UNKNOWN = "Cet objet n'existe pas, ou il est hors de votre périmètre."
"""The one sentence for an unknown object and for one outside the perimeter: two would tell which exist."""


class Action(StrEnum):
    """What a caller asks to do."""

    LIRE_REGISTRE = "lire_registre"
    ECRIRE_REGISTRE = "ecrire_registre"
    CONVENTIONNER = "conventionner"
    HABILITER = "habiliter"
    LIRE_GOUVERNANCE = "lire_gouvernance"
    LIRE_PARCOURS = "lire_parcours"
    ECRIRE_PARCOURS = "ecrire_parcours"
    LIRE_IDENTITE = "lire_identite"
    CHERCHER_NIR = "chercher_nir"
    LIRE_FINANCEMENT = "lire_financement"
    ECRIRE_FINANCEMENT = "ecrire_financement"
    IMPUTER_HEURES = "imputer_heures"
    REPONDRE_SIGNALEMENT = "repondre_signalement"
    LIRE_FLUX = "lire_flux"
    GERER_WEBHOOKS = "gerer_webhooks"
    REPRENDRE = "reprendre"
    LIRE_JOURNAL = "lire_journal"
    EXPLOITER = "exploiter"


class Decision(StrEnum):
    """Yes, or the reason why not. Only ``ACCORDE`` is true."""

    ACCORDE = "accorde"
    PORTEE_ABSENTE = "portee_absente"
    HORS_PERIMETRE = "hors_perimetre"

    @property
    def allowed(self) -> bool:
        """Whether the answer is yes."""
        return self is Decision.ACCORDE

    def __bool__(self) -> bool:
        # Any non-empty text is true: without this, `if may(...)` would let everyone in.
        return self.allowed


@dataclass(frozen=True, slots=True)
class Rule:
    """What an action demands: a scope and, when ``bounded``, a target inside the caller's perimeter.

    ``public_act`` is for what the State or a funder does to a structure: only the département of the target relates
    it to a caller, so that no structure signs, pays or authorises for itself.
    """

    scope: Scope
    bounded: bool = True
    public_act: bool = False


RULES = MappingProxyType(
    {
        Action.LIRE_REGISTRE: Rule(Scope.STRUCTURES_LECTURE, bounded=False),  # the registry is public data
        Action.ECRIRE_REGISTRE: Rule(Scope.STRUCTURES_ECRITURE),
        Action.CONVENTIONNER: Rule(Scope.STRUCTURES_ECRITURE, public_act=True),
        Action.HABILITER: Rule(Scope.STRUCTURES_ECRITURE, public_act=True),
        Action.LIRE_GOUVERNANCE: Rule(Scope.STRUCTURES_LECTURE),  # agendas and opinions: their members
        Action.LIRE_PARCOURS: Rule(Scope.PARCOURS_LECTURE),
        Action.ECRIRE_PARCOURS: Rule(Scope.PARCOURS_ECRITURE),
        Action.LIRE_IDENTITE: Rule(Scope.IDENTITE_LECTURE),
        Action.CHERCHER_NIR: Rule(Scope.NIR_RECHERCHE),
        Action.LIRE_FINANCEMENT: Rule(Scope.FINANCEMENT_LECTURE),
        Action.ECRIRE_FINANCEMENT: Rule(Scope.FINANCEMENT_ECRITURE, public_act=True),
        # Hours that a structure declared, counted for its own contract with a clause: its act too.
        Action.IMPUTER_HEURES: Rule(Scope.FINANCEMENT_ECRITURE),
        Action.REPONDRE_SIGNALEMENT: Rule(Scope.STRUCTURES_ECRITURE, public_act=True),
        Action.LIRE_FLUX: Rule(Scope.FLUX_LECTURE),
        Action.GERER_WEBHOOKS: Rule(Scope.WEBHOOKS_GESTION, bounded=False),  # each client has only its own
        Action.REPRENDRE: Rule(Scope.REPRISE),
        Action.LIRE_JOURNAL: Rule(
            Scope.JOURNAL_LECTURE, bounded=False
        ),  # services rebuild everything from it
        Action.EXPLOITER: Rule(Scope.EXPLOITATION, bounded=False),
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on, by what can relate it to a caller; nothing known relates it to nobody.

    Attributes
    ----------
    structure_id
        The structure that receives, employs, or is funded.
    departement
        INSEE code of that structure's département.
    organisation
        Code of the organisation that sent the person.
    """

    structure_id: UUID | None = None
    departement: str | None = None
    organisation: str | None = None


def related(caller: Caller, target: Target) -> bool:
    """Tell whether the caller's perimeter holds the structure, its département, or the organisation that sent."""
    perimetre = caller.perimetre
    return (
        target.structure_id in perimetre.structures
        or target.departement in perimetre.departements
        or target.organisation in perimetre.organisations
    )


def may_begin(caller: Caller, action: Action) -> Decision:
    """Decide by the scope alone, before the target is known: lists, then bounded by the perimeter, and routes."""
    return Decision.ACCORDE if RULES[action].scope in caller.scopes else Decision.PORTEE_ABSENTE


def may(caller: Caller, action: Action, target: Target) -> Decision:
    """Decide whether the caller may do this to this target.

    Returns
    -------
    Decision
        True when allowed; else the reason, the missing scope first: a caller without the scope learns
        nothing about the target.
    """
    decision, rule = may_begin(caller, action), RULES[action]
    if rule.public_act:
        target = Target(departement=target.departement)
    if decision and rule.bounded and not related(caller, target):
        return Decision.HORS_PERIMETRE
    return decision


def ensure(caller: Caller, action: Action, target: Target) -> None:
    """Return if the caller may do this to this target.

    Raises
    ------
    PorteeInsuffisante
        The scope is missing: 403.
    Introuvable
        The target is outside the perimeter: 404, as if it did not exist.
    """
    match may(caller, action, target):
        case Decision.PORTEE_ABSENTE:
            raise PorteeInsuffisante(RULES[action].scope)
        case Decision.HORS_PERIMETRE:
            raise Introuvable(UNKNOWN)
        case Decision.ACCORDE:
            return

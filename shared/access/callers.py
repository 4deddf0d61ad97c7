"""The one who calls: a client, the subject it speaks for, what it may do and on whom."""

from dataclasses import dataclass
from uuid import UUID

from shared.access.scopes import Scope


@dataclass(frozen=True, slots=True)
class Perimetre:
    """Whom a caller may see and act on: the union of its structures, départements and organisations.

    Attributes
    ----------
    structures
        Identifiers of structures.
    departements
        INSEE codes (``59``, ``2A``, ``971``).
    organisations
        Codes of the organisations that send people (prescripteurs), ``FT-59-01``.
    """

    structures: frozenset[UUID] = frozenset()
    departements: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, list[str]]:
        """Return the claim ``perimetre``: sorted lists, so that equal perimeters are written alike."""
        return {
            "structures": sorted(map(str, self.structures)),
            "departements": sorted(self.departements),
            "organisations": sorted(self.organisations),
        }


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller, as its token describes it.

    Attributes
    ----------
    client_id
        The software that calls.
    subject
        Who speaks: the client itself, or the agent whose browser session the gateway carries.
    scopes
        What may be done.
    perimetre
        On whom.
    acts_for
        On whose behalf the subject acts by delegation (a payroll provider for a SIAE); ``None`` for itself.
    """

    client_id: str
    subject: str
    scopes: frozenset[Scope]
    perimetre: Perimetre
    acts_for: str | None = None

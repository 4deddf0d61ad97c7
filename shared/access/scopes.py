"""Scopes say what a token may do; each reaches the services that hold what it opens."""

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType


class Audience(StrEnum):
    """A service, as named in the ``aud`` claim of a token."""

    STRUCTURES = "structures"
    PARCOURS = "parcours"
    FUNDING = "funding"
    GATEWAY = "gateway"


class Scope(StrEnum):
    """What a token may do; the perimeter says on whom."""

    STRUCTURES_LECTURE = "structures.lecture"
    STRUCTURES_ECRITURE = "structures.ecriture"
    PARCOURS_LECTURE = "parcours.lecture"
    PARCOURS_ECRITURE = "parcours.ecriture"
    FINANCEMENT_LECTURE = "financement.lecture"
    FINANCEMENT_ECRITURE = "financement.ecriture"
    IDENTITE_LECTURE = "identite.lecture"
    NIR_RECHERCHE = "nir.recherche"
    FLUX_LECTURE = "flux.lecture"
    WEBHOOKS_GESTION = "webhooks.gestion"
    REPRISE = "reprise"
    """First load of a region: lines may say since when they are known."""
    JOURNAL_LECTURE = "journal.lecture"
    """The journal verbatim: service clients only."""
    EXPLOITATION = "exploitation"
    """Commands of the people who run the platform."""


_PUBLISHERS = frozenset({Audience.STRUCTURES, Audience.PARCOURS, Audience.FUNDING})

REACH = MappingProxyType(
    {
        Scope.STRUCTURES_LECTURE: frozenset({Audience.STRUCTURES}),
        Scope.STRUCTURES_ECRITURE: frozenset({Audience.STRUCTURES}),
        Scope.PARCOURS_LECTURE: frozenset({Audience.PARCOURS}),
        Scope.PARCOURS_ECRITURE: frozenset({Audience.PARCOURS}),
        Scope.FINANCEMENT_LECTURE: frozenset({Audience.FUNDING}),
        Scope.FINANCEMENT_ECRITURE: frozenset({Audience.FUNDING}),
        Scope.IDENTITE_LECTURE: frozenset({Audience.PARCOURS}),
        Scope.NIR_RECHERCHE: frozenset({Audience.PARCOURS}),
        Scope.FLUX_LECTURE: _PUBLISHERS,
        Scope.WEBHOOKS_GESTION: frozenset({Audience.GATEWAY}),
        Scope.REPRISE: _PUBLISHERS,
        Scope.JOURNAL_LECTURE: _PUBLISHERS,
        Scope.EXPLOITATION: frozenset(Audience),
    }
)
"""Services that each scope opens, besides the gateway."""


def audiences(scopes: Iterable[Scope]) -> frozenset[Audience]:
    """Return the services that these scopes reach; the gateway, through which all pass, is always one."""
    return frozenset({Audience.GATEWAY}).union(*(REACH[scope] for scope in scopes))


def parse_scopes(text: str) -> frozenset[Scope]:
    """Read a space-separated list of scopes.

    Raises
    ------
    ValueError
        One of the names is not a scope.
    """
    return frozenset(map(Scope, text.split()))


def write_scopes(scopes: Iterable[Scope]) -> str:
    """Return the space-separated list of these scopes, in alphabetical order."""
    return " ".join(sorted(scopes))

"""What every page carries, whatever it shows: addresses, freshness of the sources, state, refusals.

Days and instants are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Lien:
    """A link as the reader sees it."""

    libelle: str
    href: str


@dataclass(frozen=True, slots=True)
class Adresse:
    """Path and query of a page; its links all derive from it, so that no filter is ever lost."""

    chemin: str
    parametres: Mapping[str, str] = field(default_factory=dict)

    def avec(self, **changements: str | int | None) -> str:
        """Return the address with some parameters changed, or removed by ``None``."""
        query = {
            name: value for name, value in {**self.parametres, **changements}.items() if value is not None
        }
        return f"{self.chemin}?{urlencode(query)}" if query else self.chemin


class Bus(StrEnum):
    """Which bus carries the facts, in the words of the screen."""

    KAFKA = "Apache Kafka"
    JOURNAL = "journaux HTTP, sans courtier"


@dataclass(frozen=True, slots=True)
class Compte:
    """Who is signed in; ``jeton`` is the token of every form of the page."""

    libelle: str
    jeton: str


@dataclass(frozen=True, slots=True)
class Site:
    """What every page carries, whatever it shows.

    ``territoires`` starts with the region; ``adresse`` is the public origin, printed at the foot of the pages;
    ``contact`` is an address to write to, if there is one; ``compte`` is only on pages for who is signed in.
    """

    nom: str
    adresse: str
    demonstration: bool
    edite_le: datetime
    territoires: tuple[Lien, ...]
    contact: str | None = None
    compte: Compte | None = None


class EtatSource(StrEnum):
    """State of a source, in the words of the screen."""

    A_JOUR = "à jour"
    EN_RETARD = "en retard"
    INJOIGNABLE = "ne répond pas"


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """How far the views have read one source; ``depuis`` is the instant from which it is late or silent."""

    nom: str
    position: int | None
    age: timedelta | None
    etat: EtatSource
    depuis: datetime | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when the figures of a page hold; ``part_declarations`` is the ratio of declarations received.

    ``identifiant`` is that of the event of the flux after which nothing has moved.
    """

    arrete_le: date
    sources: tuple[SourceFreshness, ...]
    bus: Bus
    part_declarations: Decimal | None
    identifiant: str | None = None

    @property
    def age(self) -> timedelta | None:
        """Age of the reading of the oldest source; ``None`` when one was never read."""
        ages = [source.age for source in self.sources if source.age is not None]
        return max(ages) if ages and len(ages) == len(self.sources) else None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong with a source; ``fin`` is ``None`` while it lasts."""

    source: str
    debut: datetime
    fin: datetime | None
    phrase: str


@dataclass(frozen=True, slots=True)
class StatePage:
    """State of the sources and of the bus."""

    fraicheur: Freshness
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A refusal or a failure; ``incident`` is the identifier to quote, ``suite`` the page to come back to signed in."""

    statut: int
    incident: str
    detail: str | None = None
    suite: str | None = None

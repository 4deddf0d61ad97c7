"""What the pages of sign-in and of the space of an agent show."""

from dataclasses import dataclass

from services.gateway.pages.site import Lien


@dataclass(frozen=True, slots=True)
class ConnexionPage:
    """The sign-in; ``erreur`` tells why the last try failed, ``suite`` is the page that follows."""

    suite: str
    jeton: str
    demonstration: bool
    fournisseur: bool
    erreur: str | None = None
    identifiant: str = ""


@dataclass(frozen=True, slots=True)
class EspacePage:
    """What an agent may do here; ``territoires`` are those of its perimeter, each with its pages."""

    equipe: bool
    saisie: bool
    signalements: bool
    territoires: tuple[tuple[Lien, tuple[Lien, ...]], ...]

"""What the pages of plans, innovations and the shared watch list."""

from dataclasses import dataclass
from datetime import date

from services.gateway.pages.formats import Unite
from services.gateway.pages.models import Filtre
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Colonne


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan of a territory; ``page`` leads to it when it is the one in force there."""

    titre: str
    territoire: str
    debut: date
    fin: date
    axes: int
    page: Lien | None


@dataclass(frozen=True, slots=True)
class ProjetLine:
    """An innovation: the need that it answers, its stage, who carries and who supports it."""

    titre: str
    territoire: str
    besoin: str
    stade: str
    ptce: str
    partenaires: str
    votes: int


@dataclass(frozen=True, slots=True)
class VeilleLine:
    """A shared reading; ``lien`` leaves the platform."""

    lien: Lien
    territoire: str
    partage_le: date
    etiquettes: str


@dataclass(frozen=True, slots=True)
class ListePage:
    """Plans, innovations or readings of the region and its départements; one territory when it is filtered."""

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    filtres: tuple[Filtre, ...]
    plans: tuple[PlanLine, ...] = ()
    projets: tuple[ProjetLine, ...] = ()
    veille: tuple[VeilleLine, ...] = ()


PROJETS: tuple[Colonne[ProjetLine], ...] = (
    Colonne("titre", "Projet", lambda p: p.titre),
    Colonne("territoire", "Territoire", lambda p: p.territoire),
    Colonne("besoin", "Besoin", lambda p: p.besoin),
    Colonne("stade", "Stade", lambda p: p.stade),
    Colonne("ptce", "PTCE", lambda p: p.ptce),
    Colonne("partenaires", "Partenaires", lambda p: p.partenaires),
    Colonne("votes", "Soutiens", lambda p: p.votes, Unite.NOMBRE),
)

"""What the page of a plan shows: axes, actions, targets and the values read beside them."""

from dataclasses import dataclass
from datetime import date

from services.gateway.pages.formats import date_courte
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.pages.tables import Colonne


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What an axis will do; ``pilote`` is an organisation, by code."""

    code: str
    titre: str
    pilote: str
    echeance: date | None
    etat: str


@dataclass(frozen=True, slots=True)
class CibleRow:
    """A target and the value of its indicator, both as written; ``atteinte`` is None when nothing can be said."""

    indicateur: Lien
    code: str
    territoire: str
    annee: int
    cible: str
    valeur: str
    verdict: str
    atteinte: bool | None


@dataclass(frozen=True, slots=True)
class AxeBloc:
    """One axis of a plan."""

    code: str
    titre: str
    actions: tuple[ActionRow, ...]
    cibles: tuple[CibleRow, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The latest plan of a territory."""

    titre: str
    adresse: Adresse
    fraicheur: Freshness
    intitule: str
    debut: date
    fin: date
    source: str | None
    axes: tuple[AxeBloc, ...]


ACTIONS: tuple[Colonne[ActionRow], ...] = (
    Colonne("code", "N°", lambda a: a.code),
    Colonne("titre", "Action", lambda a: a.titre),
    Colonne("pilote", "Pilote", lambda a: a.pilote),
    Colonne("echeance", "Échéance", lambda a: date_courte(a.echeance) if a.echeance else ""),
    Colonne("etat", "État", lambda a: a.etat),
)

"""What the pages about doubtful figures show."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from services.gateway.pages.models import Bloc
from services.gateway.pages.saisie import Faute
from services.gateway.pages.site import Adresse

BLOCS: dict[str, str] = {
    Bloc.CHIFFRES: "Chiffres clés", Bloc.EVOLUTION: "ETP réalisés chaque mois", Bloc.CARTE: "Par département",
    Bloc.TYPES: "Par type de structure", Bloc.ETAPES: "De l'orientation à la sortie", Bloc.STRUCTURES: "Structures",
    Bloc.CDIAE: "Calendrier du CDIAE", Bloc.ENVELOPPES: "Enveloppes", Bloc.SUIVI: "Annexes à suivre",
    Bloc.PREVISIONS: "Prévisions", Bloc.FINANCEURS: "Financeurs", Bloc.ECARTS: "Part du département",
    Bloc.CLAUSES: "Clauses sociales", Bloc.REDEPLOIEMENTS: "Redéploiements",
    "delais": "Délais", "suites": "Suites des orientations", "accompagnement": "Accompagnement",
    "sorties": "Sorties", "ecartees": "Sorties laissées de côté", "structure": "Fiche de la structure",
    "intercommunalites": "Par intercommunalité",
}  # fmt: skip
INDICATEURS: dict[str, str] = {
    Bloc.EVOLUTION: "FIN-03", Bloc.CARTE: "FIN-06", Bloc.STRUCTURES: "OFF-01", Bloc.ETAPES: "ORI-02",
    Bloc.TYPES: "FIN-03",
}  # fmt: skip
"""The first figure of a block, for those that have one."""


def libelle_de(bloc: str) -> str:
    """Return the title of a block, « la page entière » when it is none."""
    return BLOCS.get(bloc, "La page entière")


def lien_signaler(
    adresse: Adresse, bloc: str, arrete_le: date | None = None, indicateur: str | None = None
) -> str:
    """Return the address of the form that signals a figure, with its indicator, its filter and its date."""
    query = {"bloc": bloc, "page": adresse.avec(page=None, tri=None, format=None)}
    code = indicateur or INDICATEURS.get(bloc)
    if code:
        query["indicateur"] = code
    if arrete_le:
        query["arrete_le"] = arrete_le.isoformat()
    return f"/signalements/nouveau?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class SignalerPage:
    """The form: the figure in doubt, and what was typed."""

    cle: str
    jeton: str
    bloc: str
    objet: str
    indicateur: str | None
    indicateur_libelle: str | None
    page: str
    arrete_le: date | None
    message: str = ""
    fautes: tuple[Faute, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalementRow:
    """A signalement; ``message`` is only there for who may answer it."""

    href: str
    recu_le: datetime
    objet: str
    indicateur: str | None
    indicateur_libelle: str | None
    page: str
    arrete_le: date | None
    etat: str
    ouvert: bool
    reponse: str | None
    repondu_le: datetime | None
    message: str | None


@dataclass(frozen=True, slots=True)
class SignalementsPage:
    """Signalements, latest first; ``precedente`` and ``suite`` are addresses."""

    indicateur: str | None
    indicateur_libelle: str | None
    rows: tuple[SignalementRow, ...]
    precedente: str | None
    suite: str | None


@dataclass(frozen=True, slots=True)
class SignalementPage:
    """One signalement, and the form that answers it for who may."""

    row: SignalementRow
    peut_repondre: bool
    nouveau: bool
    etat: str = ""
    reponse: str = ""
    fautes: tuple[Faute, ...] = ()

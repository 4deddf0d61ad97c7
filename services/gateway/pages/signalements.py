"""What the pages about doubtful figures show."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from services.gateway.pages.formats import date_longue
from services.gateway.pages.models import Bloc
from services.gateway.pages.saisie import Faute
from services.gateway.pages.site import Adresse
from shared.reference.territories import departements, regions

BLOCS: dict[str, str] = {
    Bloc.CHIFFRES: "Chiffres clés", Bloc.EVOLUTION: "ETP réalisés chaque mois", Bloc.CARTE: "Par département",
    Bloc.TYPES: "Par type de structure", Bloc.ETAPES: "De l'orientation à la sortie", Bloc.STRUCTURES: "Structures",
    Bloc.CDIAE: "Calendrier du CDIAE", Bloc.ENVELOPPES: "Enveloppes", Bloc.SUIVI: "Annexes à suivre",
    Bloc.PREVISIONS: "Prévisions", Bloc.FINANCEURS: "Financeurs", Bloc.ARBITRAGES: "Arbitrages",
    Bloc.ECARTS: "Part du département",
    Bloc.CLAUSES: "Clauses sociales", Bloc.REDEPLOIEMENTS: "Redéploiements",
    "delais": "Délais", "suites": "Suites des orientations", "refus": "Refus par motif",
    "publics": "Publics", "accompagnement": "Accompagnement",
    "sorties": "Sorties", "ecartees": "Sorties laissées de côté", "tranches": "Réponses par délai", "structure": "Fiche de la structure",
    "intercommunalites": "Par intercommunalité", "etp": "ETP réalisés chaque mois", "objectifs": "Objectifs et résultats",
    "decisions": "Décisions du CDIAE", "conventions": "Conventions avec l'État", "postes": "Fiches de poste",
    "dossiers": "Dossiers et avis du CDIAE", "membres": "Membres du CDIAE", "cibles": "Cibles du plan",
}  # fmt: skip
INDICATEURS: dict[str, str] = {
    Bloc.EVOLUTION: "FIN-03", Bloc.CARTE: "FIN-06", Bloc.STRUCTURES: "OFF-01", Bloc.ETAPES: "ORI-02",
    Bloc.TYPES: "FIN-03", "etp": "FIN-04", "objectifs": "FIN-06", "sorties": "SOR-01", "dossiers": "FIN-02",
}  # fmt: skip
"""The first figure of a block, for those that have one."""


def libelle_de(bloc: str) -> str:
    """Return the title of a block, « la page entière » when it is none."""
    return BLOCS.get(bloc, "La page entière")


PAGES: dict[str, str] = {
    "": "Accueil", "structures": "Structures", "parcours": "Parcours", "diagnostic": "Diagnostic de l'offre",
    "financements": "Financements", "plans": "Plans d'action", "projets": "Projets innovants",
    "veille": "Veille partagée", "indicateurs": "Indicateurs", "donnees": "Données ouvertes", "plan": "plan d'action",
    "dialogue": "dialogue de gestion",
}  # fmt: skip


def libelle_page(adresse: str) -> str:
    """Return in words the page of an address and its filter: « Nord, 2017, ACI »."""
    parts = urlsplit(adresse)
    match parts.path.strip("/").split("/"):
        case ["regions", code, *rest] if code in regions():
            words = [regions()[code].nom, *rest]
        case ["departements", code, *rest] if code in departements():
            words = [departements()[code].nom, *rest]
        case ["cdiae", code, day] if code in departements():
            words = [f"CDIAE, {departements()[code].nom}", date_longue(date.fromisoformat(day))]
        case ["structures", _, *rest]:
            words = ["Fiche d'une structure", *rest]
        case ["indicateurs", code]:
            words = [f"Indicateur {code}"]
        case [name]:
            words = [name]
        case _:
            words = ["Une page"]
    return ", ".join([*(PAGES.get(word, word) for word in words), *dict(parse_qsl(parts.query)).values()])


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

"""The pages as text: one function per page, pure, from a dataclass to a whole HTML document."""

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.gateway.pages import (
    bilans,
    charts,
    comparaisons,
    diagnostic,
    dossiers,
    financements,
    formats,
    maps,
    parcours,
    plans,
    projets,
    registre,
    tables,
)
from services.gateway.pages.diagnostic import DiagnosticPage
from services.gateway.pages.donnees import DonneesPage
from services.gateway.pages.dossiers import DialoguePage, ImpressionPage
from services.gateway.pages.financements import FinancementsPage, SimulationPage
from services.gateway.pages.indicateurs import CataloguePage, IndicateurPage
from services.gateway.pages.models import Bloc, HomePage, TerritoryPage
from services.gateway.pages.parcours import ParcoursPage
from services.gateway.pages.plans import PlanPage
from services.gateway.pages.projets import ListePage
from services.gateway.pages.registre import RegistrePage, SeancePage, StructurePage
from services.gateway.pages.signalements import libelle_page, lien_signaler
from services.gateway.pages.site import Adresse, ErrorPage, EtatSource, Lien, Site, StatePage

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""Folder of the static files, served under ``/static`` with a long cache: their addresses carry a version."""

ERREURS = {
    401: (
        "Accès réservé aux membres",
        "Connectez-vous pour ouvrir cette page ; ce que vous y verrez dépend de vos droits.",
    ),
    403: ("Accès refusé", "Vos droits ne permettent pas d'ouvrir cette page."),
    404: ("Page introuvable", "Aucune page n'existe à cette adresse, ou elle est hors de votre périmètre."),
    429: (
        "Trop de demandes",
        "Vous avez envoyé trop de demandes en peu de temps. Réessayez dans une minute.",
    ),
    500: (
        "Erreur de la plateforme",
        "Une erreur est survenue de notre côté. Elle est enregistrée ; rien n'a été perdu.",
    ),
    503: (
        "Service momentanément indisponible",
        "La plateforme démarre ou une de ses sources ne répond pas. Réessayez dans une minute.",
    ),
}


def static_url(name: str) -> str:
    """Return the address of a static file, which changes when its content does."""
    return f"/static/{name}?v={_VERSIONS[name]}"


def render_home(page: HomePage, site: Site) -> str:
    """Return the home page."""
    return _render("accueil.html", Adresse("/"), site, page=page)


def render_territory(page: TerritoryPage, site: Site) -> str:
    """Return the steering page of a region or a département."""
    return _render("territoire.html", page.adresse, site, page=page)


def render_registre(page: RegistrePage, site: Site) -> str:
    """Return the list of structures."""
    return _render("structures.html", page.adresse, site, page=page)


def render_structure(page: StructurePage, site: Site) -> str:
    """Return the sheet of a structure."""
    return _render("structure.html", page.adresse, site, page=page)


def render_seance(page: SeancePage, site: Site) -> str:
    """Return the agenda or the relevé of a séance of a CDIAE."""
    return _render("seance.html", page.adresse, site, page=page)


def render_impression(page: ImpressionPage, site: Site) -> str:
    """Return the printed file of a séance, one structure a page."""
    return _render("impression.html", page.adresse, site, page=page)


def render_dialogue(page: DialoguePage, site: Site) -> str:
    """Return the dialogue de gestion of a structure."""
    return _render("dialogue.html", page.adresse, site, page=page)


def render_liste(page: ListePage, site: Site) -> str:
    """Return a list of plans, of innovations or of shared readings."""
    return _render("liste.html", page.adresse, site, page=page)


def render_plan(page: PlanPage, site: Site) -> str:
    """Return the plan of a territory, with the values of its indicators."""
    return _render("plan.html", page.adresse, site, page=page)


def render_financements(page: FinancementsPage, site: Site, connus: Collection[str]) -> str:
    """Return the money of a territory; ``connus`` are the codes of the catalogue, which have a page."""
    return _render("financements.html", page.adresse, site, page=page, connus=connus)


def render_simulation(page: SimulationPage, site: Site) -> str:
    """Return the simulator of a redistribution."""
    return _render("simulation.html", page.adresse, site, page=page)


def render_indicators(page: CataloguePage, site: Site) -> str:
    """Return the catalogue of the indicators."""
    return _render("indicateurs.html", Adresse("/indicateurs"), site, page=page)


def render_indicator(page: IndicateurPage, site: Site) -> str:
    """Return one indicator: its definition, and its values by département."""
    return _render("indicateur.html", page.adresse, site, page=page)


def render_diagnostic(page: DiagnosticPage, site: Site) -> str:
    """Return the diagnosis of the offer of a territory."""
    return _render("diagnostic.html", page.adresse, site, page=page)


def render_open_data(page: DonneesPage, site: Site) -> str:
    """Return the open data of a year."""
    return _render("donnees.html", page.adresse, site, page=page)


def render_parcours(page: ParcoursPage, site: Site) -> str:
    """Return the page of pathways, from orientation to exit."""
    return _render("parcours.html", page.adresse, site, page=page)


def render_state(page: StatePage, site: Site) -> str:
    """Return the state of the sources."""
    return _render("etat.html", Adresse("/etat"), site, page=page)


def render_accessibility(site: Site) -> str:
    """Return the accessibility statement."""
    return _render("accessibilite.html", Adresse("/accessibilite"), site)


def render_legal(site: Site) -> str:
    """Return the legal notice, with the origin and licence of the reference data."""
    return _render("mentions-legales.html", Adresse("/mentions-legales"), site)


def render_privacy(site: Site) -> str:
    """Return the page about personal data."""
    return _render("donnees-personnelles.html", Adresse("/donnees-personnelles"), site)


def render_error(page: ErrorPage, site: Site) -> str:
    """Return an error page; a status outside ``ERREURS`` reads as a 500."""
    titre, phrase = ERREURS.get(page.statut, ERREURS[500])
    return _render("erreur.html", Adresse(""), site, page=page, titre=titre, phrase=phrase)


def render(template: str, path: str, site: Site, **values: object) -> str:
    """Return a page with a form, at an address without filter, from its template and what it shows."""
    return _render(template, Adresse(path), site, **values)


def _render(template: str, adresse: Adresse, site: Site, **values: object) -> str:
    return _ENVIRONMENT.get_template(template).render(site=site, adresse=adresse, **values)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        Bloc=Bloc,
        EtatSource=EtatSource,
        Lien=Lien,
        bilans=bilans,
        charts=charts,
        comparaisons=comparaisons,
        diagnostic=diagnostic,
        dossiers=dossiers,
        f=formats,
        financements=financements,
        libelle_page=libelle_page,
        lien_signaler=lien_signaler,
        maps=maps,
        parcours=parcours,
        plans=plans,
        projets=projets,
        registre=registre,
        static_url=static_url,
        tables=tables,
    )
    return environment


_VERSIONS = {path.name: sha256(path.read_bytes()).hexdigest()[:10] for path in sorted(STATIC.iterdir())}
_ENVIRONMENT = _environment()

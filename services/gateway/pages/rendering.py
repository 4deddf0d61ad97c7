"""The pages as text: one function per page, pure, from a dataclass to a whole HTML document."""

from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.gateway.pages import charts, definitions, formats, maps, plans, registre, tables
from services.gateway.pages.models import Bloc, Definition, HomePage, TerritoryPage
from services.gateway.pages.plans import PlanPage
from services.gateway.pages.registre import RegistrePage, SeancePage, StructurePage
from services.gateway.pages.site import Adresse, ErrorPage, EtatSource, Lien, Site, StatePage

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""Folder of the static files, served under ``/static`` with a long cache: their addresses carry a version."""

ERREURS = {
    401: (
        "Accès réservé aux membres",
        "Cette page demande un jeton ; les séances sont ouvertes aux membres de l'instance.",
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


def render_plan(page: PlanPage, site: Site) -> str:
    """Return the plan of a territory, with the values of its indicators."""
    return _render("plan.html", page.adresse, site, page=page)


def render_indicators(site: Site) -> str:
    """Return the list of the indicators."""
    return _render("indicateurs.html", Adresse("/indicateurs"), site, definitions=definitions.DEFINITIONS)


def render_indicator(definition: Definition, site: Site) -> str:
    """Return the definition of one indicator."""
    return _render("indicateur.html", Adresse(f"/indicateurs/{definition.code}"), site, definition=definition)


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
        charts=charts,
        f=formats,
        maps=maps,
        plans=plans,
        registre=registre,
        static_url=static_url,
        tables=tables,
    )
    return environment


_VERSIONS = {path.name: sha256(path.read_bytes()).hexdigest()[:10] for path in sorted(STATIC.iterdir())}
_ENVIRONMENT = _environment()

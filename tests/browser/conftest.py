"""One browser and one server of sample pages for the whole run."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.gateway.pages import rendering
from services.gateway.pages.site import ErrorPage
from tests.factories.catalogue_pages import (
    make_catalogue,
    make_diagnostic_page,
    make_indicator_page,
    make_open_data_page,
    make_parcours_page,
)
from tests.factories.financements_pages import make_financements, make_simulation
from tests.factories.gateway_pages import make_home, make_pas_de_calais, make_region, make_site, make_state
from tests.factories.registre_pages import (
    SHEET,
    make_dialogue,
    make_impression,
    make_liste,
    make_plan_page,
    make_registre,
    make_seance_page,
    make_sheet,
)

pytest.register_assert_rewrite("tests.browser.checks")
from tests.browser.checks import open_browser  # noqa: E402 -- its failures are explained only when imported after

SITE = make_site()


def show(request: Request) -> HTMLResponse:
    """Serve a sample page; the filter on types, the sort and the search are those of the address."""
    asked = request.query_params
    kind, tri = asked.get("type", ""), asked.get("tri", "-etp_realises")
    pages: dict[str, Callable[[], str]] = {
        "/": lambda: rendering.render_home(make_home(), SITE),
        "/regions/32": lambda: rendering.render_territory(make_region(type_choisi=kind, tri=tri), SITE),
        "/departements/62": lambda: rendering.render_territory(
            make_pas_de_calais(type_choisi=kind, tri=tri, panne=True), SITE
        ),
        "/structures": lambda: rendering.render_registre(
            make_registre(texte=asked.get("q", ""), kind=kind), SITE
        ),
        SHEET: lambda: rendering.render_structure(make_sheet(), SITE),
        "/cdiae/59/2017-06-09": lambda: rendering.render_seance(make_seance_page(), SITE),
        "/financements": lambda: rendering.render_financements(
            make_financements(kind=kind), SITE, ("FIN-03", "FIN-07", "FIN-09", "VER-01")
        ),
        "/financements/simulation": lambda: rendering.render_simulation(
            make_simulation(fautif="faute" in asked, rempli="rempli" in asked), SITE
        ),
        "/cdiae/59/2017-06-09/imprimer": lambda: rendering.render_impression(make_impression(), SITE),
        f"{SHEET}/dialogue": lambda: rendering.render_dialogue(make_dialogue(), SITE),
        "/plans": lambda: rendering.render_liste(make_liste("plans"), SITE),
        "/projets": lambda: rendering.render_liste(make_liste("projets"), SITE),
        "/veille": lambda: rendering.render_liste(make_liste("veille"), SITE),
        "/regions/32/plan": lambda: rendering.render_plan(make_plan_page(), SITE),
        "/indicateurs": lambda: rendering.render_indicators(make_catalogue(), SITE),
        "/indicateurs/FIN-03": lambda: rendering.render_indicator(make_indicator_page(), SITE),
        "/parcours": lambda: rendering.render_parcours(
            make_parcours_page(vide=asked.get("annee") == "2011"), SITE
        ),
        "/diagnostic": lambda: rendering.render_diagnostic(make_diagnostic_page(), SITE),
        "/donnees": lambda: rendering.render_open_data(make_open_data_page(), SITE),
        "/etat": lambda: rendering.render_state(make_state(), SITE),
        "/accessibilite": lambda: rendering.render_accessibility(SITE),
        "/mentions-legales": lambda: rendering.render_legal(SITE),
        "/donnees-personnelles": lambda: rendering.render_privacy(SITE),
    }
    if request.url.path not in pages:
        return HTMLResponse(rendering.render_error(ErrorPage(404, "3f2a-19"), SITE), 404)
    return HTMLResponse(pages[request.url.path]())


@pytest.fixture(scope="session")
async def sample_url() -> AsyncIterator[str]:
    """Address of a server of sample pages, on a free port."""
    app = Starlette(
        routes=[Mount("/static", StaticFiles(directory=rendering.STATIC)), Route("/{path:path}", show)]
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of the run."""
    async with open_browser() as found:
        yield found

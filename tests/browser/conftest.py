"""One browser and one server of sample pages for the whole run."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.gateway.pages import rendering
from services.gateway.pages.definitions import PAR_CODE
from services.gateway.pages.site import ErrorPage
from tests.factories.gateway_pages import make_home, make_pas_de_calais, make_region, make_site, make_state

pytest.register_assert_rewrite("tests.browser.checks")
from tests.browser.checks import open_browser  # noqa: E402 -- its failures are explained only when imported after

SITE = make_site()


def show(request: Request) -> HTMLResponse:
    """Serve a sample page; the filter on types and the sort are those of the address."""
    kind = request.query_params.get("type", "")
    tri = request.query_params.get("tri", "-etp_realises")
    match request.url.path:
        case "/":
            html = rendering.render_home(make_home(), SITE)
        case "/regions/32":
            html = rendering.render_territory(make_region(type_choisi=kind, tri=tri), SITE)
        case "/departements/62":
            html = rendering.render_territory(make_pas_de_calais(type_choisi=kind, tri=tri, panne=True), SITE)
        case "/indicateurs":
            html = rendering.render_indicators(SITE)
        case "/indicateurs/FIN-03":
            html = rendering.render_indicator(PAR_CODE["FIN-03"], SITE)
        case "/etat":
            html = rendering.render_state(make_state(), SITE)
        case "/accessibilite":
            html = rendering.render_accessibility(SITE)
        case "/mentions-legales":
            html = rendering.render_legal(SITE)
        case "/donnees-personnelles":
            html = rendering.render_privacy(SITE)
        case _:
            return HTMLResponse(rendering.render_error(ErrorPage(404, "3f2a-19"), SITE), 404)
    return HTMLResponse(html)


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

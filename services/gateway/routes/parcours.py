"""From orientation to exit: the page, its files and its view, open to all since nobody can be told in them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.answers import answer_json
from services.gateway.pages import rendering
from services.gateway.pages.exports import Variante
from services.gateway.rate import anonymous_rate
from services.gateway.routes.indicateurs import PeriodQuery, asked_period
from services.gateway.routes.pages import file_answer, html
from services.gateway.screens import cadre
from services.gateway.screens.parcours import parcours_body, parcours_file, parcours_screen
from shared.access.edge import open_to_all

OPEN = [Depends(open_to_all), Depends(anonymous_rate)]
router = APIRouter(include_in_schema=False, dependencies=OPEN)
views = APIRouter(prefix="/api/vues/v1", tags=["vues"], dependencies=OPEN)


class ParcoursQuery(PeriodQuery):
    """A territory, a period, and a file of one block."""

    format: Literal["csv", "ods", ""] = ""
    variante: Variante = Variante.TABLEUR
    tableau: Literal[
        "etapes", "delais", "tranches", "suites", "refus", "publics", "accompagnement", "sorties", "ecartees"
    ] = "etapes"


@views.get("/parcours/etapes", summary="De l'orientation à la sortie : étapes, délais, suites, sorties")
async def get_steps(request: Request, query: Annotated[PeriodQuery, Query()]) -> Response:
    asked = await asked_period(request, query)
    page, positions = await parcours_screen(request, asked, ())
    return answer_json(request, parcours_body(page, asked), positions)


@router.get("/parcours", response_class=HTMLResponse)
async def pathways(request: Request, query: Annotated[ParcoursQuery, Query()]) -> Response:
    asked = await asked_period(request, query)
    page, positions = await parcours_screen(request, asked, await cadre.years_of(request, asked.region))
    if query.format:
        return file_answer(parcours_file(page, query.tableau), query.format, query.variante)
    return html(request, rendering.render_parcours(page, cadre.site(request)), positions)

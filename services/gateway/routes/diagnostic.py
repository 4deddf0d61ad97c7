"""The territorial diagnosis: page, files and view, open to all."""

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
from services.gateway.screens.diagnostic import diagnostic_body, diagnostic_file, diagnostic_screen
from shared.access.edge import open_to_all

OPEN = [Depends(open_to_all), Depends(anonymous_rate)]
router = APIRouter(include_in_schema=False, dependencies=OPEN)
views = APIRouter(prefix="/api/vues/v1", tags=["vues"], dependencies=OPEN)


class DiagnosticQuery(PeriodQuery):
    """A territory, a period, and a format of file."""

    format: Literal["csv", "ods", ""] = ""
    variante: Variante = Variante.TABLEUR


@views.get("/diagnostic", summary="Demande et offre par intercommunalité")
async def get_diagnostic(request: Request, query: Annotated[PeriodQuery, Query()]) -> Response:
    asked = await asked_period(request, query)
    page, positions = await diagnostic_screen(request, asked, ())
    return answer_json(request, diagnostic_body(page, asked), positions)


@router.get("/diagnostic", response_class=HTMLResponse)
async def diagnosis(request: Request, query: Annotated[DiagnosticQuery, Query()]) -> Response:
    asked = await asked_period(request, query)
    page, positions = await diagnostic_screen(request, asked, await cadre.years_of(request, asked.region))
    if query.format:
        return file_answer(diagnostic_file(page), query.format, query.variante)
    return html(request, rendering.render_diagnostic(page, cadre.site(request)), positions)

"""The pages, in French, complete without any script; a table is also a file."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.answers import view_headers
from services.gateway.pages import rendering
from services.gateway.pages.exports import Fichier, Variante, csv_file, file_name, file_of
from services.gateway.pages.models import Bloc, Nature
from services.gateway.pages.ods import ods_file
from services.gateway.rate import anonymous_rate
from services.gateway.routes.vues import territory
from services.gateway.screens import cadre, territoire
from services.gateway.screens.assembly import DEFAULT_SORT
from shared.access.edge import open_to_all
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions

router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all), Depends(anonymous_rate)])
STATIC = {path.name: path for path in rendering.STATIC.iterdir()}


@router.get("/", response_class=HTMLResponse)
async def home(request: Request, au_moins: str | None = None) -> Response:
    await wait_for_positions(request, au_moins)
    page, positions = await territoire.home_page(request)
    return html(request, rendering.render_home(page, cadre.site(request)), positions)


class TerritoryQuery(BaseModel):
    """What the address of a territory page may say; its links and its form write nothing else."""

    model_config = ConfigDict(frozen=True)

    annee: Annotated[int, Field(ge=1990, le=2100)] | None = None
    type: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", ""] = ""
    tri: Annotated[str, Field(pattern="^-?[a-z_]+$", max_length=40)] = DEFAULT_SORT
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    format: Literal["csv", "ods", ""] = ""
    tableau: Bloc = Bloc.STRUCTURES
    variante: Variante = Variante.TABLEUR
    connu_le: date | Literal[""] = ""
    au_moins: str | None = None


@router.get("/regions/{code}", response_class=HTMLResponse)
@router.get("/departements/{code}", response_class=HTMLResponse)
async def territory_page(request: Request, code: str, query: Annotated[TerritoryQuery, Query()]) -> Response:
    await wait_for_positions(request, query.au_moins)
    nature = Nature.REGION if request.url.path.startswith("/regions/") else Nature.DEPARTEMENT
    region, departement = territory(nature, code)
    asked = territoire.Asked(
        nature,
        code,
        region,
        departement,
        query.annee,
        query.type or None,
        query.tri,
        query.page,
        query.connu_le or None,
    )
    screen = await territoire.territory_screen(request, asked)
    if query.format:
        return _file(screen, query)
    return html(request, rendering.render_territory(screen.page, cadre.site(request)), screen.positions)


def _file(screen: territoire.TerritoryScreen, query: TerritoryQuery) -> Response:
    try:
        file = file_of(screen.page, query.tableau, screen.rows)
    except KeyError:
        raise Introuvable("Ce tableau n'a pas de fichier.") from None
    return file_answer(file, query.format, query.variante)


def file_answer(file: Fichier, form: str, variante: Variante) -> Response:
    """Return a table as a file, CSV or ODS."""
    if form == "ods":
        content, kind = ods_file(file), "application/vnd.oasis.opendocument.spreadsheet"
    else:
        content, kind = csv_file(file, variante), "text/csv; charset=utf-8"
    name = file_name(file, form, variante)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(content, media_type=kind, headers=headers)


@router.get("/etat", response_class=HTMLResponse)
async def state(request: Request) -> Response:
    return HTMLResponse(rendering.render_state(await cadre.state_page(request), cadre.site(request)))


@router.get("/accessibilite", response_class=HTMLResponse)
async def accessibility(request: Request) -> Response:
    return HTMLResponse(rendering.render_accessibility(cadre.site(request)))


@router.get("/mentions-legales", response_class=HTMLResponse)
async def legal(request: Request) -> Response:
    return HTMLResponse(rendering.render_legal(cadre.site(request)))


@router.get("/donnees-personnelles", response_class=HTMLResponse)
async def privacy(request: Request) -> Response:
    return HTMLResponse(rendering.render_privacy(cadre.site(request)))


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    if name not in STATIC:
        raise Introuvable("Ce fichier n'existe pas.")
    return FileResponse(STATIC[name], headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.get("/favicon.ico")
async def favicon() -> Response:
    return FileResponse(STATIC["favicon.svg"], media_type="image/svg+xml")


def html(request: Request, text: str, positions: dict[str, int]) -> Response:
    """Return a page with the positions it was read at."""
    headers = view_headers(request, positions)
    del headers["ETag"]  # the page also tells ages and the hour it was made
    if getattr(request.state, "session", None):
        headers["Cache-Control"] = "no-store"
    return HTMLResponse(text, headers=headers)

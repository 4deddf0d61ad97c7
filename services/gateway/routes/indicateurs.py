"""The catalogue of indicators: pages, files and API, all open to all."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.answers import answer_json
from services.gateway.catalogue import INDICATEURS, PAR_CODE, Indicateur
from services.gateway.pages import rendering
from services.gateway.pages.exports import Variante
from services.gateway.queries.champ import Champ
from services.gateway.queries.registre import find_structure
from services.gateway.rate import anonymous_rate
from services.gateway.reading import snapshot
from services.gateway.routes.pages import file_answer, html
from services.gateway.screens import cadre
from services.gateway.screens.indicateurs import (
    Demande,
    catalogue_body,
    catalogue_page,
    indicator_file,
    indicator_page,
    parse_territory,
    values_body,
)
from services.gateway.screens.valeurs import UneStructure, structure_of
from shared.access.edge import open_to_all
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions

OPEN = [Depends(open_to_all), Depends(anonymous_rate)]
router = APIRouter(include_in_schema=False, dependencies=OPEN)
views = APIRouter(prefix="/api/vues/v1", tags=["vues"], dependencies=OPEN)


class PeriodQuery(BaseModel):
    """A territory and a period; an empty text, which a form sends, asks for nothing."""

    model_config = ConfigDict(frozen=True)

    territoire: Annotated[
        str,
        Field(
            pattern="^((region|departement)-)?[0-9AB]{2,3}$",
            description="`region-32`, `departement-59`, ou un code seul ; la région de la plateforme par défaut.",
        ),
    ] = ""
    region: Annotated[str, Field(pattern="^[0-9]{0,3}$", description="À défaut de `territoire`.")] = ""
    departement: Annotated[str, Field(pattern="^[0-9AB]{0,3}$", description="À défaut de `territoire`.")] = ""
    annee: (
        Annotated[int, Field(ge=1990, le=2100, description="La dernière année tenue par défaut.")] | None
    ) = None
    type: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", ""] = ""
    connu_le: Annotated[
        date | Literal[""], Field(description="Les chiffres avec les seuls faits connus ce jour-là, inclus.")
    ] = ""
    au_moins: str | None = None


class IndicatorQuery(PeriodQuery):
    """The same, a month, for what does not count persons, and a structure."""

    mois: Annotated[int, Field(ge=1, le=12)] | None = None
    structure: Annotated[
        UUID | Literal[""],
        Field(
            description="Une structure, par son identifiant ; son type et son département remplacent ceux demandés."
        ),
    ] = ""


class IndicatorPageQuery(IndicatorQuery):
    """The same, and a format of file."""

    format: Literal["csv", "ods", ""] = ""
    variante: Variante = Variante.TABLEUR


async def asked_period(request: Request, query: PeriodQuery) -> Demande:
    """Return the territory and the period of an address, its defaults filled; wait for what it asks first.

    Raises
    ------
    Introuvable
        No such territory, or no such structure.
    """
    await wait_for_positions(request, query.au_moins)
    own = request.app.state.settings.region
    asked = query.structure if isinstance(query, IndicatorQuery) else ""
    structure = await _structure(request, asked) if asked else None
    place = f"departement-{structure.departement}" if structure else _place(query) or own
    region, departement = parse_territory(place, own)
    year = query.annee or await cadre.last_year(request, region)
    mois = query.mois if isinstance(query, IndicatorQuery) else None
    kind = structure.type if structure else query.type or None
    champ = Champ(region, year, kind, query.connu_le or None, (mois, mois) if mois else (1, 12))
    return Demande(region, departement, champ, structure)


def _place(query: PeriodQuery) -> str:
    if query.territoire:
        return query.territoire
    return (
        f"departement-{query.departement}" if query.departement else query.region and f"region-{query.region}"
    )


async def _structure(request: Request, structure_id: UUID) -> UneStructure:
    async with snapshot(request.app.state.engine) as (conn, _, __):
        row = await find_structure(conn, structure_id)
    if row is None:
        raise Introuvable("Cette structure n'est pas au registre.")
    return structure_of(row)


def _indicator(code: str) -> Indicateur:
    if code not in PAR_CODE:
        raise Introuvable(f"Cet indicateur n'existe pas ; il y en a {len(INDICATEURS)}.")
    return PAR_CODE[code]


@views.get("/indicateurs", summary="Catalogue des indicateurs : définitions, et ce qui manque aux autres")
async def get_catalogue(request: Request) -> Response:
    return answer_json(request, catalogue_body(), await cadre.positions(request))


@views.get("/indicateurs/{code}", summary="Un indicateur, à un territoire, une année et un type de structure")
async def get_indicator(request: Request, code: str, query: Annotated[IndicatorQuery, Query()]) -> Response:
    indicateur = _indicator(code)
    body, positions = await values_body(request, indicateur, await asked_period(request, query))
    return answer_json(request, body, positions)


@router.get("/indicateurs", response_class=HTMLResponse)
async def indicators(request: Request) -> Response:
    return HTMLResponse(rendering.render_indicators(catalogue_page(), cadre.site(request)))


@router.get("/indicateurs/{code}", response_class=HTMLResponse)
async def indicator(request: Request, code: str, query: Annotated[IndicatorPageQuery, Query()]) -> Response:
    indicateur = _indicator(code)
    asked = await asked_period(request, query)
    if query.format:
        file = await indicator_file(request, indicateur, asked)
        return file_answer(file, query.format, query.variante)
    years = await cadre.years_of(request, asked.region)
    page, positions = await indicator_page(request, indicateur, asked, years)
    return html(request, rendering.render_indicator(page, cadre.site(request)), positions)

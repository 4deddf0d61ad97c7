"""The pages of the registry and of the plans, open to all, and those of the séances, for their members."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway import screens
from services.gateway.pages import rendering
from services.gateway.pages.exports import Variante
from services.gateway.pages.models import Nature
from services.gateway.plans import plan_screen
from services.gateway.rate import anonymous_rate
from services.gateway.registre import (
    Asked,
    registre_file,
    registre_screen,
    structure_screen,
)
from services.gateway.routes.pages import file_answer, html
from services.gateway.routes.vues import territory
from services.gateway.seances import seance_screen
from shared.access.callers import Caller
from shared.access.edge import open_to_all, requires
from shared.access.rights import Action, Target, ensure
from shared.messaging.waiting import wait_for_positions

router = APIRouter(include_in_schema=False, dependencies=[Depends(anonymous_rate)])
OPEN = [Depends(open_to_all)]
Member = Annotated[Caller, Depends(requires(Action.LIRE_GOUVERNANCE))]
TypeStructure = Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", ""]
Annee = Annotated[int | None, Query(ge=1990, le=2100)]


class RegistreQuery(BaseModel):
    """What the address of the list may say; its links and its form write nothing else."""

    model_config = ConfigDict(frozen=True)

    q: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""
    type: TypeStructure = ""
    departement: Annotated[str, Field(pattern="^[0-9AB]{0,3}$")] = ""
    reseau: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    format: Literal["csv", "ods", ""] = ""
    variante: Variante = Variante.TABLEUR
    au_moins: str | None = None


@router.get("/structures", response_class=HTMLResponse, dependencies=OPEN)
async def structures_page(request: Request, query: Annotated[RegistreQuery, Query()]) -> Response:
    await wait_for_positions(request, query.au_moins)
    asked = Asked(query.q.strip(), query.type, query.departement, query.reseau, query.page)
    if query.format:
        return file_answer(await registre_file(request, asked), query.format, query.variante)
    page, positions = await registre_screen(request, asked)
    return html(request, rendering.render_registre(page, screens.site(request)), positions)


@router.get("/structures/{structure_id}", response_class=HTMLResponse, dependencies=OPEN)
async def structure_page(
    request: Request, structure_id: UUID, annee: Annee = None, au_moins: str | None = None
) -> Response:
    await wait_for_positions(request, au_moins)
    page, positions = await structure_screen(request, structure_id, annee)
    return html(request, rendering.render_structure(page, screens.site(request)), positions)


@router.get("/cdiae/{departement}/{jour}", response_class=HTMLResponse)
async def seance_page(
    request: Request, caller: Member, departement: str, jour: date, au_moins: str | None = None
) -> Response:
    territory("departement", departement)
    ensure(caller, Action.LIRE_GOUVERNANCE, Target(departement=departement))
    await wait_for_positions(request, au_moins)
    page, positions = await seance_screen(request, departement, jour)
    return html(request, rendering.render_seance(page, screens.site(request)), positions)


@router.get("/regions/{code}/plan", response_class=HTMLResponse, dependencies=OPEN)
@router.get("/departements/{code}/plan", response_class=HTMLResponse, dependencies=OPEN)
async def plan_page(request: Request, code: str, au_moins: str | None = None) -> Response:
    nature = Nature.REGION if request.url.path.startswith("/regions/") else Nature.DEPARTEMENT
    territory(nature, code)
    await wait_for_positions(request, au_moins)
    page, positions = await plan_screen(request, nature, code)
    return html(request, rendering.render_plan(page, screens.site(request)), positions)

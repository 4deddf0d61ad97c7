"""The money: the page, its files, its views in JSON, and the simulator as a plain form."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.answers import answer_json
from services.gateway.catalogue import PAR_CODE
from services.gateway.pages import rendering
from services.gateway.pages.exports import Variante
from services.gateway.pages.models import Bloc
from services.gateway.rate import anonymous_rate
from services.gateway.routes.pages import file_answer, html
from services.gateway.routes.vues import Annee, AuMoins, ConnuLe, TypeStructure, check_territory
from services.gateway.screens import cadre
from services.gateway.screens.financements import Asked, Screen, body_of, file_of, financements_screen
from services.gateway.screens.simulation import Saisie, simulation_screen
from shared.access.edge import open_to_all
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions
from shared.reference.territories import departements, regions

OPEN = [Depends(open_to_all), Depends(anonymous_rate)]
router = APIRouter(include_in_schema=False, dependencies=OPEN)
views = APIRouter(prefix="/api/vues/v1", tags=["vues"], dependencies=OPEN)

MONEY = (
    Bloc.ENVELOPPES, Bloc.SUIVI, Bloc.PREVISIONS, Bloc.FINANCEURS, Bloc.ARBITRAGES, Bloc.ECARTS, Bloc.REDEPLOIEMENTS,
)  # fmt: skip


class FinancementsQuery(BaseModel):
    """What the address of the page may say; its links and its form write nothing else."""

    model_config = ConfigDict(frozen=True)

    region: Annotated[str, Field(pattern="^[0-9]{0,3}$")] = ""
    departement: Annotated[str, Field(pattern="^[0-9AB]{0,3}$")] = ""
    annee: Annotated[int, Field(ge=1990, le=2100)] | None = None
    type: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", ""] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    connu_le: date | Literal[""] = ""
    format: Literal["csv", "ods", ""] = ""
    tableau: Bloc = Bloc.FINANCEURS
    variante: Variante = Variante.TABLEUR
    au_moins: str | None = None


class SimulationQuery(BaseModel):
    """The lines of the form, as typed; nothing is judged here."""

    model_config = ConfigDict(frozen=True)

    annee: Annotated[str, Field(pattern="^([0-9]{4})?$")] = ""
    retrait_type: Annotated[list[str], Field(max_length=20)] = []
    retrait_etp: Annotated[list[str], Field(max_length=20)] = []
    retrait_montant: Annotated[list[str], Field(max_length=20)] = []
    attribution_type: Annotated[list[str], Field(max_length=20)] = []
    attribution_etp: Annotated[list[str], Field(max_length=20)] = []
    attribution_montant: Annotated[list[str], Field(max_length=20)] = []


@router.get("/financements", response_class=HTMLResponse)
async def financements_page(request: Request, query: Annotated[FinancementsQuery, Query()]) -> Response:
    await wait_for_positions(request, query.au_moins)
    region = query.region or request.app.state.settings.region
    if region not in regions():
        raise Introuvable("Ce territoire n'existe pas.")
    # The form sends both lists: a département of another région than the one chosen is dropped with it.
    place = departements().get(query.departement)
    departement = query.departement if place and place.code_region == region else None
    asked = Asked(region, departement, query.annee, query.type or None, query.page, query.connu_le or None)
    screen = await financements_screen(request, asked)
    if query.format:
        return _file(screen, asked, query)
    return html(
        request, rendering.render_financements(screen.page, cadre.site(request), PAR_CODE), screen.positions
    )


def _file(screen: Screen, asked: Asked, query: FinancementsQuery) -> Response:
    try:
        file = file_of(screen, asked, query.tableau)
    except KeyError:
        raise Introuvable("Ce tableau n'a pas de fichier.") from None
    return file_answer(file, query.format, query.variante)


@router.get("/financements/simulation", response_class=HTMLResponse)
async def simulation_page(request: Request, query: Annotated[SimulationQuery, Query()]) -> Response:
    retraits = Saisie(query.retrait_type, query.retrait_etp, query.retrait_montant)
    attributions = Saisie(query.attribution_type, query.attribution_etp, query.attribution_montant)
    page = await simulation_screen(request, query.annee, retraits, attributions)
    return HTMLResponse(rendering.render_simulation(page, cadre.site(request)))


@views.get("/financements", summary="L'argent d'une région ou d'un département, tous financeurs")
async def get_financements(
    request: Request,
    region: str,
    annee: Annee,
    departement: str | None = None,
    type_structure: TypeStructure = None,
    connu_le: ConnuLe = None,
    au_moins: AuMoins = None,
) -> Response:
    asked = Asked(region, departement, annee, type_structure, connu_le=connu_le)
    return await _view(request, asked, au_moins, MONEY)


@views.get("/clauses", summary="Heures des clauses sociales d'une région ou d'un département")
async def get_clauses(
    request: Request,
    region: str,
    annee: Annee,
    departement: str | None = None,
    connu_le: ConnuLe = None,
    au_moins: AuMoins = None,
) -> Response:
    asked = Asked(region, departement, annee, None, connu_le=connu_le)
    return await _view(request, asked, au_moins, (Bloc.CLAUSES,))


async def _view(request: Request, asked: Asked, au_moins: str | None, blocs: tuple[Bloc, ...]) -> Response:
    check_territory(asked.region, asked.departement)
    await wait_for_positions(request, au_moins)
    screen = await financements_screen(request, asked)
    return answer_json(request, body_of(screen, asked, blocs), screen.positions)

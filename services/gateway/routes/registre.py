"""The registry, the plans and the innovations, open to all; séances and dialogues de gestion, for their members."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.answers import answer_json
from services.gateway.pages import rendering
from services.gateway.pages.dossiers import DialoguePage
from services.gateway.pages.exports import Fichier, Variante
from services.gateway.pages.models import Nature
from services.gateway.pages.registre import SeancePage, StructurePage
from services.gateway.rate import anonymous_rate
from services.gateway.routes.pages import file_answer, html
from services.gateway.routes.session_edge import signed_in
from services.gateway.routes.vues import AuMoins, territory
from services.gateway.screens import cadre
from services.gateway.screens.dossiers import dialogue_screen, impression_screen
from services.gateway.screens.fiches import read_fiche, structure_page
from services.gateway.screens.plans import plan_screen
from services.gateway.screens.projets import liste_screen
from services.gateway.screens.registre import Asked, registre_body, registre_file, registre_screen
from services.gateway.screens.registre_json import fiche_body, seance_body
from services.gateway.screens.seances import read_seance, seance_page
from shared.access.callers import Caller
from shared.access.edge import open_to_all
from shared.access.rights import Action, Target, ensure
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions
from shared.reference.territories import departements

router = APIRouter(include_in_schema=False, dependencies=[Depends(anonymous_rate)])
views = APIRouter(prefix="/api/vues/v1", tags=["vues"], dependencies=[Depends(anonymous_rate)])
OPEN = [Depends(open_to_all)]
Member = Annotated[Caller, Depends(signed_in(Action.LIRE_GOUVERNANCE))]
"""Members of an instance: a session in a browser, or a token."""
TypeStructure = Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", ""]
Annee = Annotated[int | None, Query(ge=1990, le=2100)]
Departement = Annotated[str, Field(pattern="^[0-9AB]{0,3}$")]
Texte = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]

JourConnu = Annotated[
    date | Literal[""],
    Field(description="Le registre avec les seuls faits connus ce jour-là, inclus (AAAA-MM-JJ)."),
]


class ListeQuery(BaseModel):
    """What the address of a list may say in JSON: the filters of the page, and a cursor."""

    model_config = ConfigDict(frozen=True)

    q: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$", description="Nom, activité ou SIRET.")] = ""
    type: TypeStructure = ""
    departement: Departement = ""
    reseau: Texte = ""
    connu_le: JourConnu = ""
    limite: Annotated[int, Field(ge=1, le=500)] = 100
    curseur: Annotated[str, Field(max_length=800)] | None = None
    au_moins: str | None = None


class RegistreQuery(BaseModel):
    """What the address of the list may say; its links and its form write nothing else."""

    model_config = ConfigDict(frozen=True)

    q: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""
    type: TypeStructure = ""
    departement: Departement = ""
    reseau: Texte = ""
    connu_le: JourConnu = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    format: Literal["csv", "ods", ""] = ""
    variante: Variante = Variante.TABLEUR
    au_moins: str | None = None


@router.get("/structures", response_class=HTMLResponse, dependencies=OPEN)
async def structures_page(request: Request, query: Annotated[RegistreQuery, Query()]) -> Response:
    await wait_for_positions(request, query.au_moins)
    asked = Asked(
        query.q.strip(), query.type, query.departement, query.reseau, query.page, query.connu_le or None
    )
    if query.format:
        return file_answer(await registre_file(request, asked), query.format, query.variante)
    page, positions = await registre_screen(request, asked)
    return html(request, rendering.render_registre(page, cadre.site(request)), positions)


@views.get("/structures", summary="Le registre des structures de la région, par nom", dependencies=OPEN)
async def get_structures(request: Request, query: Annotated[ListeQuery, Query()]) -> Response:
    await wait_for_positions(request, query.au_moins)
    asked = Asked(query.q.strip(), query.type, query.departement, query.reseau, 1, query.connu_le or None)
    body, positions = await registre_body(request, asked, query.curseur, query.limite)
    return answer_json(request, body, positions)


class TableQuery(BaseModel):
    """What the address of a page of one structure or one séance may say; a table of it is also a file."""

    model_config = ConfigDict(frozen=True)

    annee: Annotated[int, Field(ge=1990, le=2100)] | None = None
    format: Literal["csv", "ods", ""] = ""
    tableau: Annotated[str, Field(pattern="^[a-z-]{0,30}$")] = ""
    variante: Variante = Variante.TABLEUR
    au_moins: str | None = None


def _table_file(
    page: StructurePage | SeancePage | DialoguePage, query: TableQuery, place: str, code: str, annee: int
) -> Response:
    if query.tableau not in page.fichiers:
        raise Introuvable("Ce tableau n'a pas de fichier.")
    columns, rows = page.fichiers[query.tableau]
    day = page.fraicheur.arrete_le
    file = Fichier(query.tableau, page.titre, columns, rows, place, code, annee, None, day)
    return file_answer(file, query.format, query.variante)


@router.get("/structures/{structure_id}", response_class=HTMLResponse, dependencies=OPEN)
async def show_structure(
    request: Request, structure_id: UUID, query: Annotated[TableQuery, Query()]
) -> Response:
    await wait_for_positions(request, query.au_moins)
    fiche, positions = await read_fiche(request, structure_id, query.annee)
    page, row = structure_page(request, fiche), fiche.sheet.structure
    if query.format:
        return _table_file(page, query, row["raison_sociale"], row["siret"], fiche.annee)
    return html(request, rendering.render_structure(page, cadre.site(request)), positions)


@views.get(
    "/structures/{structure_id}",
    summary="Une structure : registre, convention, ETP, sorties, financeurs, historique",
    dependencies=OPEN,
)
async def get_structure(
    request: Request, structure_id: UUID, annee: Annee = None, au_moins: AuMoins = None
) -> Response:
    await wait_for_positions(request, au_moins)
    fiche, positions = await read_fiche(request, structure_id, annee)
    return answer_json(request, fiche_body(fiche), positions)


@router.get("/structures/{structure_id}/dialogue", response_class=HTMLResponse)
async def show_dialogue(
    request: Request, caller: Member, structure_id: UUID, query: Annotated[TableQuery, Query()]
) -> Response:
    await wait_for_positions(request, query.au_moins)
    page, row, positions = await dialogue_screen(request, structure_id)
    ensure(caller, Action.LIRE_GOUVERNANCE, Target(structure_id, row["departement"]))
    if query.format:
        year = page.annee or page.fraicheur.arrete_le.year
        return _table_file(page, query, row["raison_sociale"], row["siret"], year)
    return html(request, rendering.render_dialogue(page, cadre.site(request)), positions)


async def departement_of_member(caller: Member, departement: str) -> str:
    """Return the département of a séance that the caller may read."""
    territory("departement", departement)
    ensure(caller, Action.LIRE_GOUVERNANCE, Target(departement=departement))
    return departement


DepartementSuivi = Annotated[str, Depends(departement_of_member)]


@router.get("/cdiae/{departement}/{jour}", response_class=HTMLResponse)
async def show_seance(
    request: Request, departement: DepartementSuivi, jour: date, query: Annotated[TableQuery, Query()]
) -> Response:
    await wait_for_positions(request, query.au_moins)
    sitting, positions = await read_seance(request, departement, jour)
    page = seance_page(request, departement, jour, sitting)
    if query.format:
        place, code = departements()[departement].nom, f"{departement}_seance-{jour.isoformat()}"
        return _table_file(page, query, place, code, jour.year)
    return html(request, rendering.render_seance(page, cadre.site(request)), positions)


@views.get(
    "/cdiae/{departement}/{jour}", summary="Une séance du CDIAE : ordre du jour, dossiers, avis, relevé"
)
async def get_seance(
    request: Request, departement: DepartementSuivi, jour: date, au_moins: AuMoins = None
) -> Response:
    await wait_for_positions(request, au_moins)
    sitting, positions = await read_seance(request, departement, jour)
    return answer_json(request, seance_body(departement, jour.isoformat(), sitting), positions)


@router.get("/cdiae/{departement}/{jour}/imprimer", response_class=HTMLResponse)
async def print_seance(
    request: Request,
    departement: DepartementSuivi,
    jour: date,
    structure: UUID | None = None,
    au_moins: AuMoins = None,
) -> Response:
    await wait_for_positions(request, au_moins)
    page, positions = await impression_screen(request, departement, jour, structure)
    return html(request, rendering.render_impression(page, cadre.site(request)), positions)


@router.get("/plans", response_class=HTMLResponse, dependencies=OPEN)
@router.get("/projets", response_class=HTMLResponse, dependencies=OPEN)
@router.get("/veille", response_class=HTMLResponse, dependencies=OPEN)
async def show_liste(
    request: Request,
    departement: Annotated[str, Query(pattern="^[0-9AB]{0,3}$")] = "",
    au_moins: AuMoins = None,
) -> Response:
    await wait_for_positions(request, au_moins)
    page, positions = await liste_screen(request, request.url.path.removeprefix("/"), departement)
    return html(request, rendering.render_liste(page, cadre.site(request)), positions)


@router.get("/regions/{code}/plan", response_class=HTMLResponse, dependencies=OPEN)
@router.get("/departements/{code}/plan", response_class=HTMLResponse, dependencies=OPEN)
async def plan_page(
    request: Request, code: str, connu_le: JourConnu = "", au_moins: str | None = None
) -> Response:
    nature = Nature.REGION if request.url.path.startswith("/regions/") else Nature.DEPARTEMENT
    territory(nature, code)
    await wait_for_positions(request, au_moins)
    page, positions = await plan_screen(request, nature, code, connu_le or None)
    return html(request, rendering.render_plan(page, cadre.site(request)), positions)

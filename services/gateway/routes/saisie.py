"""The pages of a structure without software: its months, declared in a form, tried then sent."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import UploadFile

from services.gateway.access.sessions import new_key
from services.gateway.pages import rendering
from services.gateway.pages.saisie import Faute, MoisPage, RecuPage, StructureSaisie, VerificationPage
from services.gateway.parcours_api import ParcoursApi, RefusDuService
from services.gateway.rate import anonymous_rate
from services.gateway.routes.session_edge import (
    bearer_of,
    private_file,
    private_page,
    read_form,
    see_other,
    signed_in,
    text_of,
)
from services.gateway.screens import cadre
from services.gateway.screens.declaration_form import (
    bounds,
    declared_lines,
    hours_typed,
    missing,
    told,
    total,
    with_typed,
)
from services.gateway.screens.mois_fichier import filled, month_file
from services.gateway.screens.saisie import (
    MOTIFS_CHOISIS,
    month_page,
    own_structure,
    own_structures,
    start_page,
)
from shared.access.callers import Caller
from shared.access.rights import Action
from shared.errors import Introuvable
from shared.types import Mois

router = APIRouter(prefix="/saisie", include_in_schema=False, dependencies=[Depends(anonymous_rate)])
Writing = Annotated[Caller, Depends(signed_in(Action.ECRIRE_PARCOURS))]


def api_of(request: Request, caller: Caller) -> ParcoursApi:
    """Return the API of ``parcours`` under the token of the session."""
    state = request.app.state
    return ParcoursApi(state.forward, state.settings.parcours_url, bearer_of(request, caller))


@router.get("", response_class=HTMLResponse)
async def first_structure(request: Request, caller: Writing) -> Response:
    structures = await own_structures(request, caller)
    if structures:
        return see_other(f"/saisie/{structures[0].id}")
    return private_page(rendering.render("saisie-vide.html", "/saisie", cadre.site(request), page=None))


@router.get("/{structure_id:uuid}", response_class=HTMLResponse)
async def start(
    request: Request,
    caller: Writing,
    structure_id: UUID,
    annee: Annotated[int | None, Query(ge=1990, le=2100)] = None,
) -> Response:
    structure = await own_structure(request, caller, structure_id)
    page = await start_page(request, caller, api_of(request, caller), structure, annee)
    path = f"/saisie/{structure_id}"
    return private_page(rendering.render("saisie.html", path, cadre.site(request), page=page))


@router.get("/{structure_id:uuid}/mois", response_class=HTMLResponse)
async def choose_month(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    await own_structure(request, caller, structure_id)
    return see_other(f"/saisie/{structure_id}/mois/{mois}")


@router.get("/{structure_id:uuid}/mois/{mois}", response_class=HTMLResponse)
async def month_form(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    structure = await own_structure(request, caller, structure_id)
    page = await month_page(request, caller, api_of(request, caller), structure, mois, new_key())
    return _show_form(request, page)


def _show_form(request: Request, page: MoisPage, status: HTTPStatus = HTTPStatus.OK) -> Response:
    path = f"/saisie/{page.structure.id}/mois/{page.code}"
    html = rendering.render("saisie-mois.html", path, cadre.site(request), page=page, motifs=MOTIFS_CHOISIS)
    return private_page(html, status)


@router.post("/{structure_id:uuid}/mois/{mois}", response_class=HTMLResponse)
async def send_month(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    form = await read_form(request)
    structure = await own_structure(request, caller, structure_id)
    api, cle = api_of(request, caller), text_of(form, "cle", 100)
    page = await month_page(request, caller, api, structure, mois, cle or new_key())
    version = text_of(form, "version", 9)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    page = replace(
        page,
        lignes=tuple(with_typed(page.lignes, typed)),
        version=int(version) if version.isdecimal() else page.version,
    )
    step = text_of(form, "etape", 20)
    if step == "modifier":
        return _show_form(request, page)
    return await _send(request, api, page, confirmed=step == "envoyer")


@router.get("/{structure_id:uuid}/mois/{mois}/fichier")
async def month_to_fill(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    structure = await own_structure(request, caller, structure_id)
    page = await month_page(request, caller, api_of(request, caller), structure, mois, new_key())
    return private_file(month_file(page), f"iae_mois_{structure.siret}_{mois}.csv")


@router.post("/{structure_id:uuid}/mois/{mois}/fichier", response_class=HTMLResponse)
async def month_by_file(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    """Fill the form with a file, then try it: it is sent from the page that shows the trial."""
    form = await read_form(request)
    structure = await own_structure(request, caller, structure_id)
    api, file = api_of(request, caller), form.get("fichier")
    page = await month_page(request, caller, api, structure, mois, new_key())
    if not isinstance(file, UploadFile) or not file.filename:
        page = replace(page, fautes=(Faute("fichier", "Choisissez un fichier.", "Fichier"),))
    else:
        page = filled(page, await file.read())
    if page.fautes:
        return _show_form(request, page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _send(request, api, page, confirmed=False)


async def _send(request: Request, api: ParcoursApi, page: MoisPage, *, confirmed: bool) -> Response:
    """Try a month, then send it once the person has confirmed; what is wrong comes back beside its field."""
    fautes = missing(page.lignes)
    lignes, origins = declared_lines(page.lignes)
    receipt = {}
    if not fautes:
        try:
            receipt = await api.declarer(
                UUID(page.structure.id),
                page.code,
                lignes,
                version=page.version,
                cle=page.cle,
                a_blanc=not confirmed,
            )
        except RefusDuService as refus:
            fautes = told(refus.fautes, origins) or [Faute(None, refus.detail)]
            if refus.status == HTTPStatus.PRECONDITION_FAILED:
                fautes = [_changed(page)]
    if fautes:
        return _show_form(request, replace(page, fautes=tuple(fautes)), HTTPStatus.UNPROCESSABLE_ENTITY)
    if confirmed:
        return see_other(f"/saisie/{page.structure.id}/mois/{page.code}/recu")
    checked = VerificationPage(
        formulaire=page,
        heures=hours_typed(receipt["heures"]),
        lignes=origins,
        sans_heures=len(page.lignes) - len(origins),
        sorties=receipt["sorties"],
    )
    path = f"/saisie/{page.structure.id}/mois/{page.code}"
    html = rendering.render(
        "saisie-verification.html",
        path,
        cadre.site(request),
        page=checked,
        motifs={code: libelle for code, libelle, _ in MOTIFS_CHOISIS},
    )
    return private_page(html)


def _changed(page: MoisPage) -> Faute:
    return Faute(
        None,
        f"Ce mois a été déclaré entre-temps (depuis la version {page.version}). Rouvrez-le depuis la liste des mois "
        "pour partir de ce qui est enregistré.",
    )


@router.get("/{structure_id:uuid}/mois/{mois}/recu", response_class=HTMLResponse)
async def receipt(request: Request, caller: Writing, structure_id: UUID, mois: Mois) -> Response:
    structure = await own_structure(request, caller, structure_id)
    page = await _receipt(api_of(request, caller), structure, mois)
    path = f"/saisie/{structure_id}/mois/{mois}/recu"
    return private_page(rendering.render("saisie-recu.html", path, cadre.site(request), page=page))


async def _receipt(api: ParcoursApi, structure: StructureSaisie, mois: str) -> RecuPage:
    declared = await api.declaration(UUID(structure.id), mois)
    if not declared.version:
        raise Introuvable("Ce mois n'est pas déclaré.")
    eligible = [{"heures": each["heures_eligibles"]} for each in declared.lignes]
    return RecuPage(
        structure=structure,
        mois=bounds(mois)[0],
        code=mois,
        version=declared.version,
        contrats=len(declared.lignes),
        heures=hours_typed(total(declared.lignes)),
        heures_eligibles=hours_typed(total(eligible)),
    )

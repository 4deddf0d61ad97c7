"""The orientations that a structure received, and its answer to each."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.access.sessions import new_key
from services.gateway.pages import rendering
from services.gateway.pages.saisie import Faute, OrientationsPage, ReponsePage
from services.gateway.parcours_api import ParcoursApi, RefusDuService
from services.gateway.rate import anonymous_rate
from services.gateway.routes.saisie import Writing, api_of
from services.gateway.routes.session_edge import private_file, private_page, read_form, see_other, text_of
from services.gateway.screens import cadre
from services.gateway.screens.reponses_fichier import answers_file
from services.gateway.screens.saisie import EN_ATTENTE, MOTIFS_REFUS, names_of, orientation_row, own_structure
from shared import clock
from shared.access.callers import Caller

router = APIRouter(prefix="/saisie", include_in_schema=False, dependencies=[Depends(anonymous_rate)])
PAGE = 200
TRANSITIONS = {"accept": "acceptée", "refuse": "refusée", "postpone": "reportée"}
FIELDS = {"motif_refus": "motif_refus", "date_embauche": "date_embauche", "contrat": "contrat"}


@router.get("/{structure_id:uuid}/orientations", response_class=HTMLResponse)
async def received(
    request: Request,
    caller: Writing,
    structure_id: UUID,
    apres: UUID | None = None,
    toutes: bool = False,  # noqa: FBT001, FBT002 # a query parameter
) -> Response:
    structure = await own_structure(request, caller, structure_id)
    api = api_of(request, caller)
    found = await api.candidatures(structure_id, () if toutes else EN_ATTENTE, apres)
    noms = await names_of(caller, api, found)
    path = f"/saisie/{structure_id}/orientations"
    following = (
        f"{path}?{'toutes=true&' if toutes else ''}apres={found[-1]['id']}" if len(found) == PAGE else None
    )
    page = OrientationsPage(
        structure, toutes, tuple(orientation_row(each, noms) for each in found), following
    )
    return private_page(rendering.render("orientations.html", path, cadre.site(request), page=page))


@router.get("/{structure_id:uuid}/orientations/fichier")
async def file_to_fill(request: Request, caller: Writing, structure_id: UUID) -> Response:
    await own_structure(request, caller, structure_id)
    api = api_of(request, caller)
    found: list[dict[str, Any]] = []
    while page := await api.candidatures(structure_id, EN_ATTENTE, found[-1]["id"] if found else None):
        found += page
    noms = await names_of(caller, api, found)
    content = answers_file([orientation_row(each, noms) for each in found])
    return private_file(content, f"iae_orientations_{clock.today().isoformat()}.csv")


@router.get("/orientations/{candidature_id:uuid}", response_class=HTMLResponse)
async def one(request: Request, caller: Writing, candidature_id: UUID, repondu: bool = False) -> Response:  # noqa: FBT001, FBT002 # a query parameter
    api = api_of(request, caller)
    found = await api.candidature(candidature_id)
    return await _show(request, caller, api, found, repondu=repondu, cle=new_key())


async def _show(
    request: Request, caller: Caller, api: ParcoursApi, found: dict[str, Any], **shown: Any
) -> Response:
    """Show an orientation of a structure of the agent's: who only sent it reads it elsewhere."""
    structure = await own_structure(request, caller, UUID(found["structure_id"]))
    page = ReponsePage(
        structure=structure,
        orientation=orientation_row(found, await names_of(caller, api, [found])),
        ouverte=found["etat"] in EN_ATTENTE,
        motif=MOTIFS_REFUS.get(found["motif_refus"] or "", None),
        **{"repondu": False} | shown,
    )
    path = f"/saisie/orientations/{found['id']}"
    html = rendering.render("orientation.html", path, cadre.site(request), page=page, motifs=MOTIFS_REFUS)
    return private_page(html, HTTPStatus.UNPROCESSABLE_ENTITY if page.fautes else HTTPStatus.OK)


@router.post("/orientations/{candidature_id:uuid}", response_class=HTMLResponse)
async def answer(request: Request, caller: Writing, candidature_id: UUID) -> Response:
    form = await read_form(request)
    api = api_of(request, caller)
    found = await api.candidature(candidature_id)
    await own_structure(request, caller, UUID(found["structure_id"]))
    names = ("transition", "motif_refus", "date_embauche", "contrat", "cle")
    typed = {name: text_of(form, name, 100) for name in names}
    fautes = _missing(typed)
    if not fautes:
        try:
            await api.decider(candidature_id, _answer_of(typed), typed["cle"])
        except RefusDuService as refus:
            fautes = _told(refus)
    if fautes:
        return await _show(request, caller, api, found, fautes=tuple(fautes), **typed)
    return see_other(f"/saisie/orientations/{candidature_id}?repondu=true")


def _missing(typed: dict[str, str]) -> list[Faute]:
    match typed["transition"]:
        case "accept" if not (typed["date_embauche"] or typed["contrat"]):
            return [Faute("date_embauche", "Donnez la date d'embauche, ou le contrat signé.", "Accepter")]
        case "refuse" if typed["motif_refus"] not in MOTIFS_REFUS:
            return [Faute("motif_refus", "Choisissez le motif du refus.", "Refuser")]
        case answer if answer not in TRANSITIONS:
            return [Faute("transition-accept", "Choisissez une réponse.", "Réponse")]
    return []


def _answer_of(typed: dict[str, str]) -> dict[str, str]:
    """Return what the answer takes; a field of another answer, left filled, is not sent."""
    fields = {"accept": ("date_embauche", "contrat"), "refuse": ("motif_refus",)}.get(typed["transition"], ())
    given = {name: typed[name] for name in fields if typed[name]}
    return {"transition": typed["transition"], **given}


def _told(refus: RefusDuService) -> list[Faute]:
    found = [
        Faute(
            FIELDS.get(each["champ"], "transition-accept"),
            f"{each['detail']} {each.get('correction') or ''}".strip(),
        )
        for each in refus.fautes
    ]
    return found or [Faute("transition-accept", refus.detail)]

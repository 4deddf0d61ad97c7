"""Sending a file from a page: tried or sent for good, then its report."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import UploadFile

from services.gateway.access.sessions import new_key
from services.gateway.pages import rendering
from services.gateway.pages.saisie import Faute, FichierPage, LigneRefusee, RapportPage
from services.gateway.parcours_api import ParcoursApi, RefusDuService
from services.gateway.rate import anonymous_rate
from services.gateway.routes.saisie import Writing, api_of
from services.gateway.routes.session_edge import private_page, read_form, see_other, signed_in, text_of
from services.gateway.screens import cadre
from services.gateway.screens.reponses_fichier import answers_of
from services.gateway.screens.tableur import FichierIllisible
from shared.access.rights import Action

router = APIRouter(prefix="/saisie/fichiers", include_in_schema=False, dependencies=[Depends(anonymous_rate)])
NATURES = {
    "decisions": "Réponses aux orientations (CSV à remplir, depuis la liste des orientations)",
    "declarations": "Déclarations du mois (NDJSON)",
    "sorties": "Sorties (CSV ou NDJSON)",
    "contrats": "Contrats (CSV ou NDJSON)",
    "personnes": "Personnes (CSV ou NDJSON)",
}
ANSWERS = "decisions"
SHOWN = 200
PATIENCE_S = 3.0
POLL_S = 0.1


@router.get("", response_class=HTMLResponse, dependencies=[Depends(signed_in(Action.ECRIRE_PARCOURS))])
async def file_form(request: Request, nature: str = "") -> Response:
    return _show(request, FichierPage(new_key(), nature if nature in NATURES else ""))


def _show(request: Request, page: FichierPage) -> Response:
    html = rendering.render(
        "fichier.html", "/saisie/fichiers", cadre.site(request), page=page, natures=NATURES
    )
    return private_page(html, HTTPStatus.UNPROCESSABLE_ENTITY if page.fautes else HTTPStatus.OK)


@router.post("", response_class=HTMLResponse)
async def send_file(request: Request, caller: Writing) -> Response:
    form = await read_form(request)
    nature, cle, file = text_of(form, "nature", 40), text_of(form, "cle", 100), form.get("fichier")
    a_blanc = text_of(form, "etape", 20) != "envoyer"
    if nature not in NATURES:
        return _show(
            request,
            FichierPage(cle, nature, (Faute("nature", "Choisissez ce que dit le fichier.", "Nature"),)),
        )
    if not isinstance(file, UploadFile) or not file.filename:
        return _show(
            request, FichierPage(cle, nature, (Faute("fichier", "Choisissez un fichier.", "Fichier"),))
        )
    content = await file.read()
    media_type = "text/csv" if file.filename.lower().endswith(".csv") else "application/x-ndjson"
    try:
        if nature == ANSWERS and media_type == "text/csv":
            content, media_type = answers_of(content), "application/x-ndjson"
        # The trial and the sending are two jobs: each has its key.
        job = await api_of(request, caller).envoyer_fichier(
            nature, content, media_type, cle=f"{cle}:{'essai' if a_blanc else 'envoi'}", a_blanc=a_blanc
        )
    except FichierIllisible as error:
        return _show(request, FichierPage(new_key(), nature, (Faute("fichier", str(error), "Fichier"),)))
    except RefusDuService as refus:
        told = [Faute("fichier", each["detail"], "Fichier") for each in refus.fautes]
        return _show(
            request, FichierPage(new_key(), nature, tuple(told) or (Faute("fichier", refus.detail),))
        )
    return see_other(f"/saisie/fichiers/{job}")


@router.get("/{import_id:uuid}", response_class=HTMLResponse)
async def report(request: Request, caller: Writing, import_id: UUID) -> Response:
    api, path = api_of(request, caller), f"/saisie/fichiers/{import_id}"
    job = await _ended(api, import_id)
    lines = await api.rapport(import_id, SHOWN) if job["refusees"] else []
    page = RapportPage(
        href=path,
        nature=NATURES.get(job["nature"], job["nature"]),
        a_blanc=job["a_blanc"],
        termine=job["lignes"] == job["total"],
        total=job["total"] or 0,
        lues=job["lignes"],
        acceptees=job["acceptees"],
        deja_recues=job["deja_recues"],
        refusees=job["refusees"],
        lignes=tuple(
            LigneRefusee(each["ligne"], each["champ"] or "", each["detail"], each["correction"] or "")
            for each in lines
        ),
    )
    return private_page(rendering.render("rapport.html", path, cadre.site(request), page=page))


async def _ended(api: ParcoursApi, import_id: UUID) -> dict[str, Any]:
    """Return where the import is, once its lines are decided or after a short patience."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    job = await api.fichier(import_id)
    while job["lignes"] != job["total"] and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(POLL_S)
        job = await api.fichier(import_id)
    return job

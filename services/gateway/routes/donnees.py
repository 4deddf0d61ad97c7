"""Open data: the page, and the files of each set; a long one is followed at an address of its own."""

import asyncio
from datetime import date
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.answers import answer_json
from services.gateway.pages import rendering
from services.gateway.pages.donnees import Jeu
from services.gateway.pages.exports import Fichier, Variante, file_name
from services.gateway.queries.champ import Champ
from services.gateway.rate import anonymous_rate
from services.gateway.routes.pages import file_answer, html
from services.gateway.screens import cadre
from services.gateway.screens.donnees import (
    PAR_CODE,
    Export,
    Jobs,
    json_body,
    make_file,
    ndjson_file,
    open_data_page,
)
from shared.access.edge import open_to_all
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions

router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all), Depends(anonymous_rate)])
WAIT_S = 0.2
"""A file that is ready by then is sent at once: nobody follows what is already made."""


class OpenDataQuery(BaseModel):
    """A year, and the day its facts were known by."""

    model_config = ConfigDict(frozen=True)

    annee: Annotated[int, Field(ge=1990, le=2100)] | None = None
    connu_le: date | Literal[""] = ""
    au_moins: str | None = None


class FileQuery(OpenDataQuery):
    """The same, and a format."""

    format: Literal["csv", "ods", "ndjson", "json"] = "csv"
    variante: Variante = Variante.TABLEUR


@router.get("/donnees", response_class=HTMLResponse)
async def open_data(request: Request, query: Annotated[OpenDataQuery, Query()]) -> Response:
    champ = await _asked(request, query)
    page = await open_data_page(request, champ, await cadre.years_of(request, champ.region))
    return html(
        request, rendering.render_open_data(page, cadre.site(request)), await cadre.positions(request)
    )


@router.get("/donnees/taches/{jeton}")
async def follow(request: Request, jeton: str) -> Response:
    export = Export.of(jeton)
    return await _send(request, _known(export.jeu), export)


@router.get("/donnees/{jeu}")
async def open_data_file(request: Request, jeu: str, query: Annotated[FileQuery, Query()]) -> Response:
    found = _known(jeu)
    champ = await _asked(request, query)
    export = Export(
        jeu=jeu,
        region=champ.region,
        annee=champ.annee,
        connu_le=champ.connu_le,
        format=query.format,
        variante=query.variante,
    )
    return await _send(request, found, export)


def _known(code: str) -> Jeu:
    if code not in PAR_CODE:
        raise Introuvable(f"Ce jeu de données n'existe pas ; il y a {', '.join(PAR_CODE)}.")
    return PAR_CODE[code]


async def _asked(request: Request, query: OpenDataQuery) -> Champ:
    await wait_for_positions(request, query.au_moins)
    region = request.app.state.settings.region
    year = query.annee or await cadre.last_year(request, region)
    return Champ(region, year, None, query.connu_le or None)


async def _send(request: Request, jeu: Jeu, export: Export) -> Response:
    champ = Champ(export.region, export.annee, None, export.connu_le)
    positions = await cadre.positions(request)
    if not jeu.long:
        return _answer(request, jeu, await make_file(request, jeu, champ), export, positions)
    jobs: Jobs = request.app.state.jobs
    task = jobs.get(export, str(sorted(positions.items())), lambda: make_file(request, jeu, champ))
    done, _ = await asyncio.wait({task}, timeout=WAIT_S)
    if done:
        return _answer(request, jeu, task.result(), export, positions)
    follow_up = f"/donnees/taches/{export.token()}"
    return Response(
        orjson.dumps({"etat": "EN_COURS", "suivi": follow_up}),
        status_code=202,
        media_type="application/json",
        headers={"Location": follow_up, "Retry-After": "1"},
    )


def _answer(request: Request, jeu: Jeu, file: Fichier, export: Export, positions: dict[str, int]) -> Response:
    if export.format == "json":
        return answer_json(request, json_body(jeu, file), positions)
    variante = Variante(export.variante)
    if export.format == "ndjson":
        name = file_name(file, "ndjson")
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
        return Response(ndjson_file(file), media_type="application/x-ndjson", headers=headers)
    return file_answer(file, export.format, variante)

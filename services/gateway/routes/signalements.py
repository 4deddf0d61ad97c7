"""Signalling a doubtful figure, reading what was answered, answering."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.access.sessions import caller_of, form_token, new_key
from services.gateway.access.token_server import TokenServer
from services.gateway.catalogue import PAR_CODE
from services.gateway.pages import rendering
from services.gateway.pages.saisie import Faute
from services.gateway.pages.signalements import (
    SignalementPage,
    SignalementRow,
    SignalementsPage,
    SignalerPage,
    libelle_de,
)
from services.gateway.rate import AnonymousRate, anonymous_rate
from services.gateway.routes.session_edge import (
    load_session,
    open_form,
    private_page,
    read_form,
    read_open_form,
    see_other,
    show_open_form,
    signed_in,
    text_of,
)
from services.gateway.screens import cadre
from services.gateway.signalements import (
    ETATS,
    PAGE,
    RECU,
    REPONSES,
    Objet,
    answer,
    keep,
    may_answer,
    page_of,
    read_list,
    read_one,
    wrong,
)
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import open_to_all
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable

router = APIRouter(prefix="/signalements", include_in_schema=False, dependencies=[Depends(anonymous_rate)])
OPEN = [Depends(open_to_all)]
SIGNALEMENTS = UUID("0d8a3c6e-5c49-5c1b-9a53-3f1f0c1f7a26")
"""Two sendings of one form are one signalement: its identity comes from the key of the form."""


def _objet(given: Mapping[str, str]) -> Objet:
    """Return the figure that an address or a form names; what is not ours is left out."""
    code = given.get("indicateur", "")
    try:
        arrete_le = date.fromisoformat(given.get("arrete_le", ""))
    except ValueError:
        arrete_le = None
    return Objet(
        bloc=given.get("bloc", "")[:40],
        indicateur=code if code in PAR_CODE else None,
        page=page_of(given.get("page", "/")),
        arrete_le=arrete_le,
    )


def _label(code: str | None) -> str | None:
    return PAR_CODE[code].libelle if code in PAR_CODE else None


@router.get("/nouveau", response_class=HTMLResponse, dependencies=OPEN)
async def new_form(request: Request) -> Response:
    await load_session(request)
    return _show_form(request, _objet(request.query_params), new_key())


def _show_form(
    request: Request, objet: Objet, cle: str, message: str = "", fautes: tuple[Faute, ...] = ()
) -> Response:
    key = open_form(request)
    page = SignalerPage(
        cle=cle,
        jeton=form_token(key),
        bloc=objet.bloc,
        objet=libelle_de(objet.bloc),
        indicateur=objet.indicateur,
        indicateur_libelle=_label(objet.indicateur),
        page=objet.page,
        arrete_le=objet.arrete_le,
        message=message,
        fautes=fautes,
    )
    html = rendering.render("signaler.html", "/signalements/nouveau", cadre.site(request), page=page)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fautes else HTTPStatus.OK
    return show_open_form(request, html, key, status)


@router.post("", response_class=HTMLResponse, dependencies=OPEN)
async def send(request: Request) -> Response:
    form = await read_open_form(request)
    rate: AnonymousRate = request.app.state.signalement_rate
    now = clock.now()
    rate.count(request.client.host if request.client else "", now.timestamp())
    names = ("bloc", "indicateur", "page", "arrete_le")
    objet = _objet({name: text_of(form, name) for name in names})
    message, cle = text_of(form, "message"), text_of(form, "cle", 100)
    reason = wrong(message) or (None if cle else "Rouvrez la page puis recommencez.")
    if reason:
        return _show_form(request, objet, cle or new_key(), message, (Faute("message", reason),))
    identity = uuid5(SIGNALEMENTS, cle)
    async with request.app.state.engine.begin() as conn:
        await keep(conn, identity, objet, message, now)
    return see_other(f"/signalements/{identity}?nouveau=true")


@router.get("", response_class=HTMLResponse, dependencies=OPEN)
async def all_of_them(
    request: Request, indicateur: str | None = None, page: Annotated[int, Query(ge=1, le=1_000)] = 1
) -> Response:
    caller = await _caller(request)
    code = indicateur if indicateur in PAR_CODE else None
    async with request.app.state.engine.connect() as conn:
        rows = await read_list(conn, code, page)
    asked = f"indicateur={code}&" if code else ""
    shown = SignalementsPage(
        indicateur=code,
        indicateur_libelle=_label(code),
        rows=tuple(_row(row, caller) for row in rows[:PAGE]),
        precedente=f"/signalements?{asked}page={page - 1}" if page > 1 else None,
        suite=f"/signalements?{asked}page={page + 1}" if len(rows) > PAGE else None,
    )
    return private_page(
        rendering.render("signalements.html", "/signalements", cadre.site(request), page=shown)
    )


async def _caller(request: Request) -> Caller | None:
    """Return the agent, if one is signed in: the page is open to all."""
    session = await load_session(request)
    if session is None:
        return None
    server: TokenServer = request.app.state.token_server
    async with request.app.state.engine.connect() as conn:
        return await caller_of(conn, session.agent, server.resolve)


def _row(row: Mapping[Any, Any], caller: Caller | None) -> SignalementRow:
    shown = caller is not None and may_answer(caller, row)
    return SignalementRow(
        href=f"/signalements/{row['id']}",
        recu_le=row["recu_le"],
        objet=libelle_de(row["objet"]),
        indicateur=row["indicateur"] if row["indicateur"] in PAR_CODE else None,
        indicateur_libelle=_label(row["indicateur"]),
        page=row["page"],
        arrete_le=row["arrete_le"],
        etat=ETATS[row["etat"]],
        ouvert=row["etat"] == RECU,
        reponse=row["reponse"],
        repondu_le=row["repondu_le"],
        message=row["message"] if shown else None,
    )


async def _known(request: Request, identity: UUID) -> Mapping[Any, Any]:
    async with request.app.state.engine.connect() as conn:
        row = await read_one(conn, identity)
    if row is None:
        raise Introuvable(UNKNOWN)
    return row


@router.get("/{signalement_id:uuid}", response_class=HTMLResponse, dependencies=OPEN)
async def one(request: Request, signalement_id: UUID, nouveau: bool = False) -> Response:  # noqa: FBT001, FBT002 # a query parameter
    caller = await _caller(request)
    row = await _known(request, signalement_id)
    return _show(request, row, caller, nouveau=nouveau)


def _show(request: Request, row: Mapping[Any, Any], caller: Caller | None, **shown: Any) -> Response:
    page = SignalementPage(
        row=_row(row, caller),
        peut_repondre=caller is not None and may_answer(caller, row),
        **{"nouveau": False} | shown,
    )
    path = f"/signalements/{row['id']}"
    html = rendering.render("signalement.html", path, cadre.site(request), page=page, reponses=REPONSES)
    return private_page(html, HTTPStatus.UNPROCESSABLE_ENTITY if page.fautes else HTTPStatus.OK)


@router.post("/{signalement_id:uuid}", response_class=HTMLResponse)
async def reply(
    request: Request,
    caller: Annotated[Caller, Depends(signed_in(Action.REPONDRE_SIGNALEMENT))],
    signalement_id: UUID,
) -> Response:
    form = await read_form(request)
    row = await _known(request, signalement_id)
    if not may_answer(caller, row):
        raise Introuvable(UNKNOWN)
    etat, reponse = text_of(form, "etat", 20), text_of(form, "reponse")
    fautes = [Faute("etat", "Choisissez une conclusion.", "Conclusion")] if etat not in REPONSES else []
    if reason := wrong(reponse):
        fautes.append(Faute("reponse", reason, "Réponse"))
    if not fautes:
        async with request.app.state.engine.begin() as conn:
            if not await answer(conn, signalement_id, etat, reponse, caller.subject, clock.now()):
                fautes.append(Faute(None, "Quelqu'un a déjà répondu à ce signalement."))
    if fautes:
        current = await _known(request, signalement_id)
        return _show(request, current, caller, etat=etat, reponse=reponse, fautes=tuple(fautes))
    return see_other(f"/signalements/{signalement_id}")

"""Signing in and out, and what an agent may do here."""

import re
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.gateway.access.clients import find_client
from services.gateway.access.demonstration import LOCAL_ISSUER
from services.gateway.access.oidc import ConnexionRefusee, OidcClient
from services.gateway.access.sessions import (
    LONGEST,
    Agent,
    close_session,
    find_agent,
    form_token,
    new_key,
    open_session,
)
from services.gateway.access.teams import join
from services.gateway.access.token_server import TokenServer
from services.gateway.pages import rendering
from services.gateway.pages.connexion import ConnexionPage, EspacePage
from services.gateway.pages.equipe import InvitationPage
from services.gateway.pages.saisie import Faute
from services.gateway.pages.site import Lien
from services.gateway.rate import anonymous_rate
from services.gateway.routes.session_edge import (
    load_session,
    open_form,
    private_page,
    read_form,
    read_open_form,
    see_other,
    session_cookie,
    set_cookie,
    show_open_form,
    signed_in,
    text_of,
)
from services.gateway.screens import cadre
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import open_to_all
from shared.access.rights import Action, may_begin
from shared.errors import Introuvable

router = APIRouter(include_in_schema=False, dependencies=[Depends(anonymous_rate)])
OPEN = [Depends(open_to_all)]
HOME = "/espace"
SIGN_IN_COOKIE = "connexion"
INVITATION_COOKIE = "invitation"
CODE = re.compile(r"[A-Za-z0-9_-]{43}")
SIGN_IN_WITHIN_S = 600
"""How long a person may take at the provider."""


def back_to(given: str) -> str:
    """Return the page to show after the sign-in: one of ours, or the space of the agent."""
    if len(given) > 2_000 or not given.startswith("/") or given.startswith("//") or "\\" in given:
        return HOME
    return given if given.isprintable() and not given.startswith("/connexion") else HOME


@router.get("/connexion", response_class=HTMLResponse, dependencies=OPEN)
async def sign_in_page(request: Request, suite: str = HOME) -> Response:
    if await load_session(request):
        return see_other(back_to(suite))
    return _sign_in(request, suite)


def _sign_in(request: Request, suite: str, erreur: str | None = None, identifiant: str = "") -> Response:
    key = open_form(request)
    state = request.app.state
    page = ConnexionPage(
        suite=back_to(suite),
        jeton=form_token(key),
        demonstration=state.settings.demonstration,
        fournisseur=state.oidc is not None,
        erreur=erreur,
        identifiant=identifiant,
    )
    html = rendering.render("connexion.html", "/connexion", cadre.site(request), page=page)
    return show_open_form(request, html, key, HTTPStatus.UNPROCESSABLE_ENTITY if erreur else HTTPStatus.OK)


@router.post("/connexion", response_class=HTMLResponse, dependencies=OPEN)
async def sign_in_locally(request: Request) -> Response:
    if not request.app.state.settings.demonstration:
        raise Introuvable("Cette adresse n'existe pas.")
    form = await read_open_form(request)
    suite, name, secret = (text_of(form, field) for field in ("suite", "identifiant", "secret"))
    server: TokenServer = request.app.state.token_server
    address, now = request.client.host if request.client else "", clock.now()
    if left := server.attempts.pause_left(name, address, now):
        seconds = int(left.total_seconds()) + 1
        return _sign_in(request, suite, f"Trop d'essais : attendez {seconds} secondes.", name)
    async with request.app.state.engine.connect() as conn:
        client = await find_client(conn, name, secret)
        agent = await find_agent(conn, LOCAL_ISSUER, name) if client else None
    if agent is None:
        server.attempts.failed(name, address, now)
        return _sign_in(request, suite, "L'identifiant ou le mot de passe n'est pas juste.", name)
    server.attempts.succeeded(name, address)
    return await _let_in(request, agent, suite)


async def _let_in(request: Request, agent: Agent, suite: str, id_token: str | None = None) -> Response:
    """Open a session under a new key: one known before the sign-in opens nothing."""
    async with request.app.state.engine.begin() as conn:
        before = request.cookies.get(session_cookie(request))
        if before:
            await close_session(conn, before)
        key = await open_session(conn, agent, clock.now(), id_token)
    response = see_other(back_to(suite))
    set_cookie(request, response, session_cookie(request), key, int(LONGEST.total_seconds()))
    return response


def _provider(request: Request) -> OidcClient:
    provider: OidcClient | None = request.app.state.oidc
    if provider is None:
        raise Introuvable("Cette adresse n'existe pas.")
    return provider


@router.get("/connexion/fournisseur", dependencies=OPEN)
async def leave_for_provider(request: Request, suite: str = HOME) -> Response:
    secret = new_key()
    url = await _provider(request).authorization_url(secret)
    response = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
    set_cookie(
        request, response, SIGN_IN_COOKIE, f"{secret}.{quote(back_to(suite), safe='/')}", SIGN_IN_WITHIN_S
    )
    return response


@router.get("/connexion/retour", response_class=HTMLResponse, dependencies=OPEN)
async def come_back_from_provider(
    request: Request, state: str = "", code: str = "", error: str = ""
) -> Response:
    provider = _provider(request)
    secret, _, suite = request.cookies.get(SIGN_IN_COOKIE, "").partition(".")
    if error or not (secret and state and code):
        raise ConnexionRefusee("La connexion n'a pas abouti.", correction="Recommencez la connexion.")
    identity = await provider.identify(secret, state, code, clock.now())
    async with request.app.state.engine.begin() as conn:
        agent = await find_agent(conn, provider.issuer, identity.subject)
        if agent is None and (invited := request.cookies.get(INVITATION_COOKIE)):
            agent = await join(conn, provider.issuer, identity.subject, invited, clock.now())
    if agent is None:
        raise ConnexionRefusee(
            "Votre identité est reconnue, mais aucun droit ne lui est donné ici. Demandez-les à l'administrateur "
            f"de la plateforme pour l'identifiant {identity.subject[:80]}."
        )
    response = await _let_in(request, agent, unquote(suite), identity.id_token)
    for cookie in (SIGN_IN_COOKIE, INVITATION_COOKIE):
        response.delete_cookie(cookie, path="/")
    return response


@router.get("/invitation", response_class=HTMLResponse, dependencies=OPEN)
async def invitation_form(request: Request) -> Response:
    return _invited(request)


def _invited(request: Request, *fautes: Faute) -> Response:
    key = open_form(request)
    page = InvitationPage(form_token(key), request.app.state.oidc is not None, fautes)
    html = rendering.render("invitation.html", "/invitation", cadre.site(request), page=page)
    return show_open_form(request, html, key, HTTPStatus.UNPROCESSABLE_ENTITY if fautes else HTTPStatus.OK)


@router.post("/invitation", response_class=HTMLResponse, dependencies=OPEN)
async def bring_invitation(request: Request) -> Response:
    """Keep the code for the time of the sign-in: the place is taken once the person is known."""
    code = text_of(await read_open_form(request), "code", 100)
    if not CODE.fullmatch(code):
        return _invited(request, Faute("code", "Recopiez le code entier, 43 lettres et signes.", "Code"))
    response = see_other("/connexion/fournisseur")
    set_cookie(request, response, INVITATION_COOKIE, code, SIGN_IN_WITHIN_S)
    return response


@router.post("/deconnexion", response_class=HTMLResponse)
async def sign_out(request: Request, _: Annotated[Caller, Depends(signed_in())]) -> Response:
    await read_form(request)
    session = request.state.session
    async with request.app.state.engine.begin() as conn:
        await close_session(conn, session.key)
    provider: OidcClient | None = request.app.state.oidc
    there = None
    if provider is not None and session.id_token is not None:
        there = await provider.sign_out_url(session.id_token, f"{request.app.state.settings.gateway_url}/")
    response = see_other(there or "/")
    response.delete_cookie(session_cookie(request), path="/")
    return response


@router.get("/espace", response_class=HTMLResponse)
async def space(request: Request, caller: Annotated[Caller, Depends(signed_in())]) -> Response:
    site, perimetre = cadre.site(request), caller.perimetre
    page = EspacePage(
        equipe=request.state.session.agent.administrateur,
        saisie=bool(may_begin(caller, Action.ECRIRE_PARCOURS) and perimetre.structures),
        signalements=bool(may_begin(caller, Action.REPONDRE_SIGNALEMENT) and perimetre.departements),
        territoires=tuple(
            (lien, _pages_of(code))
            for lien in site.territoires[1:]
            if (code := lien.href.rpartition("/")[2]) in perimetre.departements
        ),
    )
    return private_page(rendering.render("espace.html", "/espace", site, page=page))


def _pages_of(departement: str) -> tuple[Lien, ...]:
    return (
        Lien("annexes à suivre et financements", f"/financements?departement={departement}"),
        Lien("structures", f"/structures?departement={departement}"),
        Lien("parcours", f"/parcours?territoire=departement-{departement}"),
        Lien("séances du CDIAE", f"/departements/{departement}#cdiae"),
    )

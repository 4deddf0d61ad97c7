"""The page of a team: an administrator invites and withdraws agents, and lends the structures of the organisation."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access import teams
from services.gateway.access.sessions import Agent
from services.gateway.pages import rendering
from services.gateway.pages.saisie import Faute
from services.gateway.rate import anonymous_rate
from services.gateway.routes.session_edge import private_page, read_form, see_other, signed_in, text_of
from services.gateway.screens import cadre
from services.gateway.screens.equipe import key_of, team_page
from services.gateway.signalements import personal
from shared import clock
from shared.access.callers import Caller
from shared.access.rights import UNKNOWN
from shared.errors import BusinessError, Introuvable

router = APIRouter(prefix="/equipe", include_in_schema=False, dependencies=[Depends(anonymous_rate)])
NOM_MAX = 80


async def administrator(request: Request, _: Annotated[Caller, Depends(signed_in())]) -> Agent:
    """Return the agent signed in, if it administers its organisation."""
    agent: Agent = request.state.session.agent
    if not agent.administrateur:
        raise teams.AdministrateurRequis
    return agent


Administrator = Annotated[Agent, Depends(administrator)]


@router.get("", response_class=HTMLResponse)
async def team(request: Request, agent: Administrator) -> Response:
    return await _show(request, agent)


async def _show(request: Request, agent: Agent, **shown: Any) -> Response:
    page = await team_page(request, agent, **shown)
    html = rendering.render("equipe.html", "/equipe", cadre.site(request), page=page)
    return private_page(html, HTTPStatus.UNPROCESSABLE_ENTITY if page.fautes else HTTPStatus.OK)


@router.post("/invitations", response_class=HTMLResponse)
async def invite(request: Request, agent: Administrator) -> Response:
    """Make an invitation; its code is on the page that answers, and nowhere else."""
    form = await read_form(request)
    nom = text_of(form, "nom", NOM_MAX)
    reason = "Écrivez un nom ou une fonction." if len(nom) < 2 else personal(nom)
    if reason:
        return await _show(request, agent, nom=nom, fautes=(Faute("nom", reason, "Nom ou fonction"),))
    role = text_of(form, "administrateur", 3) == "oui"
    try:
        async with request.app.state.engine.begin() as conn:
            code = await teams.invite(conn, agent, nom, clock.now(), administrateur=role)
    except teams.InvitationsEpuisees as refus:
        return await _show(request, agent, nom=nom, fautes=(_told("nom", refus),))
    return await _show(request, agent, code=code)


def _told(cible: str | None, refus: BusinessError) -> Faute:
    return Faute(cible, f"{refus.detail} {refus.correction or ''}".strip())


@router.post("/invitations/{invitation_id:uuid}", response_class=HTMLResponse)
async def cancel(request: Request, agent: Administrator, invitation_id: UUID) -> Response:
    return await _do(request, agent, lambda conn: teams.cancel(conn, agent.client_id, invitation_id))


async def _do(
    request: Request, agent: Agent, gesture: Callable[[AsyncConnection], Awaitable[bool]]
) -> Response:
    """Do a gesture of one button, then show the team again; what is not there any more is unknown."""
    await read_form(request)
    try:
        async with request.app.state.engine.begin() as conn:
            done = await gesture(conn)
    except teams.DernierAdministrateur as refus:
        return await _show(request, agent, fautes=(_told(None, refus),))
    if not done:
        raise Introuvable(UNKNOWN)
    return see_other("/equipe")


@router.post("/agents/{cle}", response_class=HTMLResponse)
async def change_agent(request: Request, agent: Administrator, cle: str) -> Response:
    form = await read_form(request)
    gesture = text_of(form, "geste", 20)
    async with request.app.state.engine.connect() as conn:
        rows = (await teams.read_team(conn, agent.client_id, clock.now())).agents
    row = next((each for each in rows if key_of(each) == cle), None)
    if row is None or gesture not in {"retirer", "nommer", "demettre"}:
        raise Introuvable(UNKNOWN)
    whom = (agent.client_id, row["issuer"], row["subject"])
    if gesture == "retirer":
        return await _do(request, agent, lambda conn: teams.withdraw(conn, *whom))
    role = gesture == "nommer"
    return await _do(request, agent, lambda conn: teams.set_administrator(conn, *whom, administrateur=role))


@router.post("/delegations", response_class=HTMLResponse)
async def lend(request: Request, agent: Administrator) -> Response:
    form = await read_form(request)
    delegataire = text_of(form, "delegataire", 64)
    siret, _, kind = text_of(form, "structure", 30).partition(" ")
    fautes = []
    if [siret, kind] not in agent.perimetre.get("sirets", []):
        fautes.append(Faute("structure", "Choisissez une structure de votre organisme.", "Structure"))
    if not fautes:
        try:
            async with request.app.state.engine.begin() as conn:
                await teams.lend(conn, agent, delegataire, (siret, kind), clock.now())
        except teams.DelegataireInconnu as refus:
            fautes.append(_told("delegataire", refus))
    if fautes:
        return await _show(request, agent, delegataire=delegataire, fautes=tuple(fautes))
    return see_other("/equipe")


@router.post("/delegations/{delegation_id:uuid}", response_class=HTMLResponse)
async def take_back(request: Request, agent: Administrator, delegation_id: UUID) -> Response:
    return await _do(
        request,
        agent,
        lambda conn: teams.take_back(conn, agent.client_id, delegation_id, agent.subject, clock.now()),
    )

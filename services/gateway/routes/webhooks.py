"""Webhooks: a client subscribes to the facts of its perimeter, follows what is sent, has it sent again."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.gateway.screens.registre import CurseurInvalide
from services.gateway.sources import Sources
from services.gateway.webhooks import abonnements
from services.gateway.webhooks.egress import LONGEST_URL, check_url
from services.gateway.webhooks.flow import SOURCE
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import UNKNOWN, Action
from shared.access.scopes import Scope
from shared.errors import Indisponible, Introuvable
from shared.paging import read_cursor, sign_cursor
from shared.problem_schema import problems
from shared.single import required_key
from shared.validation import Input

router = APIRouter(prefix="/api/vues/v1/webhooks", tags=["webhooks"])
Manager = Annotated[Caller, Depends(requires(Action.GERER_WEBHOOKS))]
Key = Annotated[str, Depends(required_key)]
Position = Annotated[int, Field(ge=0, le=2**53, description="Position du flux ; ce qui la suit est envoyé.")]
Etat = Literal["EN_ATTENTE", "LIVREE", "MORTE"]
NOT_KEPT = {"Cache-Control": "no-store"}


class Demande(Input):
    """What is asked for: an address, types of facts, and from where on."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="https seulement.")]
    types: (
        Annotated[list[str], Field(max_length=100, description="Types voulus ; tous si absent.")] | None
    ) = None
    apres: Position | None = None
    """The present end of the flow by default."""


class Rejeu(Input):
    """From where on to send again."""

    apres: Position


class Abonnement(BaseModel):
    """A subscription as read."""

    id: UUID
    url: str
    source: str
    types: list[str]
    etat: Literal["ACTIF", "DESACTIVE"]
    position: int
    cree_le: datetime
    desactive_le: datetime | None
    ancien_jusqu_au: datetime | None
    """Until when the former secret also signs."""


class AbonnementSuivi(Abonnement):
    """A subscription and how it goes."""

    en_attente: int
    mortes: int
    prochain_essai: datetime


class AbonnementOuvert(Abonnement):
    """A subscription with its secret, which no other answer tells."""

    secret: str


class Livraison(BaseModel):
    """A message: the fact, and what became of it; ``charge`` is what is sent, null once erased."""

    id: UUID
    position: int
    type: str
    etat: Etat
    essais: int
    premier_essai: datetime
    dernier_essai: datetime
    statut: int | None
    erreur: str | None
    charge: dict[str, Any] | None


class Livraisons(BaseModel):
    """A page of messages, the last first."""

    resultats: list[Livraison]
    suivant: str | None


class Conservation(BaseModel):
    """How many messages lost their content, or would."""

    charges_effacees: int


@router.post(
    "", status_code=201, summary="S'abonner aux faits de son périmètre", responses=problems(400, 422)
)
async def post_webhook(
    request: Request, response: Response, demande: Demande, caller: Manager, cle: Key
) -> AbonnementOuvert:
    if Scope.FLUX_LECTURE not in caller.scopes:
        raise PorteeInsuffisante(Scope.FLUX_LECTURE)
    state = request.app.state
    url = check_url(demande.url, local=state.settings.local_webhooks)
    types = abonnements.check_types(demande.types or ())
    end = await _end(request)
    after = end if demande.apres is None else demande.apres
    abonnements.check_position(after, end)
    async with state.engine.begin() as conn:
        opened = await abonnements.subscribe(
            conn, state.webhook_seal, caller.client_id, cle, (url, types, after), clock.now()
        )
    response.headers.update(NOT_KEPT | {"Location": f"{router.prefix}/{opened.row['id']}"})
    return AbonnementOuvert(**{**opened.row, "secret": opened.secret})


@router.get("", summary="Lire ses abonnements")
async def get_webhooks(request: Request, caller: Manager) -> list[AbonnementSuivi]:
    async with request.app.state.engine.connect() as conn:
        rows = await abonnements.list_own(conn, caller.client_id)
    return [AbonnementSuivi(**row) for row in rows]


@router.get("/{abonnement_id:uuid}", summary="Lire un abonnement", responses=problems(404))
async def get_webhook(request: Request, abonnement_id: UUID, caller: Manager) -> AbonnementSuivi:
    return await _read(request, caller, abonnement_id)


@router.delete(
    "/{abonnement_id:uuid}", status_code=204, summary="Supprimer un abonnement", responses=problems(404)
)
async def delete_webhook(request: Request, abonnement_id: UUID, caller: Manager) -> None:
    async with request.app.state.engine.begin() as conn:
        await abonnements.leave(conn, caller.client_id, abonnement_id)


@router.post(
    "/{abonnement_id:uuid}/secret",
    status_code=201,
    summary="Changer de secret ; l'ancien signe encore 24 heures",
    responses=problems(400, 404),
)
async def post_secret(
    request: Request, response: Response, abonnement_id: UUID, caller: Manager, cle: Key
) -> AbonnementOuvert:
    state = request.app.state
    async with state.engine.begin() as conn:
        opened = await abonnements.change_secret(
            conn, state.webhook_seal, caller.client_id, abonnement_id, cle, clock.now()
        )
    response.headers.update(NOT_KEPT)
    return AbonnementOuvert(**{**opened.row, "secret": opened.secret})


@router.post(
    "/{abonnement_id:uuid}/reactivation",
    summary="Reprendre les envois vers une adresse qui avait répondu 410",
    responses=problems(400, 404),
    dependencies=[Depends(required_key)],
)
async def post_reactivation(request: Request, abonnement_id: UUID, caller: Manager) -> AbonnementSuivi:
    async with request.app.state.engine.begin() as conn:
        await abonnements.reactivate(conn, caller.client_id, abonnement_id, clock.now())
    return await _read(request, caller, abonnement_id)


@router.post(
    "/{abonnement_id:uuid}/rejeu",
    summary="Envoyer de nouveau à partir d'une position",
    responses=problems(400, 404, 422),
    dependencies=[Depends(required_key)],
)
async def post_rejeu(request: Request, abonnement_id: UUID, rejeu: Rejeu, caller: Manager) -> AbonnementSuivi:
    abonnements.check_position(rejeu.apres, await _end(request))
    async with request.app.state.engine.begin() as conn:
        await abonnements.replay(conn, caller.client_id, abonnement_id, rejeu.apres, clock.now())
    return await _read(request, caller, abonnement_id)


@router.get("/{abonnement_id:uuid}/livraisons", summary="Lire les livraisons", responses=problems(404, 422))
async def get_livraisons(
    request: Request,
    response: Response,
    abonnement_id: UUID,
    caller: Manager,
    etat: Etat | None = None,
    limite: Annotated[int, Query(ge=1, le=200)] = 50,
    curseur: Annotated[str | None, Query(max_length=200)] = None,
) -> Livraisons:
    await _read(request, caller, abonnement_id)
    key = request.app.state.settings.secret("cursor_key").encode()
    search = f"livraisons {abonnement_id} {etat}"
    place = read_cursor(key, search, curseur) if curseur else None
    if curseur and place is None:
        raise CurseurInvalide(
            "Ce curseur n'est pas celui de cette liste.",
            champ="curseur",
            correction="Reprenez la liste depuis sa première page.",
        )
    async with request.app.state.engine.connect() as conn:
        rows = await abonnements.list_messages(
            conn, abonnement_id, etat, place[0] if place else None, limite + 1
        )
    suivant = None
    if len(rows) > limite:
        suivant = sign_cursor(key, search, (rows[limite - 1]["position"],))
        asked = {"limite": str(limite)} | ({"etat": etat} if etat else {}) | {"curseur": suivant}
        response.headers["Link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
    return Livraisons(resultats=[Livraison(**row) for row in rows[:limite]], suivant=suivant)


@router.post(
    "/{abonnement_id:uuid}/livraisons/{livraison_id:uuid}/redelivrance",
    status_code=202,
    summary="Envoyer de nouveau une livraison",
    responses=problems(400, 404, 409),
    dependencies=[Depends(required_key)],
)
async def post_redelivrance(
    request: Request, abonnement_id: UUID, livraison_id: UUID, caller: Manager
) -> AbonnementSuivi:
    async with request.app.state.engine.begin() as conn:
        await abonnements.redeliver(conn, caller.client_id, abonnement_id, livraison_id, clock.now())
    return await _read(request, caller, abonnement_id)


@router.post("/conservation", summary="Effacer le contenu des livraisons de plus de 7 jours")
async def post_conservation(
    request: Request,
    _: Annotated[Caller, Depends(requires(Action.EXPLOITER))],
    *,
    a_blanc: bool = False,
) -> Conservation:
    async with request.app.state.engine.begin() as conn:
        erased = await abonnements.erase_charges(conn, clock.now(), dry_run=a_blanc)
    return Conservation(charges_effacees=erased)


async def _read(request: Request, caller: Caller, abonnement_id: UUID) -> AbonnementSuivi:
    async with request.app.state.engine.connect() as conn:
        rows = await abonnements.list_own(conn, caller.client_id, abonnement_id)
    if not rows:
        raise Introuvable(UNKNOWN)
    return AbonnementSuivi(**rows[0])


async def _end(request: Request) -> int:
    sources: Sources = request.app.state.sources
    if sources.states[SOURCE].journal is None:
        await sources.refresh()
    journal = sources.states[SOURCE].journal
    if journal is None:
        raise Indisponible("Le flux ne répond pas encore. Réessayez.")
    return journal.position

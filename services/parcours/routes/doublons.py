"""Routes of persons who may be one: the pairs that resemble each other, and the merge of two."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.parcours.commands.fusion import fusionner
from services.parcours.commands.separation import separer
from services.parcours.queries.fusion import list_resembling
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import Action, may_begin
from shared.access.scopes import Scope
from shared.single import writer_of
from shared.types import Identifiant, Texte
from shared.validation import Input
from shared.writing import Writer

router = APIRouter(prefix="/v1/personnes", tags=["personnes"])


class DoublonView(BaseModel):
    """Two persons who may be one: identifiers only, their names are read with a trace."""

    personnes: tuple[UUID, UUID]
    ressemblances: list[str]
    """``mots``: same words and day; ``jour_et_mois``: day and month inverted; ``son_et_annee``: sound and year;
    ``france_travail``: same identifier of France Travail."""


@router.get("/doublons", summary="Lister les personnes de son périmètre qui se ressemblent, deux à deux")
async def get_doublons(
    request: Request, caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))]
) -> list[DoublonView]:
    async with request.app.state.engine.connect() as conn:
        pairs = await list_resembling(conn, caller)
    tell = names_of(request, caller).tell
    return [
        DoublonView(personnes=(tell(une), tell(autre)), ressemblances=formes) for une, autre, formes in pairs
    ]


class Fusion(Input):
    """Who is absorbed, or was, and why; both are kept in the trace."""

    absorbee: Identifiant
    motif: Texte


@router.post(
    "/{personne_id}/fusion", status_code=204, summary="Faire une seule personne de deux (motivé, tracé)"
)
async def post_fusion(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    personne_id: UUID,
    demande: Fusion,
) -> None:
    await _between_two(fusionner, request, caller, personne_id, demande)


@router.post(
    "/{personne_id}/separation",
    status_code=204,
    summary="Annuler une fusion faite par erreur (motivé, tracé)",
)
async def post_separation(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    personne_id: UUID,
    demande: Fusion,
) -> None:
    await _between_two(separer, request, caller, personne_id, demande)


async def _between_two(
    act: Callable[[AsyncEngine, UUID, UUID, str, Writer], Awaitable[None]],
    request: Request,
    caller: Caller,
    conservee: UUID,
    demande: Fusion,
) -> None:
    # Who judges whether two are one must be able to look at both.
    if not may_begin(caller, Action.LIRE_IDENTITE):
        raise PorteeInsuffisante(Scope.IDENTITE_LECTURE)
    engine, find = request.app.state.engine, names_of(request, caller).find
    await act(engine, find(conservee), find(demande.absorbee), demande.motif, writer_of(request, caller))

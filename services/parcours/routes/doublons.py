"""Routes of persons who may be one: the pairs that resemble each other, and the merge of two."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.parcours.commands.fusion import fusionner
from services.parcours.queries.fusion import list_resembling
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import Action, may_begin
from shared.access.scopes import Scope
from shared.single import writer_of
from shared.types import Identifiant, Texte
from shared.validation import Input

router = APIRouter(prefix="/v1/personnes", tags=["personnes"])


class DoublonView(BaseModel):
    """Two persons who may be one: identifiers only, their names are read with a trace."""

    personnes: tuple[UUID, UUID]
    ressemblances: list[str]
    """``mots``: same words and day; ``jour_et_mois``: day and month inverted; ``son_et_annee``: sound and year."""


@router.get("/doublons", summary="Lister les personnes de son périmètre qui se ressemblent, deux à deux")
async def get_doublons(
    request: Request, caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))]
) -> list[DoublonView]:
    async with request.app.state.engine.connect() as conn:
        pairs = await list_resembling(conn, caller)
    return [DoublonView(personnes=(une, autre), ressemblances=formes) for une, autre, formes in pairs]


class Fusion(Input):
    """Who is absorbed, and why; both are kept in the trace."""

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
    if not may_begin(caller, Action.LIRE_IDENTITE):  # who merges must be able to look at both
        raise PorteeInsuffisante(Scope.IDENTITE_LECTURE)
    engine = request.app.state.engine
    await fusionner(engine, personne_id, demande.absorbee, demande.motif, writer_of(request, caller))

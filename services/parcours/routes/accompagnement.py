"""Routes of the support of persons: steps, their timeline, situations after an exit."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.parcours.commands.accompagnement import ETAPES, RELEVES, EtapeLine, Releve, ReleveLine
from services.parcours.commands.suivi import SUIVIS, SuiviLine
from services.parcours.queries.accompagnement import get_timeline
from services.parcours.queries.personne import see_personne
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["accompagnement"])
Sender = Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))]


class EvenementView(BaseModel):
    """Something that happened in a pathway; neither its reason nor its content is told here."""

    jour: date
    nature: str
    id: UUID
    structure_id: UUID | None
    detail: str | None


@router.post("/etapes", status_code=201, summary="Noter un frein, une action, une immersion, une formation")
async def post_etape(
    request: Request, line: EtapeLine, caller: Sender, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, ETAPES, line, caller, cle, prefer=prefer)


@router.post("/etapes/{etape_id}/releve", status_code=201, summary="Dire ce qu'une étape est devenue")
async def post_releve(  # one parameter a header
    request: Request,
    etape_id: UUID,
    releve: Releve,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ReleveLine(**dict(releve), etape=etape_id)
    return await answer_write(request, RELEVES, line, caller, cle, prefer=prefer)


@router.post("/suivis", status_code=201, summary="Constater la situation trois ou six mois après une sortie")
async def post_suivi(
    request: Request, line: SuiviLine, caller: Sender, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, SUIVIS, line, caller, cle, prefer=prefer)


@router.get("/personnes/{personne_id}/parcours", summary="Lire le parcours d'une personne, jour après jour")
async def get_parcours(
    request: Request, caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))], personne_id: UUID
) -> list[EvenementView]:
    async with request.app.state.engine.connect() as conn:
        known = await see_personne(conn, caller, names_of(request, caller).find(personne_id))
        if known is None:
            raise Introuvable(UNKNOWN)
        rows = await get_timeline(conn, known)
    return [EvenementView.model_validate(dict(row)) for row in rows]

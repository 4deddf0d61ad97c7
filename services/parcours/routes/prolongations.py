"""Routes of prolongations: ask, read the requests, grant or deny."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.parcours.commands.prolongation import (
    PROLONGATIONS,
    REPONSES,
    ProlongationDemandee,
    ProlongationLine,
    ReponseLine,
    ReponsePrescripteur,
)
from services.parcours.domain.delivrance import afficher
from services.parcours.domain.dossier import PENDING, Prolongation
from services.parcours.domain.prolongation import rappel_suivant
from services.parcours.queries.prolongation import list_prolongations
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["prolongations"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]
Sender = Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))]


class DemandeView(BaseModel):
    """A prolongation as read by the structure that asks and by the prescripteur who is asked.

    ``debut`` is the last day of the PASS IAE, ``fin`` the one asked for; ``rappel_le`` the day on which the
    prescripteur is reminded next.
    """

    id: UUID
    pass_id: UUID
    numero: str
    structure_id: UUID
    organisation: str | None
    motif: str | None
    """Told to those whom it binds, not to the State of the département: it may say a handicap."""
    debut: date
    fin: date
    etat: Literal["PENDING", "GRANTED", "DENIED"]
    demandee_le: date
    decidee_le: date | None
    motif_refus: str | None
    actions: list[str]
    rappel_le: date | None


def _view(known: Prolongation, numero: str, jour: date, caller: Caller) -> DemandeView:
    waits, perimetre = known.etat == PENDING, caller.perimetre
    bound = known.structure_id in perimetre.structures or known.organisation in perimetre.organisations
    return DemandeView(
        id=known.id,
        pass_id=known.pass_id,
        numero=afficher(numero),
        structure_id=known.structure_id,
        organisation=known.organisation,
        motif=known.motif if bound else None,
        debut=known.date_debut,
        fin=known.date_fin,
        etat=known.etat,
        demandee_le=known.demandee_le,
        decidee_le=known.decidee_le,
        motif_refus=known.motif_refus,
        actions=list(known.actions),
        rappel_le=rappel_suivant(known.demandee_le, jour) if waits else None,
    )


@router.get("/prolongations", summary="Lire les prolongations que l'on demande, ou que l'on décide")
async def get_prolongations(
    request: Request,
    caller: Reader,
    etat: Literal["PENDING", "GRANTED", "DENIED"] | None = None,
    apres: UUID | None = None,
) -> list[DemandeView]:
    async with request.app.state.engine.connect() as conn:
        found = await list_prolongations(conn, caller, etat, apres)
    return [_view(known, numero, clock.today(), caller) for known, numero in found]


@router.post(
    "/pass/{pass_id}/prolongations", status_code=201, summary="Prolonger un PASS IAE, ou le demander"
)
async def post_prolongation(  # one parameter a header
    request: Request,
    pass_id: UUID,
    demandee: ProlongationDemandee,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ProlongationLine(**dict(demandee), pass_iae=pass_id)
    return await answer_write(request, PROLONGATIONS, line, caller, cle, prefer=prefer)


@router.post(
    "/prolongations/{prolongation_id}/reponse",
    status_code=201,
    summary="Accorder ou refuser une prolongation",
)
async def post_reponse(  # one parameter a header
    request: Request,
    prolongation_id: UUID,
    reponse: ReponsePrescripteur,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ReponseLine(**dict(reponse), prolongation=prolongation_id)
    return await answer_write(request, REPONSES, line, caller, cle, prefer=prefer)

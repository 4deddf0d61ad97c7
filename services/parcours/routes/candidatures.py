"""Routes of candidatures: send a person, read, answer."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.parcours.commands.candidature import ORIENTATIONS, MotifRefus, OrientationLine
from services.parcours.commands.classement import classer_candidatures
from services.parcours.commands.decision import DECISIONS, DecisionLine, Reponse
from services.parcours.commands.embauche import (
    EMBAUCHES_REPORTEES,
    EmbaucheReportee,
    EmbaucheReporteeLine,
)
from services.parcours.domain.candidature import Candidature, refus_automatique_le
from services.parcours.pseudonyms import Pseudonyms
from services.parcours.queries.candidature import get_candidature, list_candidatures
from services.parcours.routes.names import names_of
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.single import AuMoins, Cle, Preference, answer_write, writer_of

router = APIRouter(prefix="/v1/candidatures", tags=["candidatures"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]
Etat = Literal[
    "new", "processing", "postponed", "prior_to_hire", "accepted", "refused", "cancelled", "obsolete", "pool",
]  # fmt: skip
Sender = Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))]


class CandidatureView(BaseModel):
    """A candidature as read."""

    id: UUID
    version: int
    personne_id: UUID | None
    """The person, by the caller's own pseudonym; null once they are erased."""
    structure_id: UUID
    origine: str
    type_prescripteur: str
    organisation: str | None
    date_orientation: date
    etat: str
    date_suite: date | None
    motif_refus: MotifRefus | Literal["auto"] | None
    contrat_id: UUID | None
    date_embauche: date | None
    pass_id: UUID | None
    diagnostic_id: UUID | None
    archivee_le: date | None
    delivrance: Literal["PENDING", "GRANTED", "DENIED"] | None
    """Of a PASS IAE that is delivered by hand."""
    refus_automatique_le: date | None
    """Day on which the candidature is refused if nobody touches it."""


def view_of(row: RowMapping, names: Pseudonyms) -> CandidatureView:
    """Return a candidature as read, with what it is waiting for."""
    limite = refus_automatique_le(Candidature(**dict(row)))
    return CandidatureView.model_validate({**names.tell_in(row), "refus_automatique_le": limite})


@router.post("", status_code=201, summary="Orienter une personne vers une structure")
async def post_candidature(  # one parameter a header
    request: Request,
    line: OrientationLine,
    caller: Sender,
    cle: Cle = None,
    au_moins: AuMoins = None,
    prefer: Preference = None,
) -> Response:
    return await answer_write(request, ORIENTATIONS, line, caller, cle, au_moins=au_moins, prefer=prefer)


@router.get("", summary="Lister les candidatures de son périmètre")
async def get_candidatures(
    request: Request,
    caller: Reader,
    structure_id: UUID | None = None,
    apres: UUID | None = None,
    etat: Annotated[list[Etat] | None, Query()] = None,
) -> list[CandidatureView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_candidatures(conn, caller, structure_id, apres, etat or ())
    names = names_of(request, caller)
    return [view_of(row, names) for row in rows]


@router.get("/{candidature_id}", summary="Lire une candidature")
async def get_one_candidature(
    request: Request, response: Response, caller: Reader, candidature_id: UUID
) -> CandidatureView:
    async with request.app.state.engine.connect() as conn:
        row = await get_candidature(conn, caller, candidature_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    response.headers["ETag"] = f'"{row["version"]}"'
    return view_of(row, names_of(request, caller))


@router.post("/{candidature_id}/decision", status_code=201, summary="Décider d'une candidature")
async def post_decision(  # one parameter a header
    request: Request,
    candidature_id: UUID,
    reponse: Reponse,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = DecisionLine(**dict(reponse), candidature=candidature_id)
    answer = await answer_write(request, DECISIONS, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/{candidature_id}"
    return answer


@router.post(
    "/{candidature_id}/report", status_code=201, summary="Reporter une embauche qui n'a pas commencé"
)
async def post_report(  # one parameter a header
    request: Request,
    candidature_id: UUID,
    reportee: EmbaucheReportee,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = EmbaucheReporteeLine(**dict(reportee), candidature=candidature_id)
    return await answer_write(request, EMBAUCHES_REPORTEES, line, caller, cle, prefer=prefer)


class Classement(BaseModel):
    """How many candidatures were refused or put away for lack of change."""

    classees: int


@router.post("/classement", summary="Refuser après 60 jours, archiver après 180, ce que personne n'a touché")
async def post_classement(
    request: Request, caller: Annotated[Caller, Depends(requires(Action.EXPLOITER))], *, a_blanc: bool = False
) -> Classement:
    app = request.app
    done = await classer_candidatures(
        app.state.engine, app.state.service.tables.write, writer_of(request, caller), a_blanc=a_blanc
    )
    return Classement(classees=done)

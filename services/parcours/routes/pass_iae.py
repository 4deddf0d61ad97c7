"""Routes of the PASS IAE: diagnose, read, suspend, resume."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.parcours.commands.diagnostic import DIAGNOSTICS, DiagnosticLine
from services.parcours.commands.suspension import (
    REPRISES,
    SUSPENSIONS,
    RepriseDeclaree,
    RepriseLine,
    SuspensionDeclaree,
    SuspensionLine,
)
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.delivrance import afficher
from services.parcours.domain.dossier import Dossier, PassIae
from services.parcours.queries.pass_iae import get_dossier, get_dossier_of_pass
from services.parcours.routes.names import names_of
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["PASS IAE"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]
Sender = Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))]


class SuspensionView(BaseModel):
    """A suspension, both days included; its reason is not told."""

    id: UUID
    debut: date
    fin: date


class ProlongationView(BaseModel):
    """A prolongation, or the request for one: PENDING, GRANTED or DENIED; its reason is not told."""

    id: UUID
    debut: date
    fin: date
    etat: str


class PassView(BaseModel):
    """A PASS IAE as read today."""

    id: UUID
    version: int
    numero: str
    affichage: str
    origine: str
    date_debut: date
    date_fin: date
    duree_jours: int
    etat: str
    valide: bool
    jours_restants: int
    reste_affiche: str
    date_fin_estimee: date
    fin_carence: date
    suspensions: list[SuspensionView]
    prolongations: list[ProlongationView]


def _view(known: PassIae, dossier: Dossier, jour: date) -> PassView:
    suspensions = dossier.suspensions_de(known.id)
    periodes = [each.periode for each in suspensions]
    left = rules.reliquat(known.periode, periodes, jour)
    return PassView(
        id=known.id,
        version=known.version,
        numero=known.numero or "",
        affichage=afficher(known.numero or ""),
        origine=known.origine,
        date_debut=known.date_debut,
        date_fin=known.date_fin,
        duree_jours=rules.duree_jours(known.periode),
        etat=rules.etat(known.periode, periodes, jour),
        valide=rules.est_valide(known.periode, jour),
        jours_restants=left,
        reste_affiche=rules.afficher_reste(left),
        date_fin_estimee=rules.fin_estimee(known.periode, periodes, jour),
        fin_carence=rules.fin_de_carence(known.date_fin),
        suspensions=[
            SuspensionView(id=each.id, debut=each.date_debut, fin=each.date_fin) for each in suspensions
        ],
        prolongations=[
            ProlongationView(id=each.id, debut=each.date_debut, fin=each.date_fin, etat=each.etat)
            for each in dossier.prolongations
            if each.pass_id == known.id
        ],
    )


@router.post("/diagnostics", status_code=201, summary="Établir un diagnostic d'éligibilité")
async def post_diagnostic(
    request: Request, line: DiagnosticLine, caller: Sender, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, DIAGNOSTICS, line, caller, cle, prefer=prefer)


@router.get("/pass/{pass_id}", summary="Lire un PASS IAE, son état et son reliquat aujourd'hui")
async def get_pass(request: Request, response: Response, caller: Reader, pass_id: UUID) -> PassView:
    async with request.app.state.engine.connect() as conn:
        dossier = await get_dossier_of_pass(conn, caller, pass_id)
    known = next((each for each in dossier.passes if each.id == pass_id), None) if dossier else None
    if dossier is None or known is None:
        raise Introuvable(UNKNOWN)
    response.headers["ETag"] = f'"{known.version}"'
    return _view(known, dossier, clock.today())


@router.get("/personnes/{personne_id}/pass", summary="Lire les PASS IAE d'une personne")
async def get_passes(request: Request, caller: Reader, personne_id: UUID) -> list[PassView]:
    async with request.app.state.engine.connect() as conn:
        dossier = await get_dossier(conn, caller, names_of(request, caller).find(personne_id))
    if dossier is None:
        raise Introuvable(UNKNOWN)
    return [_view(known, dossier, clock.today()) for known in dossier.passes]


@router.post("/pass/{pass_id}/suspensions", status_code=201, summary="Suspendre un PASS IAE")
async def post_suspension(  # one parameter a header
    request: Request,
    pass_id: UUID,
    declaree: SuspensionDeclaree,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = SuspensionLine(**dict(declaree), pass_iae=pass_id)
    return await answer_write(request, SUSPENSIONS, line, caller, cle, prefer=prefer)


@router.post("/suspensions/{suspension_id}/reprise", status_code=201, summary="Mettre fin à une suspension")
async def post_reprise(  # one parameter a header
    request: Request,
    suspension_id: UUID,
    declaree: RepriseDeclaree,
    caller: Sender,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = RepriseLine(**dict(declaree), suspension=suspension_id)
    return await answer_write(request, REPRISES, line, caller, cle, prefer=prefer)

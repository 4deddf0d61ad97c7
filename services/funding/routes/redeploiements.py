"""Routes of redéploiements: proposed, decided, applied."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.funding.commands.redeploiement import (
    APPLICATIONS,
    DECISIONS,
    REDEPLOIEMENTS,
    ApplicationLine,
    DecisionLine,
    PropositionLine,
)
from services.funding.queries.redeploiement import get_redeploiement
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, may
from shared.errors import Introuvable
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["redeploiements"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]


class LigneView(BaseModel):
    """ETP taken (negative) or given, and the avenant that did it."""

    annexe_id: UUID
    numero: str
    structure_id: UUID
    departement: str
    type_structure: str
    etp: Decimal
    montant_unitaire: Decimal
    avenant: UUID | None


class RedeploiementView(BaseModel):
    """A redéploiement and its trace."""

    id: UUID
    region: str
    etat: str
    motif: str
    propose_le: date
    decide_le: date | None
    decision: str | None
    applique_le: date | None
    lignes: list[LigneView]


@router.post("/redeploiements", status_code=201, summary="Proposer un redéploiement")
async def post_proposition(
    request: Request, line: PropositionLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, REDEPLOIEMENTS, line, caller, cle, prefer=prefer)


@router.post("/decisions-redeploiement", status_code=201, summary="Accepter ou refuser un redéploiement")
async def post_decision(
    request: Request, line: DecisionLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, DECISIONS, line, caller, cle, prefer=prefer)


@router.post("/applications-redeploiement", status_code=201, summary="Appliquer un redéploiement accepté")
async def post_application(
    request: Request, line: ApplicationLine, caller: Funder, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, APPLICATIONS, line, caller, cle, prefer=prefer)


@router.get("/redeploiements/{redeploiement_id}", summary="Lire un redéploiement et sa trace")
async def get_one(request: Request, caller: Reader, redeploiement_id: UUID) -> RedeploiementView:
    async with request.app.state.engine.connect() as conn:
        row, lines = await get_redeploiement(conn, redeploiement_id)
    targets = [Target(structure_id=line["structure_id"], departement=line["departement"]) for line in lines]
    if row is None or not all(may(caller, Action.LIRE_FINANCEMENT, target) for target in targets):
        raise Introuvable(UNKNOWN)
    return RedeploiementView(**dict(row), lignes=[LigneView.model_validate(dict(line)) for line in lines])

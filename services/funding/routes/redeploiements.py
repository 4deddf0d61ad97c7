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
from services.funding.domain.annexe import mesure_de
from services.funding.domain.enveloppe import REGIONAL, departements_de, region_de
from services.funding.domain.realisation import Classement
from services.funding.domain.redeploiement import Place, rang_attribution
from services.funding.queries.financement import get_annexe
from services.funding.queries.realisation import annexes_in_force
from services.funding.queries.redeploiement import get_redeploiement
from services.funding.routes.suivi import realisations
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure, may
from shared.errors import Introuvable
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["redeploiements"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]
Funder = Annotated[Caller, Depends(requires(Action.ECRIRE_FINANCEMENT))]

KEPT = {"annexe_id", "numero", "structure_id", "departement", "etp", "taux_cumule"}


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


class AttributionView(BaseModel):
    """An annexe that did more than agreed; ``rang`` 1 is the first served (same département and type), 3 the last."""

    rang: int
    annexe_id: UUID
    numero: str
    structure_id: UUID
    departement: str
    type_structure: str
    etp: Decimal
    montant_unitaire: Decimal
    taux_cumule: Decimal


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


@router.get(
    "/annexes/{annexe_id}/attributions",
    summary="À qui attribuer les ETP repris d'une annexe, dans l'ordre",
)
async def get_attributions(request: Request, caller: Reader, annexe_id: UUID) -> list[AttributionView]:
    async with request.app.state.engine.connect() as conn:
        row = await get_annexe(conn, annexe_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        ensure(caller, Action.LIRE_FINANCEMENT, Target(row["structure_id"], row["departement"]))
        inside = departements_de(REGIONAL, region_de(row["departement"]))
        rows = [
            other
            for other in await annexes_in_force(conn, inside, row["date_debut"].year)
            if other["id"] != annexe_id
            and may(caller, Action.LIRE_FINANCEMENT, Target(other["structure_id"], other["departement"]))
        ]
        views = await realisations(conn, rows)
    origin = Place(row["departement"], mesure_de(row["mesure"]).type_structure)
    found = [
        AttributionView(
            rang=rang_attribution(origin, Place(other["departement"], other["type_structure"])),
            type_structure=other["type_structure"],
            montant_unitaire=other["montant_unitaire"],
            **view.model_dump(include=KEPT),
        )
        for other, view in zip(rows, views, strict=True)
        if view.classement is Classement.SUR
    ]
    return sorted(found, key=lambda x: (x.rang, -x.taux_cumule, x.numero))

"""Routes that advise on a candidature: what to know before answering, where else to send."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.parcours.domain.candidature import AVERTISSEMENT, Candidature, deja_adressee
from services.parcours.queries.candidature import get_candidature
from services.parcours.queries.proposition import list_of_person, list_propositions
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable

router = APIRouter(prefix="/v1/candidatures", tags=["candidatures"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))]


class AvertissementView(BaseModel):
    """Something to know that forbids nothing."""

    code: str
    detail: str
    source: str


class PropositionView(BaseModel):
    """A structure of the same EPCI with posts open in a trade of the one that refused."""

    structure_id: UUID
    siret: str
    type_structure: str
    code_rome: str
    postes_ouverts: int


@router.get("/{candidature_id}/avertissements", summary="Lire ce qu'il faut savoir d'une candidature")
async def get_avertissements(
    request: Request, caller: Reader, candidature_id: UUID
) -> list[AvertissementView]:
    async with request.app.state.engine.connect() as conn:
        row = await get_candidature(conn, caller, candidature_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        known = Candidature(**row)
        before = deja_adressee(known, await list_of_person(conn, known.personne_id))
    if before is None:
        return []
    return [
        AvertissementView(
            code="candidature_sous_12_mois",
            detail=f"La personne a déjà été adressée à cette structure le {before.date_orientation:%d/%m/%Y}.",
            source=AVERTISSEMENT.source,
        )
    ]


@router.get("/{candidature_id}/propositions", summary="Trouver d'autres structures après un refus")
async def get_propositions(request: Request, caller: Reader, candidature_id: UUID) -> list[PropositionView]:
    async with request.app.state.engine.connect() as conn:
        row = await get_candidature(conn, caller, candidature_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        known = Candidature(**row)
        found = await list_propositions(conn, known) if known.etat == "refused" else []
    return [PropositionView(**each) for each in found]

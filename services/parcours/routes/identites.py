"""Routes of persons: enter one in the vault, read an identity under a trace."""

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import insert

from services.parcours.commands.personne import PERSONNES, PersonneLine
from services.parcours.queries.personne import get_personne
from services.parcours.vault import Vault
from shared.access.audit import audit_row
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Decision
from shared.errors import Introuvable
from shared.logs import request_id
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1/personnes", tags=["personnes"])


class IdentiteView(BaseModel):
    """Who a person is; what is sensitive (NIR, criteria) never leaves by this route."""

    id: UUID
    version: int
    nom: str
    prenom: str
    date_naissance: date
    code_insee: str | None


@router.post("", status_code=201, summary="Inscrire une personne")
async def post_personne(
    request: Request,
    line: PersonneLine,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    return await answer_write(request, PERSONNES, line, caller, cle, prefer=prefer)


@router.get("/{personne_id}", summary="Lire une identité (la lecture est tracée)")
async def get_identite(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))],
    personne_id: UUID,
) -> IdentiteView:
    app, vault = request.app, cast("Vault", request.app.state.tools)
    async with app.state.engine.begin() as conn:
        row = await get_personne(conn, caller, personne_id)
        decision = Decision.HORS_PERIMETRE if row is None else Decision.ACCORDE
        trace = audit_row(
            caller,
            Action.LIRE_IDENTITE,
            personne_id,
            decision,
            address=request.client.host if request.client else None,
            trace_id=request_id.get(),
        )
        await conn.execute(insert(app.state.service.tables.audit), trace)
    if row is None:
        raise Introuvable(UNKNOWN)
    response.headers["ETag"] = f'"{row["version"]}"'
    response.headers["Cache-Control"] = "no-store"
    identite = vault.safe(row["id"], row["dek_enveloppee"]).open("identite", row["identite"])
    return IdentiteView(id=row["id"], version=row["version"], **identite)

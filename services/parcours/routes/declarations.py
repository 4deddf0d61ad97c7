"""Routes of the monthly declaration of a structure: send, replace, read."""

import re
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from services.parcours.commands.declaration import (
    DECLARATIONS_REMPLACEES,
    DeclarationRemplacee,
    LigneHeures,
)
from services.parcours.domain.declaration import LIGNES_MAX
from services.parcours.domain.errors import VersionManquante
from services.parcours.queries.declaration import get_declaration, get_lignes
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.idempotency import write_once
from shared.imports.dry_run import try_batch
from shared.messaging.waiting import wait_for_positions
from shared.single import AuMoins, Cle, writer_of
from shared.types import Mois
from shared.validation import Input
from shared.writing import Refused, Writer, write_batch

router = APIRouter(prefix="/v1/structures", tags=["declarations"])


class DeclarationBody(Input):
    """Hours and exits of a month; a resend replaces the whole."""

    lignes: list[LigneHeures] = Field(max_length=LIGNES_MAX)


class LigneView(BaseModel):
    """A line as kept."""

    contrat: UUID
    annexe: str
    heures: Decimal
    heures_eligibles: Decimal


class DeclarationView(BaseModel):
    """A declaration as kept, in its present version."""

    id: UUID
    version: int
    structure_id: UUID
    mois: str
    lignes: list[LigneView]


def version_remplacee(if_match: str | None, if_none_match: str | None) -> int:
    """Return the version that a write means to replace, 0 for none.

    Raises
    ------
    VersionManquante
        Neither header says it, or both do.
    """
    given = re.fullmatch(r'"(\d{1,9})"', if_match or "")
    if given and not if_none_match:
        return int(given[1])
    if if_none_match == "*" and not if_match:
        return 0
    raise VersionManquante(
        "Dites ce que vous remplacez.",
        correction="Envoyez « If-None-Match: * » la première fois, puis « If-Match » avec l'ETag reçu.",
    )


@router.put("/{structure_id}/declarations/{mois}", status_code=201, summary="Déclarer les heures d'un mois")
async def put_declaration(  # noqa: PLR0913 # one parameter a header
    *,
    request: Request,
    structure_id: UUID,
    mois: Mois,
    body: DeclarationBody,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    if_match: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
    cle: Cle = None,
    au_moins: AuMoins = None,
    a_blanc: bool = False,  # a query parameter
) -> Response:
    attendue = version_remplacee(if_match, if_none_match)
    await wait_for_positions(request, au_moins)
    line = DeclarationRemplacee(
        structure_id=structure_id, mois=mois, lignes=body.lignes, version_attendue=attendue
    )
    writer = writer_of(request, caller)
    identity = await _write(request, line, writer, cle, dry_run=a_blanc)
    receipt = {
        "id": identity,
        "structure_id": structure_id,
        "mois": mois,
        "version": attendue + 1,
        "a_blanc": a_blanc,
        "lignes": len(body.lignes),
        "heures": str(sum((ligne.heures for ligne in body.lignes), Decimal(0))),
        "sorties": sum(ligne.sortie is not None for ligne in body.lignes),
    }
    status = 200 if a_blanc or attendue else 201
    headers = {} if a_blanc else {"ETag": f'"{attendue + 1}"'}
    return Response(orjson.dumps(receipt), status, headers, media_type="application/json")


async def _write(
    request: Request, line: DeclarationRemplacee, writer: Writer, cle: str | None, *, dry_run: bool
) -> str:
    """Write a declaration, or only try it; with a key, the same request may come again."""
    engine, tables = request.app.state.engine, request.app.state.service.tables
    nature = DECLARATIONS_REMPLACEES
    if cle and not dry_run:
        answer = await write_once(engine, tables.write, tables.idempotency, nature, line, writer, cle)
        return str(answer.body["id"])
    if dry_run:
        (outcome,) = await try_batch(engine, tables.write, nature, [line], writer)
    else:
        (outcome,), _ = await write_batch(engine.begin, tables.write, nature, [line], writer)
    if isinstance(outcome, Refused):
        raise outcome.error
    return str(outcome.identity)


@router.get("/{structure_id}/declarations/{mois}", summary="Lire la déclaration d'un mois")
async def get_one_declaration(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_PARCOURS))],
    structure_id: UUID,
    mois: Mois,
) -> DeclarationView:
    async with request.app.state.engine.connect() as conn:
        row = await get_declaration(conn, caller, structure_id, mois)
        if row is None:
            raise Introuvable(UNKNOWN)
        lignes: Any = await get_lignes(conn, row["id"], row["version"])
    response.headers["ETag"] = f'"{row["version"]}"'
    views = [
        LigneView(
            contrat=ligne.contrat_id,
            annexe=ligne.annexe,
            heures=ligne.heures,
            heures_eligibles=ligne.heures_eligibles,
        )
        for ligne in lignes
    ]
    return DeclarationView(**row, lignes=views)

"""Routes of persons: enter one in the vault, read under a trace, correct, export, erase."""

from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.accompagnement import place
from services.parcours.commands.effacement import effacer_personne
from services.parcours.commands.personne import PERSONNES, PersonneLine
from services.parcours.commands.rectification import RECTIFICATIONS, Rectification, RectificationLine
from services.parcours.domain.nir import masquer
from services.parcours.queries.accompagnement import get_timeline, list_etapes
from services.parcours.queries.dossier import read_dossiers
from services.parcours.queries.personne import (
    get_personne,
    get_whole,
    list_accesses,
    list_personnes,
)
from services.parcours.routes.declarations import version_remplacee
from services.parcours.routes.names import names_of
from services.parcours.vault import Vault
from shared.access.audit import audit_row
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Decision
from shared.errors import Introuvable
from shared.logs import request_id
from shared.single import Cle, Preference, answer_write, writer_of
from shared.types import Identifiant, Reference, Texte
from shared.validation import Input

router = APIRouter(prefix="/v1/personnes", tags=["personnes"])


class IdentiteView(BaseModel):
    """Who a person is, by the caller's own pseudonym; what is sensitive (NIR, criteria) never leaves by this route."""

    id: UUID
    version: int
    nom: str
    prenom: str
    date_naissance: date
    code_insee: str | None
    identifiant_france_travail: str | None = None


@router.post("", status_code=201, summary="Inscrire une personne")
async def post_personne(
    request: Request,
    line: PersonneLine,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    tell = names_of(request, caller).tell
    return await answer_write(request, PERSONNES, line, caller, cle, prefer=prefer, tell=tell)


@router.get("/{personne_id}", summary="Lire une identité (la lecture est tracée)")
async def get_identite(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))],
    personne_id: UUID,
) -> IdentiteView:
    vault, names = cast("Vault", request.app.state.tools), names_of(request, caller)
    async with request.app.state.engine.begin() as conn:
        row = await get_personne(conn, caller, names.find(personne_id))
        target = row["id"] if row else names.find(personne_id)
        await _trace(conn, request, caller, target, None, found=row is not None)
    if row is None:
        raise Introuvable(UNKNOWN)
    response.headers["ETag"] = f'"{row["version"]}"'
    response.headers["Cache-Control"] = "no-store"
    identite = vault.safe(row["id"], row["dek_enveloppee"]).open("identite", row["identite"])
    return IdentiteView(id=names.tell(row["id"]), version=row["version"], **identite)


class IdentitesDemandees(Input):
    """Persons whose names a screen is about to show."""

    personnes: list[Identifiant] = Field(min_length=1, max_length=200)


class IdentiteDemandeeView(IdentiteView):
    """Who a person of a batch is."""

    demandee: UUID
    """The name that was asked for; ``id`` is another one after a merge."""


@router.post("/identites", summary="Lire des identités, par lot (chaque lecture est tracée)")
async def post_identites(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))],
    demande: IdentitesDemandees,
) -> list[IdentiteDemandeeView]:
    vault, names = cast("Vault", request.app.state.tools), names_of(request, caller)
    asked = [names.find(name) for name in demande.personnes]
    async with request.app.state.engine.begin() as conn:
        rows = await list_personnes(conn, caller, asked)
        found = {row["nommee"]: row["id"] for row in rows}
        for personne_id in asked:
            target = found.get(personne_id, personne_id)
            await _trace(conn, request, caller, target, None, found=personne_id in found)
    response.headers["Cache-Control"] = "no-store"
    return [
        IdentiteDemandeeView(
            demandee=names.tell(row["nommee"]),
            id=names.tell(row["id"]),
            version=row["version"],
            **vault.safe(row["id"], row["dek_enveloppee"]).open("identite", row["identite"]),
        )
        for row in rows
    ]


async def _trace(
    conn: AsyncConnection,
    request: Request,
    caller: Caller,
    personne_id: UUID,
    motif: str | None,
    *,
    found: bool,
) -> None:
    trace = audit_row(
        caller,
        Action.LIRE_IDENTITE,
        personne_id,
        Decision.ACCORDE if found else Decision.HORS_PERIMETRE,
        address=request.client.host if request.client else None,
        trace_id=request_id.get(),
        motif=motif,
    )
    await conn.execute(insert(request.app.state.service.tables.audit), trace)


class Motivee(Input):
    """Why it is asked for, in the words of the caller; kept in the trace."""

    motif: Texte


class ExportView(BaseModel):
    """All that is held of a person, and who looked at it."""

    id: UUID
    identite: dict[str, Any]
    sensible: dict[str, Any]
    diagnostics: list[dict[str, Any]]
    accompagnement: list[dict[str, Any]]
    parcours: list[dict[str, Any]]
    acces: list[dict[str, Any]]


@router.post(
    "/{personne_id}/export", summary="Remettre à une personne tout ce qui est tenu d'elle (motivé, tracé)"
)
async def post_export(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(requires(Action.LIRE_IDENTITE))],
    personne_id: UUID,
    demande: Motivee,
) -> ExportView:
    vault, names = cast("Vault", request.app.state.tools), names_of(request, caller)
    async with request.app.state.engine.begin() as conn:
        row = await get_whole(conn, caller, names.find(personne_id))
        target = row["id"] if row else names.find(personne_id)
        await _trace(conn, request, caller, target, demande.motif, found=row is not None)
        timeline = await get_timeline(conn, target)
        dossier = (await read_dossiers(conn, [target]))[target]
        etapes = await list_etapes(conn, target)
        accesses = await list_accesses(conn, target)
    if row is None:
        raise Introuvable(UNKNOWN)
    response.headers["Cache-Control"] = "no-store"
    safe = vault.safe(row["id"], row["dek_enveloppee"])
    sensible = safe.open("sensible", row["sensible"])
    return ExportView(
        id=names.tell(row["id"]),
        identite=safe.open("identite", row["identite"]),
        sensible=sensible | {"nir": masquer(sensible["nir"])},
        diagnostics=[
            {
                "id": each.id,
                "auteur": each.auteur,
                "date_diagnostic": each.date_diagnostic,
                **safe.open(f"diagnostic:{each.id}", each.criteres),
            }
            for each in dossier.diagnostics
        ],
        accompagnement=[
            {"id": each.id, "nature": each.nature, **safe.open(place(each.id), each.contenu)}
            for each in etapes
        ],
        parcours=[dict(each) for each in timeline],
        acces=accesses,
    )


@router.post(
    "/{personne_id}/rectification", status_code=201, summary="Corriger ce qui est tenu d'une personne"
)
async def post_rectification(  # one parameter a header
    request: Request,
    personne_id: UUID,
    correction: Rectification,
    caller: Annotated[Caller, Depends(requires(Action.ECRIRE_PARCOURS))],
    if_match: Annotated[str | None, Header()] = None,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    attendue = version_remplacee(if_match, None)
    names = names_of(request, caller)
    known = names.find(personne_id)
    line = RectificationLine(**dict(correction), personne=known, version_attendue=attendue)
    return await answer_write(request, RECTIFICATIONS, line, caller, cle, prefer=prefer, tell=names.tell)


class Effacement(Motivee):
    """Why a person is erased, and how they are named."""

    partenaire: Reference | None = Field(
        None,
        description="Client dont l'identifiant donné est le pseudonyme ; absent, c'est celui du journal.",
    )


@router.post(
    "/{personne_id}/effacement", status_code=204, summary="Effacer une personne en détruisant sa clé"
)
async def post_effacement(
    request: Request,
    caller: Annotated[Caller, Depends(requires(Action.EXPLOITER))],
    personne_id: UUID,
    demande: Effacement,
) -> None:
    known = personne_id
    if demande.partenaire:
        known = cast("Vault", request.app.state.tools).pseudonyms_of_partner(demande.partenaire).find(known)
    await effacer_personne(request.app.state.engine, known, demande.motif, writer_of(request, caller))

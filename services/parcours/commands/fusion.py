"""Making one person of two: what was attached to the one absorbed is attached to the one kept."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.commands.accompagnement import place
from services.parcours.domain.errors_pass import FusionImpossible, ensure_none
from services.parcours.domain.rapprochement import SOURCE_FUSION, refus_de_fusion
from services.parcours.queries.dossier import read_dossiers
from services.parcours.queries.fusion import lock_two
from services.parcours.tables import (
    agrement,
    candidature,
    contrat,
    diagnostic,
    etape,
    fusion,
    pass_iae,
    personne,
    tables,
)
from services.parcours.vault import Safe, Vault
from shared.access.audit import audit_row
from shared.access.rights import UNKNOWN, Action
from shared.contracts.parcours import PersonnesFusionnees
from shared.db import write
from shared.errors import Introuvable
from shared.logs import request_id
from shared.writing import Line, Writer

ATTACHED = (agrement, contrat, candidature, diagnostic, pass_iae, etape)
Pointed = Sequence[tuple[UUID, int, UUID | None]]
"""Persons whose kept person changed: identifier, version, who they are now."""


async def fusionner(
    engine: AsyncEngine, conservee_id: UUID, absorbee_id: UUID, motif: str, writer: Writer
) -> None:
    """Attach to a person all that was another's, and tell that they are one; done already, nothing changes.

    The two rows are locked: who attaches something to the one absorbed meanwhile finds the one kept. The trace
    in ``fusion`` says what was moved, so that a merge by mistake can be undone.

    Raises
    ------
    Introuvable
        One of them is nobody, erased, or outside the caller's perimeter.
    FusionImpossible, NirDifferents, NirAConserver, PassChevauchants
    """
    async with engine.begin() as conn:
        both = await lock_two(conn, writer.caller, conservee_id, absorbee_id)
        if conservee_id not in both or absorbee_id not in both:
            raise Introuvable(UNKNOWN)
        kept, absorbed = both[conservee_id], both[absorbee_id]
        if absorbed["fusionnee_dans"] == conservee_id:
            return
        if kept["fusionnee_dans"] or absorbed["fusionnee_dans"]:
            raise FusionImpossible(
                "L'une des deux personnes a déjà été fusionnée.", champ="absorbee", source=SOURCE_FUSION
            )
        vault: Vault = writer.tools
        safe_kept = vault.safe(conservee_id, kept["dek_enveloppee"])
        safe_absorbed = vault.safe(absorbee_id, absorbed["dek_enveloppee"])
        dossiers = await read_dossiers(conn, [conservee_id, absorbee_id])
        both_dossiers = [dossiers[conservee_id], dossiers[absorbee_id]]
        identities = _known(kept, safe_kept), _known(absorbed, safe_absorbed)
        ensure_none(refus_de_fusion(*identities, both_dossiers, writer.today))
        moved = {table.name: await _attach(conn, table, conservee_id, absorbee_id) for table in ATTACHED}
        await move_sealed(conn, safe_absorbed, safe_kept, moved)
        await conn.execute(
            insert(fusion),
            {
                "absorbee_id": absorbee_id,
                "conservee_id": conservee_id,
                "fusionnee_le": writer.today,
                "client_id": writer.caller.client_id,
                "objets": moved,
            },
        )
        await record(conn, await _point(conn, conservee_id, absorbee_id), absorbee_id, motif, writer)


def _known(row: RowMapping, safe: Safe) -> Mapping[str, object]:
    return {"id": row["id"], "nir": safe.open("sensible", row["sensible"])["nir"]}


async def move_sealed(
    conn: AsyncConnection, source: Safe, target: Safe, moved: Mapping[str, Sequence[str]]
) -> None:
    """Seal again, with the key of a person, what the key of another had sealed among objects that move."""
    for table, column, field in (
        (diagnostic, diagnostic.c.criteres, lambda identity: f"diagnostic:{identity}"),
        (etape, etape.c.contenu, place),
    ):
        query = select(table.c.id, column).where(table.c.id.in_(map(UUID, moved[table.name])))
        rows: list[dict[str, Any]] = [
            {"row": identity, "sealed": target.seal(field(identity), source.open(field(identity), sealed))}
            for identity, sealed in await conn.execute(query)
        ]
        if rows:
            change = update(table).where(table.c.id == bindparam("row"))
            await conn.execute(change.values({column.name: bindparam("sealed")}), rows)


async def _attach(conn: AsyncConnection, table: Table, conservee_id: UUID, absorbee_id: UUID) -> list[str]:
    values: dict[str, Any] = {"personne_id": conservee_id}
    if table is candidature:
        values["envoyee_ms"] = None  # the 24 hours judged each sending as it came
    moving = update(table).where(table.c.personne_id == absorbee_id).values(values).returning(table.c.id)
    return [str(identity) for identity in (await conn.execute(moving)).scalars()]


async def _point(conn: AsyncConnection, conservee_id: UUID, absorbee_id: UUID) -> Pointed:
    """Point the one absorbed, and those it had absorbed, to the person kept."""
    pointing = (
        update(personne)
        .where(func.coalesce(personne.c.fusionnee_dans, personne.c.id) == absorbee_id)
        .values(fusionnee_dans=conservee_id, version=personne.c.version + 1)
        .returning(personne.c.id, personne.c.version, personne.c.fusionnee_dans)
    )
    return [tuple(row) for row in await conn.execute(pointing)]


async def record(
    conn: AsyncConnection, pointed: Pointed, absorbee_id: UUID, motif: str, writer: Writer
) -> None:
    """Record who each is now, themselves when they are nobody else, and why."""
    facts = [
        writer.fact(
            identity,
            version,
            PersonnesFusionnees(personne_id=identity, conservee_id=kept or identity),
            Line(),
            writer.today,
        )
        for identity, version, kept in pointed
    ]
    trace = audit_row(
        writer.caller,
        Action.ECRIRE_PARCOURS,
        absorbee_id,
        address=writer.address,
        trace_id=request_id.get(),
        motif=motif,
    )
    await write(conn, {tables.audit: [trace]}, facts, writer.author)

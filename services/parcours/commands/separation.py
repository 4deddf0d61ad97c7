"""Undoing a merge made by mistake: a person gets back what was theirs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.commands.fusion import ATTACHED, Pointed, move_sealed, record
from services.parcours.domain.errors_pass import FusionImpossible, FusionSuivie
from services.parcours.domain.rapprochement import SOURCE_FUSION
from services.parcours.queries.fusion import find_trace, has_followed, list_absorbed, lock_two
from services.parcours.tables import empreinte_proche, fusion, personne
from services.parcours.vault import Vault
from shared.access.rights import UNKNOWN
from shared.errors import Introuvable
from shared.writing import Writer


async def separer(
    engine: AsyncEngine, conservee_id: UUID, absorbee_id: UUID, motif: str, writer: Writer
) -> None:
    """Give back to a person what a merge took, and tell that they are themselves again.

    What came for the person kept after the merge stays theirs. When something that was moved changed since, it
    was told of the person kept: the merge is not undone, rather than half undone.

    Raises
    ------
    Introuvable
        One of them is nobody, erased, or outside the caller's perimeter.
    FusionImpossible
        They are not merged, or the person kept was merged since: that merge is undone first.
    FusionSuivie
    """
    async with engine.begin() as conn:
        both = await lock_two(conn, writer.caller, conservee_id, absorbee_id)
        if conservee_id not in both or absorbee_id not in both:
            raise Introuvable(UNKNOWN)
        trace = await find_trace(conn, absorbee_id)
        if both[absorbee_id]["fusionnee_dans"] != conservee_id or trace is None or trace[0] != conservee_id:
            raise FusionImpossible(
                "La seconde personne n'est pas fusionnée dans la première.",
                champ="absorbee",
                source=SOURCE_FUSION,
            )
        _, moved = trace
        if await has_followed(conn, conservee_id, absorbee_id, moved):
            raise FusionSuivie(
                "Ce qui venait de la personne absorbée a changé depuis la fusion : elle ne s'annule plus.",
                champ="absorbee",
                source=SOURCE_FUSION,
            )
        vault: Vault = writer.tools
        safe_kept = vault.safe(conservee_id, both[conservee_id]["dek_enveloppee"])
        safe_absorbed = vault.safe(absorbee_id, both[absorbee_id]["dek_enveloppee"])
        await move_sealed(conn, safe_kept, safe_absorbed, moved)
        pointed = await _point_back(conn, absorbee_id)
        await _attach_back(conn, absorbee_id, moved)
        await conn.execute(delete(fusion).where(fusion.c.absorbee_id == absorbee_id))
        await record(conn, pointed, absorbee_id, motif, writer)


async def _point_back(conn: AsyncConnection, absorbee_id: UUID) -> Pointed:
    """Make a person themselves again, and point to them those whom they had absorbed before."""
    before = await list_absorbed(conn, absorbee_id)
    pointed: list[tuple[UUID, int, UUID | None]] = []
    for ids, kept in (([absorbee_id], None), (before, absorbee_id)):
        pointing = (
            update(personne)
            .where(personne.c.id.in_(ids))
            .values(fusionnee_dans=kept, version=personne.c.version + 1)
            .returning(personne.c.id, personne.c.version, personne.c.fusionnee_dans)
        )
        pointed += [tuple(row) for row in await conn.execute(pointing)]
    current = select(personne.c.version).where(personne.c.id == empreinte_proche.c.personne_id)
    follows = update(empreinte_proche).values(version=current.scalar_subquery())
    await conn.execute(follows.where(empreinte_proche.c.personne_id.in_([absorbee_id, *before])))
    return pointed


async def _attach_back(conn: AsyncConnection, absorbee_id: UUID, moved: Mapping[str, Sequence[str]]) -> None:
    for table in ATTACHED:
        ids = list(map(UUID, moved[table.name]))
        await conn.execute(update(table).where(table.c.id.in_(ids)).values(personne_id=absorbee_id))

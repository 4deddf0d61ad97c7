"""Finding what the rows of the ASP speak of: by (identifier of the ASP, type), else by (SIRET, type)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.queries.structure import Stored, lock_structures

IDS = text("""
    select id from structure where asp_id = any(cast(:asp_ids as bigint[]))
    union select id from structure where siret = any(cast(:sirets as text[]))
""")
ANNEXES = text("""
    select * from annexe_asp
    where structure_id = any(cast(:structures as uuid[])) and numero = any(cast(:numeros as text[]))
""")
NUMEROS = text("select numero, structure_id from convention where numero = any(cast(:numeros as text[]))")
AnnexeKey = tuple[UUID, str, Any]


class Connues:
    """Structures as the ASP names them; the only reliable key is (identifier of the ASP, type) (registre §2)."""

    def __init__(self, rows: Iterable[Stored]) -> None:
        self._by_asp: dict[tuple[int, str], Stored] = {}
        self._by_siret: dict[tuple[str, str], Stored] = {}
        # An identifier passes from a closed structure to an open one: the open one is met last.
        for row in sorted(rows, key=lambda row: row["fermee_le"] is None):
            self._by_siret[row["siret"], row["type_structure"]] = row
            if row["asp_id"] is not None and row["mere_id"] is None:
                self._by_asp[row["asp_id"], row["type_structure"]] = row

    def find(self, asp_id: int | None, siret: str | None, type_structure: str) -> Stored | None:
        """Return the structure that a row speaks of, if the registry holds it."""
        found = self._by_asp.get((asp_id, type_structure)) if asp_id else None
        return found or (self._by_siret.get((siret, type_structure)) if siret else None)


async def lock_connues(
    conn: AsyncConnection, asp_ids: Iterable[int | None], sirets: Iterable[str | None]
) -> Connues:
    """Return the structures that some rows may speak of, locked until the end of the transaction."""
    named = {"asp_ids": [i for i in asp_ids if i], "sirets": [s for s in sirets if s]}
    ids = (await conn.execute(IDS, named)).scalars().all()
    return Connues((await lock_structures(conn, ids)).values())


async def find_annexes_asp(
    conn: AsyncConnection, structures: Iterable[UUID], numeros: Iterable[str]
) -> Mapping[AnnexeKey, RowMapping]:
    """Return annexes of the ASP by structure, number and first day."""
    rows = await conn.execute(ANNEXES, {"structures": list(structures), "numeros": list(numeros)})
    return {(row["structure_id"], row["numero"], row["date_debut"]): row for row in rows.mappings()}


async def find_numeros(conn: AsyncConnection, numeros: Iterable[str]) -> Mapping[str, UUID]:
    """Return the structure whose convention bears each of some numbers."""
    rows = await conn.execute(NUMEROS, {"numeros": list(numeros)})
    return {row.numero: row.structure_id for row in rows}

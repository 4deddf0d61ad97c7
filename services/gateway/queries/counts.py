"""What the catalogue counts, by territory, type of structure and structure, read when asked for; nothing is hidden here."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from services.gateway.queries.annexes import sum_annexes
from services.gateway.queries.champ import Champ
from services.gateway.queries.statements import ANNEXES, CLAUSES, ENVELOPPES, STATEMENTS

Cellule: TypeAlias = tuple[str | None, str | None] | tuple[str, str, UUID]
"""Département and type of structure, None for all; and one structure, where pages show it."""
Nombre: TypeAlias = int | Decimal | Fraction | None
Comptes: TypeAlias = dict[Cellule, dict[str, Nombre]]

ENTIER: Cellule = (None, None)
TEXTS = {source: text(sql) for source, sql in STATEMENTS.items()} | {"annexes": ANNEXES}
BY_PLACE = {"clauses": CLAUSES, "enveloppes": ENVELOPPES}
"""What no type of structure has: counted by territory only."""
BY_STRUCTURE = {
    source: text(
        statement.text.replace(
            "siret, type_structure,", "siret, cast(structure_id as text) as type_structure,", 1
        )
    )
    for source, statement in TEXTS.items()
}
"""The same statements, each structure taken for a type of its own."""
OUT = ("departement", "type_structure", "structure_id", "niveau")


async def read_counts(conn: AsyncConnection, champ: Champ, source: str) -> Comptes:
    """Return what one source counts, by département and type; ``champ.type`` is left to the reader of cells."""
    where = champ.parameters() | {"type": None}
    if source in BY_PLACE:
        rows = (await conn.execute(champ.statement(BY_PLACE[source]), where)).mappings().all()
        return {
            (None if row["entier"] else row["departement"], None): _numbers(row, ("departement", "entier"))
            for row in rows
        }
    return await _read(conn, champ, TEXTS[source], where)


async def read_structures(conn: AsyncConnection, champ: Champ, source: str) -> Comptes:
    """Return what one source counts of each structure of the type of a field."""
    found = await _read(conn, champ, BY_STRUCTURE[source], champ.parameters())
    kind = champ.type or ""
    return {
        (cell[0], kind, UUID(cell[1])): numbers
        for cell, numbers in found.items()
        if len(cell) == len(ENTIER) and cell[0] and cell[1]
    }


async def _read(conn: AsyncConnection, champ: Champ, statement: TextClause, where: dict[str, Any]) -> Comptes:
    result = await conn.execute(champ.statement(statement), where)
    if any(statement is each["annexes"] for each in (TEXTS, BY_STRUCTURE)):
        sums = sum_annexes(result.all(), champ)
        return {cell: numbers for cell, numbers in sums.items()}  # noqa: C416 -- the key is a narrower type here
    return {_cell(row): _numbers(row, OUT) for row in result.mappings()}


def _cell(row: Mapping[Any, Any]) -> Cellule:
    level = row["niveau"]
    if row.get("structure_id"):
        return (row["departement"], row["type_structure"], row["structure_id"])
    return (None if level & 2 else row["departement"], None if level & 1 else row["type_structure"])


def _numbers(row: Mapping[Any, Any], left_out: tuple[str, ...]) -> dict[str, Nombre]:
    return {str(name): value for name, value in row.items() if name not in left_out}

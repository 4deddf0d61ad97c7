"""The daily count of publics and of refusals by reason: published whole where something changed, nothing elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.domain.publics import Cellule, Comptes, Profil, compter
from services.parcours.queries.publics import (
    count_refus,
    list_known,
    list_presences,
    lock_publics,
    read_sealed,
)
from services.parcours.tables import publics
from services.parcours.vault import Vault
from shared.access.audit import audit_row
from shared.access.rights import Action
from shared.contracts.parcours import PublicsArretes
from shared.db import write
from shared.logs import request_id
from shared.writing import Change, Line, Nature, Writer, WriteTables, write_batch

BATCH = 2_000
"""Safes opened at a time, by a thread: others are served meanwhile."""


class PublicsLine(Line):
    """The counts of one cell, and the version they are."""

    annee: int
    region: str
    departement: str | None
    type_structure: str | None
    effectif: int
    publics: dict[str, int]
    refus: dict[str, int]
    version: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """How many cells hold something, and how many of them changed."""

    comptes: int
    changes: int


async def load_nothing(_conn: AsyncConnection, _lines: Sequence[PublicsLine], _writer: Writer) -> None:
    """Return nothing: whoever counts holds the lock, and knows what was published."""


def arreter(line: PublicsLine, _known: None, writer: Writer) -> Change:
    """Decide the counts of a cell."""
    counted = line.model_dump(exclude={"version", "reference", "connu_le"})
    identity = Cellule(line.annee, line.region, line.departement, line.type_structure).identifier
    told = writer.fact(
        identity, line.version, PublicsArretes(publics_id=identity, **counted), line, writer.today
    )
    return Change(identity, ((publics, {"id": identity, "version": line.version, **counted}),), (told,))


PUBLICS = Nature(name="publics", line=PublicsLine, action=Action.EXPLOITER, load=load_nothing, decide=arreter)


async def arreter_publics(
    engine: AsyncEngine, tables: WriteTables, writer: Writer, *, a_blanc: bool
) -> Bilan:
    """Count all, and publish what changed unless it is a dry run; two at once publish one count.

    Opening the safes is traced, a dry run's too.
    """
    async with engine.begin() as conn:
        await lock_publics(conn)
        trace = audit_row(
            writer.caller, Action.EXPLOITER, publics.name, address=writer.address, trace_id=request_id.get()
        )
        await write(conn, {tables.audit: [trace]})
        presences = await list_presences(conn)
        profils = await open_profils(conn, writer.tools, {one.personne_id for one in presences})
        counted = await asyncio.to_thread(compter, presences, profils, await count_refus(conn))
        lines = changed(counted, await list_known(conn))

        @asynccontextmanager
        async def savepoint() -> AsyncIterator[AsyncConnection]:
            async with conn.begin_nested():
                yield conn

        left = [] if a_blanc else lines
        while left:
            outcomes, _ = await write_batch(savepoint, tables, PUBLICS, left, writer)
            left = left[len(outcomes) :]
    return Bilan(len(counted), len(lines))


async def open_profils(
    conn: AsyncConnection, vault: Vault, personnes: Collection[UUID]
) -> dict[UUID, Profil]:
    """Return what is counted of some persons; those erased are not there."""
    found: dict[UUID, Profil] = {}
    left = sorted(personnes)
    while left:
        found |= await asyncio.to_thread(_open, vault, await read_sealed(conn, left[:BATCH]))
        left = left[BATCH:]
    return found


def _open(vault: Vault, sealed: Iterable[tuple[UUID, bytes, bytes, bytes]]) -> dict[UUID, Profil]:
    found: dict[UUID, Profil] = {}
    for personne_id, wrapped, identite, sensible in sealed:
        safe = vault.safe(personne_id, wrapped)
        born = str(safe.open("identite", identite)["date_naissance"])
        values = safe.open("sensible", sensible)
        found[personne_id] = Profil(
            values["sexe"] == "F", int(born[:4]), values["niveau_formation"], tuple(values["criteres"])
        )
    return found


def changed(counted: Mapping[Cellule, Comptes], known: Iterable[Mapping[str, Any]]) -> list[PublicsLine]:
    """Return the cells whose counts are not those published, in order; one that holds nothing any more is at zero."""
    former = {Cellule(*(row[name] for name in Cellule._fields)): row for row in known}
    lines: list[PublicsLine] = []
    for cell in sorted(counted.keys() | former.keys(), key=str):
        comptes, row = counted.get(cell, Comptes()), former.get(cell)
        counts = {
            "effectif": comptes.effectif, "publics": dict(comptes.publics), "refus": dict(comptes.refus)
        }  # fmt: skip
        if row is None or any(row[name] != count for name, count in counts.items()):
            version = 1 + (row["version"] if row else 0)
            lines.append(PublicsLine.model_validate({**cell._asdict(), **counts, "version": version}))
    return lines

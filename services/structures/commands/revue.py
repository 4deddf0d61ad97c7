"""The daily reviews: conventions, structures that the ASP never named, fiches without news.

A review is idempotent by nature: what it changed does not need it any more. It locks what it looks at: of two
instances that review at the same time, the second sees what the first did.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.structures.commands import cessation, fiche
from services.structures.commands.transition import passed
from services.structures.domain import convention as conventions
from services.structures.domain.structure import ABSENTE_DU_FLUX, STAFF_CREATED
from services.structures.queries.convention import lock_situations
from services.structures.queries.fiche import lock_without_news
from services.structures.queries.structure import list_forgotten
from shared.access.audit import audit_row
from shared.access.rights import Action, may_begin
from shared.db import group_rows, write
from shared.logs import request_id
from shared.messaging.journal import NewFact
from shared.writing import Change, Line, Row, Writer, WriteTables

SANS_NOUVELLE = "SANS_NOUVELLE_90_JOURS"


@dataclass(frozen=True, slots=True)
class Bilan:
    """What a review does: changes, and how many of each kind it would or did make; ``gel`` put off the rest."""

    changes: Sequence[Change]
    comptes: dict[str, int]
    gel: bool = False


Revue = Callable[[AsyncConnection, date, Writer], Awaitable[Bilan]]


async def passer_revue(
    engine: AsyncEngine, tables: WriteTables, revue: Revue, writer: Writer, le: date, *, a_blanc: bool
) -> Bilan:
    """Review for a day, and write what it decides unless it is a dry run."""
    async with engine.begin() as conn:
        bilan = await revue(conn, le, writer)
        if not a_blanc and bilan.changes:
            rows: list[Row] = [row for change in bilan.changes for row in change.rows]
            facts: list[NewFact] = [fact for change in bilan.changes for fact in change.facts]
            decision = may_begin(writer.caller, Action.EXPLOITER)
            entry = audit_row(
                writer.caller,
                Action.EXPLOITER,
                None,
                decision,
                address=writer.address,
                trace_id=request_id.get() or str(writer.correlation_id),
            )
            rows.append((tables.audit, entry))
            await write(conn, group_rows(rows), facts, writer.author)
        return bilan


async def revoir_conventions(conn: AsyncConnection, le: date, writer: Writer) -> Bilan:
    """Activate conventions that have an active annexe, deactivate those that have none (registre §4)."""
    rows = await lock_situations(conn, le)
    decided, frozen = conventions.revue(
        (
            conventions.Situation(
                row["etat"], row["annexe_active"], row["motif_suspension"], row["reactivee_le"]
            )
            for row in rows
        ),
        le,
    )
    changes = []
    for row, transition in zip(rows, decided, strict=True):
        if transition:
            changed, fact = passed(row, transition, Line(), writer, le)
            changes.append(Change(row["id"], (changed,), (fact,)))
    comptes = {"activees": decided.count("activer"), "desactivees": decided.count("desactiver")}
    return Bilan(changes, comptes, frozen)


async def revoir_structures(conn: AsyncConnection, le: date, writer: Writer) -> Bilan:
    """Close structures made by the staff that the file of the ASP did not name within 90 days (registre §3.1)."""
    forgotten = await list_forgotten(conn, le)
    known = await cessation.load_attached(conn, forgotten)
    # Decided on the locked rows: the ASP may have named one of them since it was listed.
    changes = [
        cessation.fermer(row, known, Line(), writer, le, ABSENTE_DU_FLUX)
        for row in known.structures.values()
        if (row["source"], row["fermee_le"]) == (STAFF_CREATED, None) and not known.antennes.get(row["id"])
    ]
    return Bilan(changes, {"fermees": len(changes)})


async def revoir_fiches(conn: AsyncConnection, le: date, writer: Writer) -> Bilan:
    """Close fiches typed on the platform that nobody updated for 90 days (registre §6)."""
    changes = []
    for row in await lock_without_news(conn, le):
        closed, fact = fiche.closed(row, Line(), writer, le, SANS_NOUVELLE)
        changes.append(Change(row["id"], (closed,), (fact,)))
    return Bilan(changes, {"fermees": len(changes)})

"""The one path of a write: a list of lines, decided one by one, read and written together.

An HTTP write is a list of one; an import is the same list with many. A ``Nature`` says how lines of one kind
are read (``load``, set-based) and decided (``decide``, line by line). Constraints have the last word: a batch
that breaks one is cut until the faulty line stands alone and is refused by the constraint's name.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, Uuid, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.access.audit import audit_row
from shared.access.callers import Caller
from shared.access.rights import Action, may_begin
from shared.access.scopes import Scope
from shared.constraints import constraint_of, refusal_of
from shared.db import StaleVersion, group_rows, write
from shared.errors import BusinessError
from shared.logs import request_id
from shared.messaging.crash_points import reach
from shared.messaging.journal import Author, NewFact
from shared.types import Jour, Reference
from shared.uuids import uuid7
from shared.validation import Input

L = TypeVar("L", bound="Line")
C = TypeVar("C")
Row = tuple[Table, Mapping[str, Any]]
ATTEMPTS = 5
CONFLICTS = ("40P01", "40001")  # deadlock, serialization: play again
REFUSALS = ("22", "23")  # a value that a column cannot hold, a constraint


class Line(Input):
    """What every line carries besides its facts."""

    reference: Reference | None = None
    connu_le: Jour | None = None


class RepriseRequise(BusinessError):
    """A line says since when it is known, without the scope of a first load."""

    code = "portee_reprise_requise"
    status = 403


class ReferenceReutilisee(BusinessError):
    """The same reference came before with another content."""

    code = "reference_deja_utilisee"


class EcrituresConcurrentes(BusinessError):
    """Others keep changing the same objects."""

    code = "ecritures_concurrentes"


@dataclass(frozen=True, slots=True)
class Change:
    """What an accepted line changes: rows and facts of the aggregate ``identity``."""

    identity: UUID
    rows: tuple[Row, ...]
    facts: tuple[NewFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The line is written; ``identity`` is what it created or changed."""

    identity: UUID


@dataclass(frozen=True, slots=True)
class AlreadyReceived:
    """The very same line was written before; nothing changed."""

    identity: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """The line is refused; nothing of it is written."""

    error: BusinessError


Outcome = Accepted | AlreadyReceived | Refused


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and when.

    Attributes
    ----------
    digest_key
        Keys the digests of lines, which may hold personal values.
    today
        Day of the write, in France.
    tools
        What the service opened from its settings; ``load`` passes on what deciding takes.
    """

    caller: Caller
    digest_key: bytes
    address: str | None = None
    correlation_id: UUID = field(default_factory=uuid7)
    today: date = field(default_factory=clock.today)
    tools: Any = None

    @property
    def author(self) -> Author:
        """Technical author of the facts."""
        return Author(self.caller.client_id, self.correlation_id)

    def known_on(self, line: Line) -> date:
        """Return the day the line was known: today, or the past day that a first load gives.

        Raises
        ------
        RepriseRequise
            The line gives a day and the caller has no scope ``reprise``.
        """
        if line.connu_le is None:
            return self.today
        if Scope.REPRISE not in self.caller.scopes:
            raise RepriseRequise(
                "Seule une reprise peut dire depuis quand une ligne est connue.",
                champ="connu_le",
                correction="Retirez connu_le, ou demandez la portée « reprise ».",
            )
        return min(line.connu_le, self.today)

    def fact(
        self, key: UUID, version: int, fact: Any, line: Line, occurred_on: date, private: bytes | None = None
    ) -> NewFact:
        """Return a fact to record, that happened in the business on a day, known on the line's day."""
        moment = datetime(occurred_on.year, occurred_on.month, occurred_on.day, tzinfo=clock.PARIS)
        return NewFact(key, version, fact, moment, self.known_on(line), private)

    def digest(self, content: bytes) -> bytes:
        """Return the keyed digest of a content."""
        return hmac.new(self.digest_key, content, sha256).digest()


@dataclass(frozen=True)
class Nature(Generic[L, C]):
    """One kind of line.

    Attributes
    ----------
    load
        Reads, in a few set-based queries with the locks it needs, all that deciding these lines takes.
    decide
        Decides one line: returns its change or raises a refusal. No input or output.
    constraints
        Refusal by name of constraint, for what only the database can decide.
    """

    name: str
    line: type[L]
    action: Action
    load: Callable[[AsyncConnection, Sequence[L], Writer], Awaitable[C]]
    decide: Callable[[L, C, Writer], Change]
    constraints: Mapping[str, Callable[[], BusinessError]] = field(default_factory=dict)
    batch: int = 500


class WriteTables:
    """Tables that every writing service has for this path."""

    def __init__(self, metadata: MetaData, audit: Table) -> None:
        self.audit = audit
        self.reference = Table(
            "line_reference",
            metadata,
            Column("client_id", Text, primary_key=True),
            Column("nature", Text, primary_key=True),
            Column("reference", Text, primary_key=True),
            Column("object_id", Uuid, nullable=False),
            Column("digest", LargeBinary, nullable=False),
        )


# A plan kept from when the tables were small walks all the references of the client for each batch.
FRESH_PLANS = text("set local plan_cache_mode = force_custom_plan")
KNOWN = text("""
    select reference, object_id, digest from line_reference
    where client_id = :client and nature = :nature and reference = any(cast(:references as text[]))
""")

Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Extras = Callable[[Sequence[Outcome]], Sequence[Row]]
Closing = Callable[[Sequence[Outcome], Sequence[int]], Sequence[Row]]


async def write_batch(
    begin: Begin,
    tables: WriteTables,
    nature: Nature[Any, Any],
    lines: Sequence[Line | BusinessError],
    writer: Writer,
    *,
    extras: Extras = lambda _: (),
    closing: Closing = lambda _, __: (),
) -> tuple[list[Outcome], list[int]]:
    """Write the longest prefix of ``lines`` that one transaction can take; at least one line.

    ``begin`` opens the transaction: ``engine.begin``, or a savepoint where the whole is to be taken back.

    A line may come already refused (malformed): it keeps its place. ``extras`` gives rows to write in the
    same statement, knowing the outcomes; ``closing`` in the same transaction, knowing the ``seq`` too.

    Returns
    -------
    outcomes, seqs
        One outcome for each line of the prefix, in order, and the ``seq`` of the facts written.

    Raises
    ------
    EcrituresConcurrentes
        Five attempts met other writers.
    """
    size, spoken = len(lines), None
    for _ in range(ATTEMPTS + size.bit_length()):
        try:
            async with begin() as conn:
                result = await _write_prefix(conn, tables, nature, lines[:size], writer, extras, closing)
                reach("write.before_commit")
        except StaleVersion:
            continue
        except DBAPIError as error:
            state = str(getattr(error.orig, "sqlstate", None) or "")
            if state in CONFLICTS:
                continue
            if not state.startswith(REFUSALS):
                raise
            if size > 1:
                size = (size + 1) // 2
                continue
            name = constraint_of(error)
            if name != spoken:
                spoken = name  # the first time may be a race: what the other wrote is read now
                continue
            refusal = refusal_of(error, nature.constraints)
        else:
            reach("write.after_commit")
            return result
        # The database spoke on a line alone: only its refusal is to be written.
        async with begin() as conn:
            outcomes: list[Outcome] = [Refused(refusal)]
            await write(conn, group_rows([*extras(outcomes), *closing(outcomes, [])]))
            return outcomes, []
    raise EcrituresConcurrentes("D'autres écritures changent les mêmes objets.", correction="Réessayez.")


async def _write_prefix(
    conn: AsyncConnection,
    tables: WriteTables,
    nature: Nature[Any, Any],
    lines: Sequence[Line | BusinessError],
    writer: Writer,
    extras: Extras,
    closing: Closing,
) -> tuple[list[Outcome], list[int]]:
    if len(lines) > 1:
        await conn.execute(FRESH_PLANS)
    known = await _known(conn, nature, lines, writer)
    fresh = [line for line in lines if isinstance(line, Line) and line.reference not in known]
    context = await nature.load(conn, fresh, writer) if fresh else None
    outcomes: list[Outcome] = []
    changes: list[Change] = []
    rows: list[Row] = []
    touched: set[tuple[str, Any]] = set()
    for line in lines:
        digest = b"" if isinstance(line, BusinessError) else writer.digest(canonical(line))
        outcome, change = _decide(nature, line, known, digest, context, writer)
        if change:
            touches = {(table.name, row["id"]) for table, row in change.rows if "id" in row}
            if touches & touched:
                break  # it must see what the previous lines changed: next transaction
            touched |= touches
            changes.append(change)
            if not isinstance(line, BusinessError) and line.reference:
                known[line.reference] = (change.identity, digest)
                rows.append((tables.reference, _reference_row(nature, line, change, digest, writer)))
        outcomes.append(outcome)
    if await _known(conn, nature, _refused(lines, outcomes, known), writer):
        raise StaleVersion(
            tables.reference.name
        )  # refused because a twin was written since the first reading
    rows += [row for change in changes for row in change.rows]
    rows += extras(outcomes)
    if changes:
        target = changes[0].identity if len(changes) == 1 else None
        trace = request_id.get() or str(writer.correlation_id)
        entry = audit_row(
            writer.caller,
            nature.action,
            target,
            may_begin(writer.caller, nature.action),
            address=writer.address,
            trace_id=trace,
        )
        rows.append((tables.audit, entry))
    seqs = await write(conn, group_rows(rows), [f for c in changes for f in c.facts], writer.author)
    await write(conn, group_rows(closing(outcomes, seqs)))
    return outcomes, seqs


async def _known(
    conn: AsyncConnection, nature: Nature[Any, Any], lines: Sequence[Line | BusinessError], writer: Writer
) -> dict[str | None, tuple[UUID, bytes]]:
    references = [line.reference for line in lines if isinstance(line, Line) and line.reference]
    if not references:
        return {}
    rows = await conn.execute(
        KNOWN, {"client": writer.caller.client_id, "nature": nature.name, "references": references}
    )
    return {row.reference: (row.object_id, row.digest) for row in rows}


def _refused(
    lines: Sequence[Line | BusinessError], outcomes: Sequence[Outcome], known: Mapping[str | None, Any]
) -> list[Line | BusinessError]:
    """Return the lines refused by a rule, whose reference was not known."""
    return [
        line
        for line, outcome in zip(lines, outcomes, strict=False)
        if isinstance(outcome, Refused) and isinstance(line, Line) and line.reference not in known
    ]


def _decide(
    nature: Nature[Any, Any],
    line: Line | BusinessError,
    known: Mapping[str | None, tuple[UUID, bytes]],
    digest: bytes,
    context: Any,
    writer: Writer,
) -> tuple[Outcome, Change | None]:
    if isinstance(line, BusinessError):
        return Refused(line), None
    if line.reference in known:
        identity, first = known[line.reference]
        if hmac.compare_digest(first, digest):
            return AlreadyReceived(identity), None
        return Refused(
            ReferenceReutilisee(
                "Cette référence a déjà servi pour une ligne au contenu différent.",
                champ="reference",
                correction="Donnez une référence neuve à une ligne neuve.",
            )
        ), None
    try:
        change = nature.decide(line, context, writer)
    except BusinessError as error:
        return Refused(error), None
    return Accepted(change.identity), change


def _reference_row(
    nature: Nature[Any, Any], line: Line, change: Change, digest: bytes, writer: Writer
) -> Mapping[str, Any]:
    return {
        "client_id": writer.caller.client_id,
        "nature": nature.name,
        "reference": line.reference,
        "object_id": change.identity,
        "digest": digest,
    }


def canonical(content: BaseModel) -> bytes:
    """Return the one text of an input, fields in the order of its model, for its digest."""
    return content.model_dump_json().encode()

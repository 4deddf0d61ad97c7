"""The daily classing of candidatures that nobody touches: refused after 60 days, put away after 180."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.parcours.commands.candidature import changement_fact, decider, decision_fact, row_of
from services.parcours.domain.candidature import (
    ARCHIVABLES,
    ARCHIVAGE_APRES,
    MOTIF_AUTOMATIQUE,
    REFUS_APRES,
    REFUSABLES,
    Candidature,
)
from services.parcours.domain.errors import TransitionInterdite
from services.parcours.queries.candidature import find_untouched, lock_candidatures
from services.parcours.tables import candidature
from shared.access.rights import Action
from shared.types import Identifiant
from shared.writing import Accepted, Change, Line, Nature, Writer, WriteTables, write_batch

BATCH = 200


class ClassementLine(Line):
    """A candidature that nobody has touched for long."""

    candidature: Identifiant


def age_days(known: Candidature, jour: date) -> int:
    """Return the days since the last change of a candidature, or since it was sent."""
    return (jour - (known.change_le or known.date_orientation)).days


def is_refusable(known: Candidature, jour: date) -> bool:
    """Tell whether a candidature is refused by its age."""
    waiting = known.etat in REFUSABLES and known.archivee_le is None
    return waiting and age_days(known, jour) >= REFUS_APRES.valeur


def is_archivable(known: Candidature, jour: date) -> bool:
    """Tell whether a candidature is put away by its age."""
    kept = known.etat in ARCHIVABLES and known.archivee_le is None
    return kept and age_days(known, jour) >= ARCHIVAGE_APRES.valeur


async def load_untouched(
    conn: AsyncConnection, lines: Sequence[ClassementLine], _writer: Writer
) -> Mapping[UUID, Candidature]:
    """Return the candidatures, locked: somebody may have answered since they were found."""
    return await lock_candidatures(conn, [line.candidature for line in lines])


def classer(line: ClassementLine, untouched: Mapping[UUID, Candidature], writer: Writer) -> Change:
    """Refuse or put away a candidature by its age.

    Raises
    ------
    TransitionInterdite
        Somebody touched it in the meantime.
    """
    known, jour = untouched[line.candidature], writer.today
    if is_refusable(known, jour):
        refused = decider(known, "refuse", jour, motif_refus=MOTIF_AUTOMATIQUE)
        return Change(known.id, ((candidature, row_of(refused)),), (decision_fact(refused, line, writer),))
    if is_archivable(known, jour):
        away = replace(known, version=known.version + 1, archivee_le=jour)
        return Change(known.id, ((candidature, row_of(away)),), (changement_fact(away, line, writer),))
    raise TransitionInterdite("La candidature a changé entre-temps.", source=ARCHIVAGE_APRES.source)


CLASSEMENTS = Nature(
    name="classements",
    line=ClassementLine,
    action=Action.EXPLOITER,
    load=load_untouched,
    decide=classer,
)


async def classer_candidatures(
    engine: AsyncEngine, tables: WriteTables, writer: Writer, *, a_blanc: bool
) -> int:
    """Class all the candidatures that are due today, unless it is a dry run; return how many.

    Played again the same day it finds nothing: each batch is its own transaction.
    """
    done, after = 0, UUID(int=0)
    refusal = writer.today - timedelta(REFUS_APRES.valeur)
    archiving = writer.today - timedelta(ARCHIVAGE_APRES.valeur)
    while True:
        async with engine.connect() as conn:
            due = await find_untouched(conn, refusal, archiving, after, BATCH)
        if not due:
            return done
        done += len(due) if a_blanc else 0
        lines = [] if a_blanc else [ClassementLine(candidature=each) for each in due]
        while lines:
            outcomes, _ = await write_batch(engine.begin, tables, CLASSEMENTS, lines, writer)
            done += sum(isinstance(outcome, Accepted) for outcome in outcomes)
            lines = lines[len(outcomes) :]
        after = due[-1]

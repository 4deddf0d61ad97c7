"""The journal as a partner may read it: the facts of their perimeter, at the positions of the journal."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.queries.names import in_perimeter, perimeter_parameters
from services.parcours.queries.personne import visible
from services.parcours.tables import candidature, cle_personne, metadata, personne, structure
from shared.access.callers import Caller
from shared.contracts.parcours import ContratSigne, PersonneEffacee

WINDOW = 1000
"""Positions looked at by one query, seen or not."""
OF_A_STRUCTURE = ("candidature", "contrat", "etape", "suivi", "declaration")
"""What a structure receives or does: told to those who have it in their perimeter."""
OF_A_PERSON = ("personne", "pass_iae", "agrement", "diagnostic")
"""What a person carries from one structure to another: told to those who may see the person."""

_journal, _position = metadata.tables["journal"], metadata.tables["journal_position"]


def _identifier(field: str) -> ColumnElement[UUID]:
    return cast(_journal.c.data.op("->>")(field), Uuid).label(field)


_window = (
    select(
        *(_journal.c[name] for name in ("id", "aggregate", "type", "key", "version", "major")),
        _position.c.position,
        *(_journal.c[name] for name in ("occurred_at", "known_on", "correlation_id", "causation_id", "data")),
        _identifier("structure_id"),
        _identifier("personne_id"),
    )
    .join_from(_position, _journal, _journal.c.seq == _position.c.seq)
    .where(
        _position.c.position > bindparam("after", type_=BigInteger),
        _position.c.position <= bindparam("until", type_=BigInteger),
    )
    .cte("vus")
)
_nomme = personne.alias("nomme")
_sender = candidature.c.organisation == any_(bindparam("organisations", type_=ARRAY(Text)))
_at_a_structure = and_(
    _window.c.aggregate.in_(OF_A_STRUCTURE),
    exists().where(structure.c.id == _window.c.structure_id).where(in_perimeter),
)
_sent = and_(
    _window.c.aggregate == "candidature",
    exists().where(candidature.c.id == _window.c.key).where(_sender),
)
# Who sent a person to a structure is told that it hired them.
_hired_after_sending = and_(
    _window.c.type == ContratSigne.event_type(),
    exists()
    .where(candidature.c.personne_id == personne.c.id)
    .where(candidature.c.structure_id == _window.c.structure_id)
    .where(candidature.c.etat == "accepted")
    .where(_sender),
)
_of_a_person = and_(_window.c.aggregate.in_(OF_A_PERSON), visible)
# Of somebody erased, only that they were: whoever knows them forgets.
_living = or_(
    _window.c.personne_id.is_(None),
    _window.c.type == PersonneEffacee.event_type(),
    exists().where(cle_personne.c.personne_id == personne.c.id),
)
SEEN = (
    select(
        _window.c.id,
        _window.c.type,
        _window.c.key,
        _window.c.version,
        _window.c.major,
        _window.c.position,
        _window.c.occurred_at,
        _window.c.known_on,
        _window.c.correlation_id,
        _window.c.causation_id,
        cast(_window.c.data, Text),
    )
    .select_from(_window)
    .outerjoin(_nomme, _nomme.c.id == _window.c.personne_id)
    .outerjoin(personne, personne.c.id == func.coalesce(_nomme.c.fusionnee_dans, _nomme.c.id))
    .where(_living, or_(_at_a_structure, _sent, _hired_after_sending, _of_a_person))
    .order_by(_window.c.position)
    .limit(bindparam("count", type_=BigInteger))
)
END = text("select position from relay_cursor where name = 'sequence'")
LIVING = select(cle_personne.c.personne_id).where(
    cle_personne.c.personne_id == any_(bindparam("personnes", type_=ARRAY(Uuid)))
)


async def end_of_journal(conn: AsyncConnection) -> int:
    """Return the last position of the journal."""
    return int((await conn.execute(END)).scalar_one())


async def list_seen(
    conn: AsyncConnection, caller: Caller, after: int, until: int, count: int
) -> Sequence[Sequence[Any]]:
    """Return the first ``count`` facts that a caller may read among the positions ``after + 1`` to ``until``.

    Each is in the order of the fields of ``Envelope``, without the service. Who may read is judged today: what a
    partner was not shown when it happened stays behind them.
    """
    values = {"after": after, "until": until, "count": count, "client": caller.client_id}
    return (await conn.execute(SEEN, values | perimeter_parameters(caller))).all()


async def find_living(conn: AsyncConnection, personnes: Collection[UUID]) -> set[UUID]:
    """Return those of some persons who are not erased."""
    return set((await conn.execute(LIVING, {"personnes": list(personnes)})).scalars()) if personnes else set()

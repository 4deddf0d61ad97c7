"""A subscription while somebody sends for it: taken by one at a time, given back with what was done.

Every change of a held subscription names the hold, by the instant of its end. Who lost it (it lasted too long, the
subscriber asked for another position, or left) changes nothing any more, and what they sent is sent again.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal_column, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.tables import abonnement, client, livraison
from services.gateway.webhooks.egress import TOTAL_S, Reply
from services.gateway.webhooks.flow import Message
from shared.access.scopes import Scope

HOLD = timedelta(seconds=60)
"""How long a hold lasts if its holder dies."""
LAST_SENDING = timedelta(seconds=2 * TOTAL_S)
"""Nothing is begun so near to the end of a hold: the other clock may be some seconds ahead."""
LASTING = timedelta(days=3)
"""How long a message is tried again, from its first attempt."""
DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600))
"""Between two attempts; the last one repeats, so that a subscriber who comes back is seen within the hour."""
JITTER = 0.2
# In the text of the queries, so that a plan made for any value still knows the index of what is not delivered.
WAITS = livraison.c.etat == literal_column("'EN_ATTENTE'")
DEAD = livraison.c.etat == literal_column("'MORTE'")
NEEDED = frozenset({Scope.FLUX_LECTURE, Scope.WEBHOOKS_GESTION})


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription that is held, with the perimeter of its client as registered."""

    id: UUID
    client_id: str
    url: str
    types: Sequence[str]
    secret: bytes
    ancien_secret: bytes | None
    ancien_jusqu_au: datetime | None
    position: int
    tenu_jusqu_au: datetime
    perimetre: Mapping[str, Any]

    def wants(self, event_type: str) -> bool:
        """Tell whether the subscriber asked for facts of this type."""
        return not self.types or event_type in self.types

    def ends(self, now: datetime) -> bool:
        """Tell whether it is too late to begin another sending."""
        return now > self.tenu_jusqu_au - LAST_SENDING

    def sealed_secrets(self, now: datetime) -> list[bytes]:
        """Return the secrets valid at an instant, the newest first."""
        old = self.ancien_secret
        valid = old is not None and self.ancien_jusqu_au is not None and now < self.ancien_jusqu_au
        return [self.secret, *([old] if old is not None and valid else [])]


def delay_after(essais: int, draw: float) -> timedelta:
    """Return the pause after that many attempts in vain; ``draw`` in [0, 1) spreads subscribers who fail together."""
    return DELAYS[min(essais, len(DELAYS)) - 1] * (1 + JITTER * (2 * draw - 1))


def outcome(reply: Reply, premier_essai: datetime, now: datetime) -> str:
    """Return the state of a message after an attempt."""
    if reply.taken:
        return "LIVREE"
    return "EN_ATTENTE" if reply.gone or now < premier_essai + LASTING else "MORTE"


async def somebody_subscribes(conn: AsyncConnection) -> bool:
    """Tell whether there is anybody to send to."""
    return (
        await conn.execute(select(abonnement.c.id).where(abonnement.c.etat == "ACTIF").limit(1))
    ).first() is not None


async def hold(conn: AsyncConnection, end: int | None, now: datetime) -> Held | None:
    """Take the subscription that has waited longest, among those with something to send; None when none has.

    ``end`` is the last position of the journal, None when it is unknown: only what was begun is then sent.
    """
    begun = select(livraison.c.id).where(livraison.c.abonnement_id == abonnement.c.id, WAITS).exists()
    free = (
        select(abonnement.c.id)
        .join(client, client.c.client_id == abonnement.c.client_id)
        .where(
            abonnement.c.etat == "ACTIF",
            client.c.actif,
            client.c.scopes.contains(sorted(NEEDED)),
            abonnement.c.prochain_essai <= now,
            or_(abonnement.c.tenu_jusqu_au.is_(None), abonnement.c.tenu_jusqu_au <= now),
            begun if end is None else or_(begun, abonnement.c.position < end),
        )
        .order_by(abonnement.c.prochain_essai, abonnement.c.id)
        .limit(1)
        .with_for_update(of=abonnement, skip_locked=True)
    )
    taken = (
        update(abonnement)
        .where(abonnement.c.id == free.scalar_subquery(), client.c.client_id == abonnement.c.client_id)
        .values(tenu_jusqu_au=now + HOLD)
        .returning(
            abonnement.c.id, abonnement.c.client_id, abonnement.c.url, abonnement.c.types, abonnement.c.secret,
            abonnement.c.ancien_secret, abonnement.c.ancien_jusqu_au, abonnement.c.position,
            abonnement.c.tenu_jusqu_au, client.c.perimetre,
        )
    )  # fmt: skip
    row = (await conn.execute(taken)).first()
    return None if row is None else Held(*row)


async def waiting(conn: AsyncConnection, held: Held) -> list[Message]:
    """Return the messages begun and not ended, in order."""
    query = (
        select(livraison.c.id, livraison.c.position, livraison.c.type, livraison.c.charge)
        .where(livraison.c.abonnement_id == held.id, WAITS)
        .order_by(livraison.c.position)
    )
    return [Message(*row) for row in await conn.execute(query)]


async def record(
    conn: AsyncConnection, held: Held, message: Message, reply: Reply, now: datetime
) -> Held | None:
    """Write what became of an attempt and move the subscription; None when nobody goes on with it.

    The transaction is the caller's. After a failure the subscription is given back, to be taken again later.
    """
    trace = select(livraison.c.essais, livraison.c.premier_essai, livraison.c.etat).where(
        livraison.c.id == message.id
    )
    before = (await conn.execute(trace)).first()
    again = before is not None and before.etat == "EN_ATTENTE"
    essais = before.essais + 1 if before is not None and again else 1
    premier_essai = before.premier_essai if before is not None and again else now
    values: dict[str, Any] = {"position": max(held.position, message.position)}
    if not reply.taken:
        pause = delay_after(essais, random.random())  # noqa: S311 # jitter
        values |= {"tenu_jusqu_au": None, "prochain_essai": now + pause}
    if reply.gone:
        values |= {"etat": "DESACTIVE", "desactive_le": now}
    if not await _change(conn, held, values):
        return None
    row = {
        "id": message.id, "abonnement_id": held.id, "position": message.position, "type": message.type,
        "charge": message.charge, "etat": outcome(reply, premier_essai, now), "essais": essais,
        "premier_essai": premier_essai, "dernier_essai": now, "statut": reply.statut, "erreur": reply.erreur,
    }  # fmt: skip
    statement = insert(livraison).values(row)
    await conn.execute(statement.on_conflict_do_update(index_elements=[livraison.c.id], set_=row))
    return replace(held, position=values["position"]) if reply.taken else None


async def give_back(conn: AsyncConnection, held: Held, position: int, prochain_essai: datetime) -> None:
    """Let others take a subscription, which is at this position, from an instant on."""
    values = {"position": position, "prochain_essai": prochain_essai, "tenu_jusqu_au": null()}
    await _change(conn, held, values)


async def _change(conn: AsyncConnection, held: Held, values: Mapping[str, Any]) -> bool:
    statement = (
        update(abonnement)
        .where(abonnement.c.id == held.id, abonnement.c.tenu_jusqu_au == held.tenu_jusqu_au)
        .values(**values)
        .returning(abonnement.c.id)
    )
    return (await conn.execute(statement)).first() is not None

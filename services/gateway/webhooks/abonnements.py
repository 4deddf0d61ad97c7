"""What a client does with its subscriptions: open, read, change the secret, begin again, send again, leave."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.tables import abonnement, client, livraison
from services.gateway.webhooks.flow import SOURCE, TYPES
from services.gateway.webhooks.held import DEAD, NEEDED, WAITS
from services.gateway.webhooks.signature import new_secret
from shared.access.errors import PorteeInsuffisante
from shared.access.rights import UNKNOWN
from shared.errors import BusinessError, Introuvable
from shared.idempotency import CleReutilisee
from shared.imports.sealing import KeySeal
from shared.uuids import uuid7

MOST = 20
"""Subscriptions of one client."""
TWO_SECRETS = timedelta(hours=24)
"""How long the former secret also signs after a change."""
CHARGE_KEPT = timedelta(days=7)
"""How long what was sent is kept after the last attempt (securite §6)."""
ABANDONNEE = "ABANDONNEE"


class TypeInconnu(BusinessError):
    """No fact of the flow has this type."""

    code = "type_inconnu"
    status = 422


class PositionInconnue(BusinessError):
    """The journal has not come to this position."""

    code = "position_inconnue"
    status = 422


class AbonnementsEpuises(BusinessError):
    """The client has as many subscriptions as it may."""

    code = "abonnements_epuises"


class ChargeEffacee(BusinessError):
    """What was sent is not kept any more."""

    code = "charge_effacee"


@dataclass(frozen=True, slots=True)
class Opened:
    """A subscription and its secret, in clear: for the one answer that tells it."""

    row: RowMapping
    secret: str = field(repr=False)


def check_types(types: Sequence[str]) -> list[str]:
    """Return the types asked for, each once.

    Raises
    ------
    TypeInconnu
    """
    if not set(types) <= set(TYPES):
        raise TypeInconnu(
            "Un des types n'existe pas.", champ="types", correction=f"Choisissez parmi : {', '.join(TYPES)}."
        )
    return sorted(set(types))


def check_position(position: int, end: int) -> None:
    """Refuse a position that the journal has not reached.

    Raises
    ------
    PositionInconnue
    """
    if position > end:
        raise PositionInconnue(
            "Le flux n'est pas encore à cette position.",
            champ="apres",
            correction="Reprenez une position que le flux ou une livraison a donnée.",
        )


async def subscribe(
    conn: AsyncConnection,
    seal: KeySeal,
    client_id: str,
    cle: str,
    wanted: tuple[str, list[str], int],
    now: datetime,
) -> Opened:
    """Open a subscription to an address, for some types, after a position; the same key opens it once.

    Raises
    ------
    PorteeInsuffisante
        The client as registered lacks a scope: nothing could be read for it.
    AbonnementsEpuises, CleReutilisee
    """
    url, types, position = wanted
    registered = select(client.c.scopes).where(client.c.client_id == client_id, client.c.actif)
    scopes = (await conn.execute(registered.with_for_update())).scalar()  # its requests come one by one
    for scope in sorted(NEEDED - set(scopes or ())):
        raise PorteeInsuffisante(scope)
    own = select(abonnement).where(abonnement.c.client_id == client_id)
    rows = (await conn.execute(own)).mappings().all()
    for row in rows:
        if hmac.compare_digest(row["cle"].encode(), f"ouverture {cle}".encode()):
            if (row["url"], row["types"]) != (url, types):
                raise _reused()
            return Opened(row, seal.open(row["secret"], row["id"]).decode())
    if len(rows) >= MOST:
        raise AbonnementsEpuises(
            f"Un client a {MOST} abonnements au plus.", correction="Supprimez ceux qui ne servent plus."
        )
    identity, secret = uuid7(), new_secret()
    values = {
        "id": identity, "client_id": client_id, "cle": f"ouverture {cle}", "url": url, "source": SOURCE,
        "types": types, "etat": "ACTIF", "cree_le": now, "secret": seal.close(secret.encode(), identity),
        "position": position, "prochain_essai": now,
    }  # fmt: skip
    written = await conn.execute(insert(abonnement).values(values).returning(*abonnement.c))
    return Opened(written.mappings().one(), secret)


def _reused() -> CleReutilisee:
    return CleReutilisee(
        "Cette clé a déjà servi pour un autre contenu.",
        correction="Donnez une clé neuve à une demande neuve.",
    )


async def list_own(conn: AsyncConnection, client_id: str, identity: UUID | None = None) -> list[RowMapping]:
    """Return the subscriptions of a client, or the one asked for, with how many messages wait and are dead."""
    own = abonnement.c.client_id == client_id
    if identity is not None:
        own &= abonnement.c.id == identity
    counts = [
        select(func.count())
        .where(livraison.c.abonnement_id == abonnement.c.id, state)
        .scalar_subquery()
        .label(name)
        for state, name in ((WAITS, "en_attente"), (DEAD, "mortes"))
    ]
    query = select(abonnement, *counts).where(own).order_by(abonnement.c.id)
    return list((await conn.execute(query)).mappings())


async def lock_own(conn: AsyncConnection, client_id: str, identity: UUID) -> RowMapping:
    """Return a subscription of a client, locked.

    Raises
    ------
    Introuvable
    """
    own = select(abonnement).where(abonnement.c.id == identity, abonnement.c.client_id == client_id)
    row = (await conn.execute(own.with_for_update())).mappings().first()
    if row is None:
        raise Introuvable(UNKNOWN)
    return row


async def leave(conn: AsyncConnection, client_id: str, identity: UUID) -> None:
    """Forget a subscription and its messages.

    Raises
    ------
    Introuvable
    """
    await lock_own(conn, client_id, identity)
    await conn.execute(delete(abonnement).where(abonnement.c.id == identity))


async def change_secret(
    conn: AsyncConnection, seal: KeySeal, client_id: str, identity: UUID, cle: str, now: datetime
) -> Opened:
    """Draw another secret; the former one also signs for a while. The same key draws it once.

    Raises
    ------
    Introuvable
    """
    row = await lock_own(conn, client_id, identity)
    if hmac.compare_digest(row["cle"].encode(), f"secret {cle}".encode()):
        return Opened(row, seal.open(row["secret"], identity).decode())
    secret = new_secret()
    values = {
        "cle": f"secret {cle}",
        "secret": seal.close(secret.encode(), identity),
        "ancien_secret": row["secret"],
        "ancien_jusqu_au": now + TWO_SECRETS,
    }
    changed = update(abonnement).where(_is(identity)).values(values).returning(*abonnement.c)
    return Opened((await conn.execute(changed)).mappings().one(), secret)


async def reactivate(conn: AsyncConnection, client_id: str, identity: UUID, now: datetime) -> None:
    """Send again to an address that had asked for nothing more, from where it stopped.

    Raises
    ------
    Introuvable
    """
    await lock_own(conn, client_id, identity)
    values = {"etat": "ACTIF", "desactive_le": null(), "prochain_essai": now}
    await conn.execute(update(abonnement).where(_is(identity)).values(values))


async def replay(conn: AsyncConnection, client_id: str, identity: UUID, after: int, now: datetime) -> None:
    """Send again, or pass over, all that follows a position; what waited is given up.

    Raises
    ------
    Introuvable
    """
    await lock_own(conn, client_id, identity)
    given_up = (livraison.c.abonnement_id == identity) & WAITS
    await conn.execute(update(livraison).where(given_up).values(etat="MORTE", erreur=ABANDONNEE))
    # Whoever holds it loses it: what it is sending counts for nothing.
    values = {"position": after, "tenu_jusqu_au": null(), "prochain_essai": now}
    await conn.execute(update(abonnement).where(_is(identity)).values(values))


async def redeliver(
    conn: AsyncConnection, client_id: str, identity: UUID, message_id: UUID, now: datetime
) -> None:
    """Have a message sent again, before those that follow.

    Raises
    ------
    Introuvable, ChargeEffacee
    """
    await lock_own(conn, client_id, identity)
    one = (livraison.c.id == message_id) & (livraison.c.abonnement_id == identity)
    row = (await conn.execute(select(livraison.c.charge).where(one))).first()
    if row is None:
        raise Introuvable(UNKNOWN)
    if row.charge is None:
        raise ChargeEffacee(
            f"Le contenu d'une livraison est gardé {CHARGE_KEPT.days} jours.",
            correction="Demandez un rejeu à partir de la position qui précède.",
        )
    await conn.execute(update(livraison).where(one).values(etat="EN_ATTENTE"))
    await conn.execute(update(abonnement).where(_is(identity)).values(prochain_essai=now))


def _is(identity: UUID) -> ColumnElement[bool]:
    return abonnement.c.id == identity


async def list_messages(
    conn: AsyncConnection, identity: UUID, etat: str | None, before: int | None, count: int
) -> list[dict[str, Any]]:
    """Return the last messages of a subscription, in a state if one is given, before a position if one is given."""
    query = select(livraison).where(livraison.c.abonnement_id == identity)
    if etat is not None:
        query = query.where(livraison.c.etat == etat)
    if before is not None:
        query = query.where(livraison.c.position < before)
    rows = await conn.execute(query.order_by(livraison.c.position.desc()).limit(count))
    return [dict(row) for row in rows.mappings()]


async def erase_charges(conn: AsyncConnection, now: datetime, *, dry_run: bool) -> int:
    """Erase what was sent long enough ago, keep its trace; return how many messages."""
    old = (
        livraison.c.charge.is_not(None)
        & (livraison.c.etat != "EN_ATTENTE")
        & (livraison.c.dernier_essai < now - CHARGE_KEPT)
    )
    if dry_run:
        return int((await conn.execute(select(func.count()).where(old))).scalar_one())
    return int((await conn.execute(update(livraison).where(old).values(charge=None))).rowcount)

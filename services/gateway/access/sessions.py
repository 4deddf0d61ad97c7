"""Browser sessions: an opaque key in a cookie, everything else in the database; rights are read at each request."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access.clients import Resolve, agent, digest, resolve_perimetre, session
from shared.access.callers import Caller
from shared.access.scopes import Scope

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
"""How finely the last request of a session is kept: one write a minute, not one a page."""
TOKEN_LIFETIME = timedelta(seconds=60)
ACT = "gateway"
"""Who carries the words of the agent, in the tokens of a session."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who may sign in."""

    issuer: str
    subject: str
    client_id: str
    libelle: str
    scopes: frozenset[Scope]
    perimetre: dict[str, Any]
    administrateur: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: its agent, and the key that the browser holds."""

    key: str = field(repr=False)
    agent: Agent
    id_token: str | None = field(repr=False)


def new_key() -> str:
    """Return a key of 256 random bits."""
    return secrets.token_urlsafe(32)


def form_token(key: str) -> str:
    """Return the token of the forms shown to the browser that holds a key: nobody else can compute it."""
    return blake2b(key.encode(), digest_size=32, person=b"formulaire").hexdigest()


_AGENT = (
    agent.c.issuer,
    agent.c.subject,
    agent.c.client_id,
    agent.c.libelle,
    agent.c.scopes,
    agent.c.perimetre,
    agent.c.administrateur,
)


async def find_agent(conn: AsyncConnection, issuer: str, subject: str) -> Agent | None:
    """Return the active agent that an issuer names so."""
    query = select(*_AGENT).where(agent.c.issuer == issuer, agent.c.subject == subject, agent.c.actif)
    row = (await conn.execute(query)).first()
    return None if row is None else _agent(row)


def _agent(row: Any) -> Agent:
    known = frozenset(Scope)
    scopes = frozenset(Scope(name) for name in row.scopes if name in known)
    return Agent(
        row.issuer, row.subject, row.client_id, row.libelle, scopes, row.perimetre, row.administrateur
    )


async def open_session(
    conn: AsyncConnection, agent: Agent, now: datetime, id_token: str | None = None
) -> str:
    """Open a session of an agent, forget those that are over, and return its key."""
    key = new_key()
    await conn.execute(
        delete(session).where(or_(session.c.seen_at <= now - IDLE, session.c.created_at <= now - LONGEST))
    )
    await conn.execute(
        insert(session).values(
            key_sha256=digest(key),
            issuer=agent.issuer,
            subject=agent.subject,
            created_at=now,
            seen_at=now,
            id_token=id_token,
        )
    )
    return key


async def find_session(conn: AsyncConnection, key: str, now: datetime) -> Session | None:
    """Return the open session of a key, its agent still active, and note that it was seen."""
    query = (
        select(*_AGENT, session.c.seen_at, session.c.id_token)
        .join(agent, (agent.c.issuer == session.c.issuer) & (agent.c.subject == session.c.subject))
        .where(
            session.c.key_sha256 == digest(key),
            session.c.seen_at > now - IDLE,
            session.c.created_at > now - LONGEST,
            agent.c.actif,
        )
    )
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    if row.seen_at <= now - NOTED_EVERY:
        await conn.execute(update(session).where(session.c.key_sha256 == digest(key)).values(seen_at=now))
    return Session(key, _agent(row), row.id_token)


async def close_session(conn: AsyncConnection, key: str) -> None:
    """Forget a session."""
    await conn.execute(delete(session).where(session.c.key_sha256 == digest(key)))


async def caller_of(conn: AsyncConnection, agent: Agent, resolve: Resolve) -> Caller:
    """Return the caller that an agent is, with the structures of its perimeter that are known today."""
    perimetre = await resolve_perimetre(conn, agent.client_id, agent.perimetre, resolve)
    return Caller(agent.client_id, agent.subject, agent.scopes, perimetre)

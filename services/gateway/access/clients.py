"""Clients in the database: found by their secret, with the perimeter their tokens will carry."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import MetaData, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.access import tables
from shared.access.callers import Perimetre
from shared.access.scopes import Scope

Resolve = Callable[[AsyncConnection, Sequence[tuple[str, str]]], Awaitable[list[UUID]]]
"""Gives the identifiers of structures named by (SIRET, type); unknown ones are left out."""

# Queries need the columns; the migrations read the same definition from the gateway's own MetaData.
_metadata = MetaData()
client = tables.client_table(_metadata)
agent = tables.agent_table(_metadata)
session = tables.session_table(_metadata)
invitation = tables.invitation_table(_metadata)
delegation = tables.delegation_table(_metadata)
_perimetre = TypeAdapter(Perimetre)
_NOBODY = bytes(32)


@dataclass(frozen=True, slots=True)
class Client:
    """An active client whose secret was right."""

    client_id: str
    scopes: frozenset[Scope]
    perimetre: dict[str, Any]
    """As registered: structures may be named by SIRET."""


def digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


async def find_client(conn: AsyncConnection, client_id: str, secret: str) -> Client | None:
    """Return the active client of this name if the secret is its own.

    An unknown client takes the time of a wrong secret.
    """
    columns = (client.c.secret_sha256, client.c.scopes, client.c.perimetre)
    row = (
        await conn.execute(select(*columns).where(client.c.client_id == client_id, client.c.actif))
    ).first()
    right = hmac.compare_digest(digest(secret), row.secret_sha256 if row else _NOBODY)
    if row is None or not right:
        return None
    return Client(client_id, frozenset(map(Scope, row.scopes)), row.perimetre)


async def resolve_perimetre(
    conn: AsyncConnection, client_id: str, registered: dict[str, Any], resolve: Resolve
) -> Perimetre:
    """Return a registered perimeter with the structures known today that it names by SIRET, or that are lent to it."""
    lent = select(delegation.c.siret, delegation.c.type_structure).where(
        delegation.c.delegataire == client_id, delegation.c.retiree_le.is_(None)
    )
    named = [(siret, type_structure) for siret, type_structure in registered.get("sirets", [])]
    named += [(row.siret, row.type_structure) for row in await conn.execute(lent)]
    perimetre = _perimetre.validate_python(
        {part: codes for part, codes in registered.items() if part != "sirets"}
    )
    if not named:
        return perimetre
    return replace(perimetre, structures=perimetre.structures.union(await resolve(conn, named)))

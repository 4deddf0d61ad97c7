"""Giving tokens: client credentials in, a signed token out."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.access.attempts import FailedAttempts
from services.gateway.access.clients import Client, Resolve, find_client, resolve_perimetre
from services.gateway.access.errors import TokenRefused, invalid_client
from services.gateway.access.token_request import TokenRequest
from shared.access.callers import Caller
from shared.access.scopes import Scope, parse_scopes
from shared.access.tokens import KeySet, Signer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TokenServer:
    """What the token endpoint needs; held by ``app.state.token_server``.

    Raises
    ------
    ValueError
        The public keys do not hold the signer's: every token would be refused.
    """

    engine: AsyncEngine
    signer: Signer
    keys: KeySet
    """Published at ``/.well-known/jwks.json``."""
    resolve: Resolve
    attempts: FailedAttempts = field(default_factory=FailedAttempts)

    def __post_init__(self) -> None:
        if self.signer.kid not in self.keys:
            raise ValueError("the public keys do not hold the signing key")

    async def grant(
        self, request: TokenRequest, *, address: str, now: datetime
    ) -> tuple[str, frozenset[Scope]]:
        """Return a token and the scopes it carries.

        Raises
        ------
        TokenRefused
            ``invalid_client``, ``invalid_scope``, or ``temporarily_unavailable`` (429) after failures in a row.
        """
        self._refuse_during_pause(request.client_id, address, now)
        async with self.engine.connect() as conn:
            client = await find_client(conn, request.client_id, request.secret)
            if client is None:
                self.attempts.failed(request.client_id, address, now)
                log.warning("a client was refused a token", extra={"client_id": request.client_id})
                raise invalid_client()
            self.attempts.succeeded(request.client_id, address)
            scopes = _narrow(client, request.scope)
            perimetre = await resolve_perimetre(conn, client.client_id, client.perimetre, self.resolve)
        caller = Caller(client.client_id, client.client_id, scopes, perimetre)
        return self.signer.issue(caller, now=now), scopes

    def _refuse_during_pause(self, client_id: str, address: str, now: datetime) -> None:
        if left := self.attempts.pause_left(client_id, address, now):
            seconds = ceil(left.total_seconds())
            raise TokenRefused(
                "temporarily_unavailable",
                f"Trop d'essais : attendez {seconds} s.",
                status=429,
                headers={"Retry-After": str(seconds)},
            )


def _narrow(client: Client, asked: str | None) -> frozenset[Scope]:
    """Return the scopes asked for, all of them the client's own; all of its own when it asks for none."""
    if asked is None:
        return client.scopes
    try:
        scopes = parse_scopes(asked)
    except ValueError:
        scopes = None
    if not scopes or not scopes <= client.scopes:
        raise TokenRefused("invalid_scope", "scope contient un nom inconnu ou qui ne vous est pas permis.")
    return scopes

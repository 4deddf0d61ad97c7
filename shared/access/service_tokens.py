"""The token that a worker shows to the other services."""

import asyncio
import logging
from time import monotonic

import httpx

log = logging.getLogger(__name__)

RENEWED_BEFORE_S = 120.0
"""A token is replaced when it has less than this left, or half its life if that is shorter."""
RETRY_PAUSE_S = 5.0
"""Pause between two attempts while the token in hand is still good."""


class ServiceTokens:
    """Gives a valid token, asking ``/oauth/token`` only when the one in hand comes to its end.

    Parameters
    ----------
    http
        Client to use; its owner closes it.
    token_url
        Address of the token endpoint.
    client_id, secret
        Service client, ``service-<name>``.
    """

    def __init__(self, http: httpx.AsyncClient, *, token_url: str, client_id: str, secret: str) -> None:
        self._http = http
        self._token_url = token_url
        self._credentials = httpx.BasicAuth(client_id, secret)
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._expires_at = 0.0

    async def __call__(self) -> str:
        """Return a token.

        Raises
        ------
        httpx.HTTPError
            No token in hand, and the gateway does not answer or refuses.
        """
        if monotonic() >= self._renew_at:
            async with self._one_at_a_time:
                if monotonic() >= self._renew_at:
                    await self._renew()
        return self._token

    async def _renew(self) -> None:
        try:
            answer = await self._http.post(
                self._token_url, data={"grant_type": "client_credentials"}, auth=self._credentials
            )
            answer.raise_for_status()
        except httpx.HTTPError:
            if monotonic() >= self._expires_at:
                raise
            self._renew_at = monotonic() + RETRY_PAUSE_S
            log.warning("the token could not be renewed, the present one is still good")
            return
        body = answer.json()
        lifetime = float(body["expires_in"])
        self._token = body["access_token"]
        self._expires_at = monotonic() + lifetime
        self._renew_at = self._expires_at - min(RENEWED_BEFORE_S, lifetime / 2)

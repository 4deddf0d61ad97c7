"""HTTP clients of the platform: a connection lost as soon as it is made is told as such."""

import ssl
from functools import cache

import httpx


class Transport(httpx.AsyncHTTPTransport):
    """A transport whose failures are all ``httpx.TransportError``."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            # The library looks at the socket of a stream that its peer has already left: there is none any more.
            raise httpx.ConnectError("connection lost as soon as it was made", request=request) from error


@cache
def _authorities() -> ssl.SSLContext:
    """Return what TLS trusts; reading it takes as long as a hundred requests, so once a process."""
    return httpx.create_ssl_context()


def open_client(timeout: httpx.Timeout, base_url: str = "") -> httpx.AsyncClient:
    """Return a client that its caller closes."""
    return httpx.AsyncClient(transport=Transport(verify=_authorities()), timeout=timeout, base_url=base_url)

import httpx
import pytest

from shared.client import open_client


async def test_a_peer_that_leaves_at_once_is_a_connection_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What anyio does when the socket is gone before it is looked at, seen when a service died at once."""

    async def look_at_no_socket(*_: object) -> httpx.Response:
        return None.family  # type: ignore[attr-defined, no-any-return]  # the very mistake

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", look_at_no_socket)
    async with open_client(httpx.Timeout(5)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://127.0.0.1:9/")

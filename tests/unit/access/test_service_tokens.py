"""The token of a worker: asked once, renewed in time, kept while the gateway is away."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.access import service_tokens
from shared.access.service_tokens import RENEWED_BEFORE_S, RETRY_PAUSE_S, ServiceTokens

LIFETIME = 1500.0


class Gateway:
    """A token endpoint and a clock that the test moves."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.status = 200
        self.time = 0.0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status == 0:
            raise httpx.ConnectError("away")
        return httpx.Response(
            self.status, json={"access_token": f"jeton-{len(self.asked)}", "expires_in": LIFETIME}
        )


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    gateway = Gateway()
    monkeypatch.setattr(service_tokens, "monotonic", lambda: gateway.time)
    return gateway


@pytest.fixture
async def tokens(gateway: Gateway) -> AsyncIterator[ServiceTokens]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(gateway.answer)) as http:
        yield ServiceTokens(
            http,
            token_url="http://gateway.invalid/oauth/token",
            client_id="service-parcours",
            secret="fictif",
        )


async def test_the_worker_authenticates_by_its_secret(gateway: Gateway, tokens: ServiceTokens) -> None:
    assert await tokens() == "jeton-1"
    request = gateway.asked[0]
    assert request.content == b"grant_type=client_credentials"
    assert request.headers["Authorization"].startswith("Basic ")


async def test_a_hundred_calls_at_once_ask_for_one_token(gateway: Gateway, tokens: ServiceTokens) -> None:
    assert set(await asyncio.gather(*(tokens() for _ in range(100)))) == {"jeton-1"}
    assert len(gateway.asked) == 1


async def test_a_token_is_renewed_before_its_end(gateway: Gateway, tokens: ServiceTokens) -> None:
    await tokens()
    gateway.time = LIFETIME - RENEWED_BEFORE_S - 1
    assert await tokens() == "jeton-1"
    gateway.time += 1
    assert await tokens() == "jeton-2"


@pytest.mark.parametrize("status", [0, 401, 503])
async def test_while_the_gateway_is_away_the_token_in_hand_serves_to_its_end(
    gateway: Gateway, tokens: ServiceTokens, status: int
) -> None:
    await tokens()
    gateway.status = status
    gateway.time = LIFETIME - RETRY_PAUSE_S - 1
    assert await tokens() == await tokens() == "jeton-1"
    assert len(gateway.asked) == 2

    gateway.time = LIFETIME
    with pytest.raises(httpx.HTTPError):
        await tokens()

    gateway.status = 200
    assert await tokens() == "jeton-4"

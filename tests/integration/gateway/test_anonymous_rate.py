"""What an address may ask without a token."""

import pytest

from services.gateway.rate import AnonymousRate
from tests.integration.gateway.conftest import Gateway


@pytest.fixture
def two_a_minute(gateway: Gateway) -> Gateway:
    gateway.application.state.anonymous_rate = AnonymousRate(2)
    return gateway


async def ask(gateway: Gateway, path: str, **headers: str) -> int:
    return (await gateway.client.post(f"/api/{path}", headers=headers)).status_code


async def test_simulators_and_forwarded_requests_share_the_rate_of_an_address(two_a_minute: Gateway) -> None:
    paths = ("funding/v1/simulations/cits", "structures/v1/structures", "parcours/v1/simulations/embauche")
    assert [await ask(two_a_minute, path) for path in paths] == [503, 503, 429]


async def test_a_token_spares_the_rate_but_before_a_simulator(two_a_minute: Gateway) -> None:
    token = {"Authorization": "Bearer fictif"}
    assert {await ask(two_a_minute, "structures/v1/structures", **token) for _ in range(4)} == {503}
    asked = [await ask(two_a_minute, "funding/v1/simulations/cits", **token) for _ in range(3)]
    assert asked == [503, 503, 429]

"""Scopes and the services they reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.scopes import REACH, Audience, Scope, audiences, parse_scopes, write_scopes


def test_every_scope_reaches_a_service() -> None:
    assert set(REACH) == set(Scope)
    assert all(REACH.values())


def test_a_token_reaches_the_services_of_its_scopes_and_the_gateway() -> None:
    assert audiences([Scope.PARCOURS_LECTURE]) == {Audience.PARCOURS, Audience.GATEWAY}
    assert audiences([]) == {Audience.GATEWAY}


@given(st.frozensets(st.sampled_from(Scope)))
def test_scopes_are_read_back_as_written(scopes: frozenset[Scope]) -> None:
    assert parse_scopes(write_scopes(scopes)) == scopes


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="lune"):
        parse_scopes("parcours.lecture lune.ecriture")

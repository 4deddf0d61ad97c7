from collections.abc import Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import SEUIL, Compte, hide

SECRET = Absence.SECRET


def hide_series(counts: Sequence[int], total: int, seuil: int = SEUIL) -> tuple[list[Compte], Compte]:
    """A row of counts and its total, as they are published."""
    shown = hide({-1: total, **dict(enumerate(counts))}, [(-1, *range(len(counts)))], seuil=seuil)
    return [shown[rank] for rank in range(len(counts))], shown[-1]


def test_zero_is_shown_and_one_to_four_are_hidden() -> None:
    assert hide(dict(enumerate(range(7)))) == {0: 0, 1: SECRET, 2: SECRET, 3: SECRET, 4: SECRET, 5: 5, 6: 6}


def test_an_unknown_count_stays_unknown() -> None:
    assert hide({"62": None, "59": 12}, [("32", "62", "59")]) == {"62": None, "59": 12}


def test_parts_that_nobody_counts_do_not_tell_their_total() -> None:
    counts = {"tous": 100, "deux types": 3, "reste": 97, "deux types, ACI": None, "deux types, EI": None}
    shown = hide(
        counts, [("tous", "deux types", "reste"), ("deux types", "deux types, ACI", "deux types, EI")]
    )
    assert shown == counts | {"deux types": SECRET, "reste": SECRET}


def test_a_lone_hidden_part_hides_the_smallest_other_one() -> None:
    assert hide_series([3, 40, 12], 55) == ([SECRET, 40, SECRET], 55)


def test_two_hidden_parts_that_are_surely_one_each_hide_a_third() -> None:
    assert hide_series([1, 1, 30, 9], 41) == ([SECRET, SECRET, 30, SECRET], 41)


def test_a_small_total_hides_itself_and_its_parts() -> None:
    assert hide_series([0, 3, 0], 3) == ([0, SECRET, 0], SECRET)


def test_a_total_hidden_elsewhere_is_not_given_by_its_parts() -> None:
    counts = {"32": 30, "02": 3, "59": 27, "ACI59": 20, "EI59": 7}
    shown = hide(counts, [("32", "02", "59"), ("59", "ACI59", "EI59")])
    assert shown == {"32": 30, "02": SECRET, "59": SECRET, "ACI59": 20, "EI59": SECRET}


def test_the_threshold_is_a_setting() -> None:
    assert hide_series([8, 40], 48, seuil=10) == ([SECRET, SECRET], 48)
    assert hide_series([8, 40], 48, seuil=5) == ([8, 40], 48)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=4))
def test_no_hidden_count_can_be_computed_from_what_is_shown(counts: list[int]) -> None:
    total = sum(counts)
    shown, shown_total = hide_series(counts, total)
    hidden = [rank for rank, count in enumerate(shown) if count is SECRET]
    if shown_total is SECRET:
        assert total < SEUIL
        return
    rest = total - sum(count for count in shown if isinstance(count, int))
    possible = [values for values in product(range(1, rest + 1), repeat=len(hidden)) if sum(values) == rest]
    for place, _ in enumerate(hidden):
        assert len({values[place] for values in possible}) > 1

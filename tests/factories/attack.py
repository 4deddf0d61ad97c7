"""Whoever subtracts: solving the sums that tie published counts, to find the hidden ones."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def solve(known: Mapping[K, int], sums: Iterable[Sequence[K]]) -> dict[K, int]:
    """Return every unknown count that the sums determine, by elimination then by bounds.

    Parameters
    ----------
    known
        Published counts.
    sums
        Each is a total followed by the parts that make it; none is negative.
    """
    equations = [_equation(known, line) for line in sums]
    reduced = _eliminate([equation for equation in equations if equation[0]])
    found = {next(iter(terms)): int(value) for terms, value in reduced if len(terms) == 1}
    return found | _bounded(equations)


Equation = tuple[dict[K, Fraction], Fraction]


def _equation(known: Mapping[K, int], line: Sequence[K]) -> Equation[K]:
    terms: dict[K, Fraction] = {}
    value = Fraction(0)
    for rank, key in enumerate(line):
        sign = Fraction(-1 if rank == 0 else 1)
        if key in known:
            value -= sign * known[key]
        else:
            terms[key] = terms.get(key, Fraction(0)) + sign
    return {key: factor for key, factor in terms.items() if factor}, value


def _eliminate(equations: list[Equation[K]]) -> list[Equation[K]]:
    """Return the reduced rows: each pivot is in its own row only."""
    rows: list[tuple[K, Equation[K]]] = []
    for terms, value in equations:
        left, rest = dict(terms), value
        for pivot, (other, told) in rows:
            factor = left.get(pivot, Fraction(0))
            if factor:
                left, rest = _minus(left, other, factor), rest - factor * told
        if not left:
            continue
        pivot = next(iter(left))
        scale = left[pivot]
        row = {key: factor / scale for key, factor in left.items()}, rest / scale
        rows = [
            (
                name,
                (_minus(other, row[0], other[pivot]), told - other[pivot] * row[1])
                if pivot in other
                else (other, told),
            )
            for name, (other, told) in rows
        ]
        rows.append((pivot, row))
    return [row for _, row in rows]


def _minus(left: Mapping[K, Fraction], right: Mapping[K, Fraction], factor: Fraction) -> dict[K, Fraction]:
    result = dict(left)
    for key, other in right.items():
        result[key] = result.get(key, Fraction(0)) - factor * other
    return {key: value for key, value in result.items() if value}


def _bounded(equations: Sequence[Equation[K]]) -> dict[K, int]:
    """Return the unknowns that no negative count leaves one value."""
    low: dict[K, Fraction] = {key: Fraction(0) for terms, _ in equations for key in terms}
    high: dict[K, Fraction | None] = dict.fromkeys(low)
    moved = True
    while moved:
        moved = False
        for terms, value in equations:
            for key, factor in terms.items():
                others = [
                    (f * low[other], None if high[other] is None else f * high[other])  # type: ignore[operator] # not None
                    if f > 0
                    else (None if high[other] is None else f * high[other], f * low[other])  # type: ignore[operator] # idem
                    for other, f in terms.items()
                    if other != key
                ]
                least = (
                    None
                    if any(a is None for a, _ in others)
                    else sum((a for a, _ in others if a is not None), Fraction(0))
                )
                most = (
                    None
                    if any(b is None for _, b in others)
                    else sum((b for _, b in others if b is not None), Fraction(0))
                )
                ends = [
                    None if most is None else (value - most) / factor,
                    None if least is None else (value - least) / factor,
                ]
                down, up = ends if factor > 0 else reversed(ends)
                if down is not None and down > low[key]:
                    low[key], moved = down, True
                if up is not None and (high[key] is None or up < high[key]):  # type: ignore[operator] # not None
                    high[key], moved = up, True
    return {key: int(low[key]) for key in low if high[key] == low[key]}

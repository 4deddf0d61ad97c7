"""What whoever subtracts finds: the hidden counts that the sums between published ones determine, all taken together."""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

PRIME = (1 << 61) - 1
"""Factors are kept modulo this prime: they stay small, and none of those that sums give is a multiple of it."""
K = TypeVar("K", bound=Hashable)


def determined(hidden: Collection[K], sums: Sequence[Sequence[K]]) -> set[K]:
    """Return the hidden counts that have one value only.

    Parameters
    ----------
    sums
        Each is a total followed by the parts that make it; what is not hidden is published.
    """
    rows: dict[K, dict[K, int]] = {}  # by pivot; a pivot is in its own row only
    holders: dict[K, set[K]] = {}  # pivots of the rows where a count is
    for line in sums:
        row = {key: (1 if rank else PRIME - 1) for rank, key in enumerate(line) if key in hidden}
        for key in [key for key in row if key in rows]:
            _subtract(row, rows[key], row[key])
        if not row:
            continue
        pivot, inverse = next((key, pow(factor, -1, PRIME)) for key, factor in row.items())
        row = {key: factor * inverse % PRIME for key, factor in row.items()}
        for holder in tuple(holders.get(pivot, ())):
            before = set(rows[holder])
            _subtract(rows[holder], row, rows[holder][pivot])
            for key in before - set(rows[holder]):
                holders[key].discard(holder)
            for key in set(rows[holder]) - before:
                holders.setdefault(key, set()).add(holder)
        rows[pivot] = row
        for key in row:
            holders.setdefault(key, set()).add(pivot)
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[K, int], other: dict[K, int], factor: int) -> None:
    for key, value in other.items():
        left = (row.get(key, 0) - factor * value) % PRIME
        if left:
            row[key] = left
        else:
            row.pop(key, None)

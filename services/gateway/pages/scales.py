"""Round scales: ticks of an axis that starts at zero, classes of a map."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

CLASSES_MAX = 4
PAS_MINIMAL = Decimal("0.05")
"""Five points: below that, a map would draw differences that mean nothing."""


def ticks(maximum: Decimal, wanted: int = 5) -> list[Decimal]:
    """Return the graduations of an axis, from zero to the first one not below ``maximum``.

    Their step is 1, 2 or 5 times a power of ten, the smallest giving at most ``wanted`` intervals.
    """
    if maximum <= 0:
        return [Decimal(0), Decimal(1)]
    step = _round_step(maximum / wanted)
    count = int((maximum / step).to_integral_value(ROUND_CEILING))
    return [step * rank for rank in range(count + 1)]


def class_bounds(ratios: Sequence[Decimal]) -> list[Decimal]:
    """Return the increasing bounds of at most four classes, low bound included, that hold every ratio."""
    low, high = min(ratios), max(ratios)
    step = max(PAS_MINIMAL, _round_step((high - low) / CLASSES_MAX))
    while (bounds := _bounds(low, high, step))[-1] <= high or len(bounds) - 1 > CLASSES_MAX:
        step = _round_step(step * Decimal("1.01"))
    return bounds


def class_of(ratio: Decimal, bounds: Sequence[Decimal]) -> int:
    """Return the rank of the class that holds a ratio."""
    return sum(bound <= ratio for bound in bounds[1:-1])


def _bounds(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal]:
    first = low // step * step
    count = int((high - first) // step) + 1
    return [first + step * rank for rank in range(count + 1)]


def _round_step(raw: Decimal) -> Decimal:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below ``raw``."""
    if raw <= 0:
        return Decimal(0)
    power = Decimal(1).scaleb(raw.adjusted())
    return next(
        factor * power
        for factor in (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
        if factor * power >= raw
    )

"""Statistical secrecy of counts of persons (rule R3): small counts are hidden, and so is what would reveal them.

A count from 1 to ``seuil - 1`` is hidden; zero is shown, there is nobody in it. When one subtraction between
published figures gives a hidden count back, the smallest other count of that sum is hidden too; so it is when all
the sums taken together give it back. Structures, posts, euros, ETP and hours are never secret: do not pass them here.

Source: ``R3`` of the indicator dictionary (effectif < 5, numerator, denominator or complement).
"""

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from services.gateway.pages.formats import Absence
from services.gateway.pages.soustraction import determined

SEUIL = 5
PAS = 5
"""Counts as known on a past day are told to the nearest multiple of this one (choice of this project)."""
Compte: TypeAlias = int | Absence | None
K = TypeVar("K", bound=Hashable)


def hide(
    counts: Mapping[K, int | None],
    sums: Sequence[Sequence[K]] = (),
    *,
    seuil: int = SEUIL,
    secrets: Collection[K] = (),
    fixes: Collection[K] = (),
    rang: Callable[[K], int] = lambda _: 0,
) -> dict[K, Compte]:
    """Return the counts that may be published.

    Parameters
    ----------
    counts
        Counts of persons by any key (a type, a couple territory and type, a step…); ``None`` is unknown.
    sums
        Each is a total followed by its parts, all of them published side by side: ``("32", "02", "59", …)``.
        A part of one sum may be the total of another. Counts of distinct persons, which do not add up, are
        protected in the same way: their total is a bound.
    seuil
        Smallest count that may be published.
    secrets
        Counts that another table of the same figures already hides: nothing here may give them back.
    fixes
        Totals that another table publishes as they are: they are never hidden here.
    rang
        What is hidden last has the greatest; among equals a part goes before its total, the smallest first, and
        a zero when nothing else can.

    Returns
    -------
    dict
        Same keys; ``Absence.SECRET`` where hidden.
    """
    known = {key: count for key, count in counts.items() if count is not None}
    given, kept = frozenset(secrets), frozenset(fixes)
    hidden = {key for key, count in known.items() if 0 < count < seuil or key in given}
    lines = [
        line
        for line in (tuple(key for key in line if key in known) for line in sums if line[0] in known)
        if line[1:]
    ]
    of_key: dict[K, list[int]] = {}
    for rank, line in enumerate(lines):
        for key in line:
            of_key.setdefault(key, []).append(rank)
    waiting = deque(range(len(lines)))
    while waiting:
        found = _revealed(known, hidden, lines[waiting[0]], seuil, kept, rang)
        more = set() if found is None else {found}
        if found is None:
            waiting.popleft()
        if not waiting:
            # No sum tells a hidden count alone; several together may.
            told = [key for key in determined(hidden, lines) if 0 < known[key] < seuil]
            more = _beside(told, known, hidden, lines, of_key, kept, rang)
        hidden |= more
        waiting.extend(rank for key in more for rank in of_key[key])
    return {key: Absence.SECRET if key in hidden else count for key, count in counts.items()}


def as_known(count: Compte) -> Compte:
    """Return a count that may be published, as a day of the past tells it: rounded, so that no two days tell one person."""
    return (count + PAS // 2) // PAS * PAS if isinstance(count, int) else count


def _beside(
    told: Iterable[K],
    known: Mapping[K, int],
    hidden: set[K],
    lines: Sequence[Sequence[K]],
    of_key: Mapping[K, Sequence[int]],
    fixes: Collection[K],
    rang: Callable[[K], int],
) -> set[K]:
    """Return counts to hide for some hidden ones that all the sums together tell: for each, the nearest that is shown."""
    chosen: set[K] = set()
    for one in told:
        tied: set[K] = set()
        around = {one}
        while around:
            tied |= around
            near = {key for each in around for rank in of_key[each] for key in lines[rank]}
            shown = [key for key in near if known.get(key) and key not in hidden and key not in fixes]
            if shown:
                chosen |= set() if chosen & near else {min(shown, key=lambda key: (rang(key), known[key]))}
                break
            around = (near & hidden) - tied
    return chosen


def _revealed(
    known: Mapping[K, int],
    hidden: set[K],
    line: Sequence[K],
    seuil: int,
    fixes: Collection[K],
    rang: Callable[[K], int],
) -> K | None:
    """Return one more count of a sum to hide, or ``None`` when no subtraction in it reveals anything."""
    total, *others = line
    parts = [key for key in others if key in known]
    secret = [key for key in parts if key in hidden]
    if total in hidden:
        needed = not secret
    else:
        needed = len(secret) == 1 or (bool(secret) and sum(known[key] for key in secret) < seuil)
    if not needed:
        return None
    order = {key: (rang(key), 0 if known[key] else 2, known[key]) for key in parts if key not in hidden}
    if known[total] and total not in hidden and total not in fixes:
        order[total] = (rang(total), 1, known[total])
    return min(order, key=lambda key: order[key], default=None)

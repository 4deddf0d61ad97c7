"""Statistical secrecy of counts of persons (rule R3): small counts are hidden, and so is what would reveal them.

A count from 1 to ``seuil - 1`` is hidden; zero is shown, there is nobody in it. When one subtraction between
published figures gives a hidden count back, the smallest other count of that sum is hidden too. Structures,
posts, euros, ETP and hours are never secret: do not pass them here.

Source: ``R3`` of the indicator dictionary (effectif < 5, numerator, denominator or complement).
"""

from collections import deque
from collections.abc import Collection, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias, TypeVar

from services.gateway.pages.formats import Absence, Valeur

SEUIL = 5
Compte: TypeAlias = int | Absence | None
K = TypeVar("K", bound=Hashable)


def hide(
    counts: Mapping[K, int | None],
    sums: Sequence[Sequence[K]] = (),
    *,
    seuil: int = SEUIL,
    secrets: Collection[K] = (),
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

    Returns
    -------
    dict
        Same keys; ``Absence.SECRET`` where hidden.
    """
    known = {key: count for key, count in counts.items() if count is not None}
    hidden = {key for key, count in known.items() if 0 < count < seuil or key in secrets}
    lines = [tuple(line) for line in sums if line[0] in known]
    of_key: dict[K, list[int]] = {}
    for rank, line in enumerate(lines):
        for key in line:
            of_key.setdefault(key, []).append(rank)
    waiting = deque(range(len(lines)))
    while waiting:
        found = _revealed(known, hidden, lines[waiting[0]], seuil)
        if found is None:
            waiting.popleft()
        else:
            hidden.add(found)
            waiting.extend(of_key[found])
    return {key: Absence.SECRET if key in hidden else count for key, count in counts.items()}


def hide_series(
    counts: Sequence[int | None], total: int | None, *, seuil: int = SEUIL
) -> tuple[list[Compte], Compte]:
    """Return a row of counts and its total, as they may be published."""
    named: dict[int, int | None] = {-1: total, **dict(enumerate(counts))}
    shown = hide(named, [tuple(named)], seuil=seuil)
    return [shown[rank] for rank in range(len(counts))], shown[-1]


def hide_steps(counts: Sequence[int | None], *, seuil: int = SEUIL) -> list[Compte]:
    """Return nested counts, each a part of the one before, as they may be published.

    A step is also hidden when it leaves out a few persons only of the last step shown: « all but two » says
    as much as « two ».
    """
    shown: list[Compte] = []
    whole: int | None = None
    for count in counts:
        small = count is not None and (0 < count < seuil or (whole is not None and 0 < whole - count < seuil))
        shown.append(Absence.SECRET if small else count)
        if count is not None and not small:
            whole = count
    return shown


def hide_rate(numerateur: int | None, denominateur: int | None, *, seuil: int = SEUIL) -> Valeur:
    """Return the ratio of a part to its whole, unless it says something about a few persons.

    Returns
    -------
    Valeur
        Exact ratio; ``SECRET`` when the numerator, the denominator or their difference is a small count;
        ``SANS_OBJET`` when the denominator is zero; ``None`` when one of them is unknown.
    """
    if numerateur is None or denominateur is None:
        return None
    if denominateur == 0:
        return Absence.SANS_OBJET
    if any(0 < count < seuil for count in (numerateur, denominateur, denominateur - numerateur)):
        return Absence.SECRET
    return Decimal(numerateur) / Decimal(denominateur)


def _revealed(known: Mapping[K, int], hidden: set[K], line: Sequence[K], seuil: int) -> K | None:
    """Return one more count of a sum to hide, or ``None`` when no subtraction in it reveals anything."""
    total, *others = line
    parts = [key for key in others if key in known]
    secret = [key for key in parts if key in hidden]
    if total in hidden:
        needed = not secret
    else:
        needed = len(secret) == 1 or (bool(secret) and sum(known[key] for key in secret) < seuil)
    visible = [key for key in parts if key not in hidden and known[key]] if needed else []
    return min(visible, key=lambda key: known[key], default=None)

"""Failed attempts: after a few in a row, a short pause."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

LIMIT = 5
PAUSE = timedelta(seconds=30)
CAPACITY = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: datetime


class FailedAttempts:
    """Counts the failures in a row of each pair (client, address), in memory, for the latest `CAPACITY` pairs.

    The address is part of the key so that a stranger who knows a client's name cannot lock the client out.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failures)

    def pause_left(self, client_id: str, address: str, now: datetime) -> timedelta:
        """Return how long this pair must still wait; zero when it may try."""
        failures = self._failures.get((client_id, address))
        if failures is None or failures.count < LIMIT:
            return timedelta()
        return max(timedelta(), failures.last + PAUSE - now)

    def failed(self, client_id: str, address: str, now: datetime) -> None:
        """Count one failure; those before a pause are forgotten."""
        before = self._failures.pop((client_id, address), None)
        count = before.count if before and now < before.last + PAUSE else 0
        self._failures[client_id, address] = _Failures(count + 1, now)
        if len(self._failures) > CAPACITY:
            self._failures.popitem(last=False)

    def succeeded(self, client_id: str, address: str) -> None:
        """Forget the failures of this pair."""
        self._failures.pop((client_id, address), None)

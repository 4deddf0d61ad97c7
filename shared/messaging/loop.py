"""The one way a background loop runs: turns, waits, errors with growing delays, a clean stop."""

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import ClassVar

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0


class Loop(ABC):
    """A loop that repeats ``turn`` until it is cancelled.

    An error of a turn is logged and waited out (exponential, with jitter, at most five seconds): a lost
    database or broker is a delay, never an end.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self._failures = 0

    @abstractmethod
    async def turn(self) -> float:
        """Do one unit of work; return how long to wait before the next, in seconds."""

    async def recover(self) -> None:  # noqa: B027 # most loops have nothing to throw away
        """Throw away what an error, or the end, leaves open."""

    async def run(self) -> None:
        """Repeat turns until cancelled."""
        try:
            while True:
                await self.pause(await self._try_turn())
        finally:
            await self.recover()

    async def _try_turn(self) -> float:
        try:
            delay = await self.turn()
        except Exception:
            self._failures += 1
            log.exception("turn failed", extra={"action": self.name, "attempts": self._failures})
            await self.recover()
            return backoff(self._failures)
        self._failures = 0
        return delay

    async def pause(self, delay: float) -> None:
        """Wait between two turns; a loop that can be woken overrides it."""
        await asyncio.sleep(delay)


async def unending(work: Awaitable[object]) -> None:
    """Await work that ends only when cancelled.

    Raises
    ------
    RuntimeError
        It ended by itself. A library may let out a cancellation of its own: the task would end in silence, and
        its process live on without it.
    """
    try:
        await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    raise RuntimeError("a loop ended")


def backoff(failures: int) -> float:
    """Return how long to wait after that many failures in a row, in seconds."""
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 10)) * random.uniform(0.5, 1)  # noqa: S311 # jitter

"""Wait for a condition, never for a duration."""

import asyncio
from collections.abc import Awaitable, Callable

PAUSE_S = 0.05


async def wait_until(holds: Callable[[], Awaitable[bool]], within_s: float) -> bool:
    """Try a condition until it holds; tell whether it did within a number of seconds."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                if await holds():
                    return True
                await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        return False

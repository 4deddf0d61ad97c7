"""How a process of ours lives: with a collector of its kind and, for a worker, until a signal."""

import asyncio
import gc
import signal
from collections.abc import Coroutine

from shared.logs import configure_logs


def spare_collector() -> None:
    """Make the collector of cycles rare, and blind to what is already loaded.

    A batch makes objects by the hundred thousand that all live to its end: collecting among them finds nothing.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


async def run_until_signal(work: Coroutine[None, None, None]) -> None:
    """Run work until SIGTERM or SIGINT, then cancel it and wait for its end."""
    configure_logs()
    spare_collector()
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return

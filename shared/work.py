"""How a worker process lives: until a signal, then a clean stop."""

import asyncio
import signal
from collections.abc import Coroutine

from shared.logs import configure_logs


async def run_until_signal(work: Coroutine[None, None, None]) -> None:
    """Run work until SIGTERM or SIGINT, then cancel it and wait for its end."""
    configure_logs()
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return

"""The other process, ``python -m services.gateway.worker``: reads the three sources into the views, sends webhooks."""

import asyncio

from services.gateway.tables import SCHEMA
from services.gateway.views import projections
from services.gateway.webhooks.courier import run_courier
from shared.settings import Settings
from shared.work import run_until_signal
from shared.worker import follow


async def work(settings: Settings) -> None:
    """Run the consumer of the views and the courier until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(follow("gateway", projections, settings, schema=SCHEMA))
        group.create_task(run_courier(settings))


if __name__ == "__main__":
    asyncio.run(run_until_signal(work(Settings())))

"""The other process, ``python -m services.funding.worker``: sequencer, relay and consumers."""

import asyncio

from services.funding.handlers import projections
from shared.access.scopes import Audience
from shared.settings import Settings
from shared.work import run_until_signal
from shared.worker import run_service_worker

if __name__ == "__main__":
    asyncio.run(run_until_signal(run_service_worker(Audience.FUNDING, projections, Settings())))

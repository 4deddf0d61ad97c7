"""The other process, ``python -m services.parcours.worker``: sequencer, relay and consumers."""

import asyncio

from services.parcours.service import SERVICE
from shared.service import run_service_worker
from shared.settings import Settings
from shared.work import run_until_signal

if __name__ == "__main__":
    asyncio.run(run_until_signal(run_service_worker(SERVICE, Settings())))

"""The other process, ``python -m services.parcours.worker``: sequencer, relay and consumers."""

import asyncio

from services.parcours.service import create_service
from shared.service import run_service_worker
from shared.settings import Settings
from shared.work import run_until_signal

if __name__ == "__main__":
    settings = Settings()
    asyncio.run(run_until_signal(run_service_worker(create_service(settings), settings)))

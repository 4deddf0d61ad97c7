"""The other process, ``python -m services.gateway.worker``: reads the three sources into the views."""

import asyncio

from services.gateway.tables import SCHEMA
from services.gateway.views import projections
from shared.settings import Settings
from shared.work import run_until_signal
from shared.worker import follow

if __name__ == "__main__":
    asyncio.run(run_until_signal(follow("gateway", projections, Settings(), schema=SCHEMA)))

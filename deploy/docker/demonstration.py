"""Job of the containers: ``python -m deploy.docker.demonstration`` loads the demonstration data through the gateway."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from deploy.demo.load import LoadFailed
from deploy.local.demonstration import is_loaded, load_all
from deploy.local.errors import StartRefused
from deploy.local.state import State


async def load_once(environment: Mapping[str, str], console: Console) -> None:
    """Load the data set unless it was; ``IAE_STATE`` keeps the secret of the loader and the files generated.

    Raises
    ------
    StartRefused
        The platform is not in demonstration mode: invented data must not mix with real ones.
    LoadFailed
        See `deploy.demo.load.load`.
    """
    if environment.get("IAE_DEMONSTRATION") != "1":
        raise StartRefused(
            "La plateforme n'est pas en mode démonstration : relancez tout avec IAE_DEMONSTRATION=1."
        )
    state = State(Path(environment["IAE_STATE"]))
    if not is_loaded(state):
        await load_all(state, environment["IAE_GATEWAY_URL"], console, environment["IAE_DEMO_ECHELLE"])


if __name__ == "__main__":
    try:
        asyncio.run(load_once(os.environ, Console()))
    except (StartRefused, LoadFailed) as refusal:
        sys.exit(f"Impossible : {refusal}")

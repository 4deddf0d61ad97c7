"""Job of the containers: ``python -m deploy.docker.demonstration`` loads the demonstration data through the gateway."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from deploy.daily import count_publics
from deploy.demo.generate import generate
from deploy.demo.load import LoadFailed, load
from deploy.demo.progress import progress_bars
from deploy.local.errors import StartRefused


async def load_demonstration(environment: Mapping[str, str], console: Console) -> None:
    """Generate the share ``IAE_DEMO`` of the region and load it; what the services already hold is not doubled.

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
    reprise, operator = (
        (Path(environment["IAE_SECRETS_DIR"]) / name).read_text(encoding="utf-8").strip()
        for name in ("client_reprise", "client_gateway")
    )
    address = environment["IAE_GATEWAY_INTERNAL_URL"]
    with TemporaryDirectory() as name, progress_bars(console) as on_progress:
        generate(Path(name), scale=float(environment["IAE_DEMO"]))
        await load(address, reprise, Path(name), on_progress)
    await count_publics(address, operator)


if __name__ == "__main__":
    try:
        asyncio.run(load_demonstration(os.environ, Console()))
    except (StartRefused, LoadFailed) as refusal:
        sys.exit(f"Impossible : {refusal}")

"""The demonstration data of a local platform: generated once, loaded through the public import API."""

import shutil
from pathlib import Path

from rich.console import Console

from deploy.daily import count_publics
from deploy.demo.load import load
from deploy.demo.progress import progress_bars
from deploy.local.services import run_module
from deploy.local.state import State

LOADED = "chargement-termine"


def is_loaded(state: State) -> bool:
    """Tell whether a load ended with this state; an interrupted one is to be taken up again."""
    return (state.demonstration / LOADED).exists()


async def load_all(state: State, address: str, console: Console, scale: str = "1") -> None:
    """Generate the data set if needed, and load it; what the services already hold is not doubled.

    Parameters
    ----------
    scale
        Share of the region, as a decimal number; what was generated before is kept.

    Raises
    ------
    LoadFailed
        A line is refused, or nothing advances; a later call takes the load up again.
    """
    directory = await _generated(state.demonstration, scale, console)
    with progress_bars(console) as on_progress:
        await load(address, state.secret("client_reprise"), directory, on_progress)
    await count_publics(address, state.secret("client_gateway"))
    (state.demonstration / LOADED).touch()


async def _generated(folder: Path, scale: str, console: Console) -> Path:
    directory = folder / f"echelle-{scale}"
    if not directory.exists():
        draft = folder / f"echelle-{scale}.partiel"
        shutil.rmtree(draft, ignore_errors=True)
        with console.status("Fabrication des données de démonstration…"):
            await run_module("deploy.demo.generate", "--out", str(draft), "--scale", scale, settings={})
        draft.rename(directory)
    return directory

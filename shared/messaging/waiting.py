"""``?au_moins=``: answer only once the positions that the caller knows of are applied here."""

import asyncio
import re

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.errors import BusinessError, DonneesEnRetard
from shared.messaging.checkpoints import standings

PATIENCE_S = 2.0
POLL_S = 0.03


class PositionsIllisibles(BusinessError):
    """``au_moins`` does not read ``structures:12,funding:3``."""

    code = "positions_illisibles"
    status = 422


def parse_positions(given: str | None) -> dict[str, int]:
    """Return positions by service, from ``structures:12,funding:3`` (``=`` is accepted too).

    Raises
    ------
    PositionsIllisibles
        Another form, or an unknown service.
    """
    if not given:
        return {}
    pairs = [
        re.fullmatch(r"\s*(structures|parcours|funding)[:=](\d{1,18})\s*", item) for item in given.split(",")
    ]
    if not all(pairs):
        raise PositionsIllisibles(
            "Les positions demandées sont illisibles.",
            champ="au_moins",
            correction="Écrivez par exemple structures:1235,funding:12.",
        )
    return {pair[1]: int(pair[2]) for pair in pairs if pair}


async def wait_for_positions(request: Request, given: str | None) -> None:
    """Wait until the view of this service holds the positions asked for, two seconds at most.

    Raises
    ------
    DonneesEnRetard
        They are not reached in time; the caller tries again.
    """
    view: str = request.app.state.view
    wanted = {s: p for s, p in parse_positions(given).items() if s != view}
    if wanted and not await reached(request.app.state.engine, view, wanted, PATIENCE_S):
        raise DonneesEnRetard(
            "Les données demandées ne sont pas encore arrivées.", correction="Réessayez dans deux secondes."
        )


async def reached(engine: AsyncEngine, view: str, wanted: dict[str, int], patience_s: float) -> bool:
    """Tell whether a view reaches some positions within a time, in seconds."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        async with engine.connect() as conn:
            stands = await standings(conn, view)
        if all(service in stands and stands[service].position >= p for service, p in wanted.items()):
            return True
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_S)

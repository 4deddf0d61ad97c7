"""The amounts that administrators entered, for the simulators; a calculator without a database has none."""

from typing import Annotated

from fastapi import Depends, Request

from services.funding.domain.saisi import Saisis
from services.funding.queries.bareme import list_saisis


async def _entered(request: Request) -> Saisis:
    engine = getattr(request.app.state, "engine", None)
    if engine is None:
        return ()
    async with engine.connect() as conn:
        return await list_saisis(conn)


Entered = Annotated[Saisis, Depends(_entered)]

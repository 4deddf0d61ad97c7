"""The simulators of the pathways, alone: no token, no database."""

from typing import Any

import httpx
from fastapi import FastAPI

from services.parcours.routes import simulations_contrat, simulations_parcours, simulations_pass
from shared.http import add_error_handlers

APP = FastAPI()
add_error_handlers(APP)
APP.include_router(simulations_pass.router)
APP.include_router(simulations_parcours.router)
APP.include_router(simulations_contrat.router)


async def ask(name: str, demande: dict[str, Any]) -> httpx.Response:
    """Send a case to a simulator."""
    transport = httpx.ASGITransport(APP)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post(f"/v1/simulations/{name}", json=demande)


async def simulate(name: str, demande: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a well-formed case; every answer tells its rules."""
    answer = await ask(name, demande)
    assert answer.status_code == 200, answer.text
    told = dict(answer.json())
    assert all(regle["code"] and regle["libelle"] and regle["source"] for regle in told["regles"])
    return told


async def refusals(name: str, demande: dict[str, Any]) -> list[str]:
    """Return the codes of the refusals of a case, which is accepted when there is none."""
    told = await simulate(name, demande)
    assert told["acceptee"] is (told["refus"] == [])
    assert all(refus["detail"] for refus in told["refus"])
    return [refus["code"] for refus in told["refus"]]

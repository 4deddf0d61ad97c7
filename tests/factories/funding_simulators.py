"""Calls of the simulators of the money."""

from typing import Any

import httpx


async def simulate(client: httpx.AsyncClient, name: str, demande: dict[str, Any]) -> dict[str, Any]:
    """Call a simulator, that must answer and tell its rules."""
    answer = await client.post(f"/v1/simulations/{name}", json=demande)
    assert answer.status_code == 200, answer.text
    told = dict(answer.json())
    assert told["regles"]
    assert all(regle["code"] and regle["libelle"] and regle["source"] for regle in told["regles"])
    return told

"""Every figure of a running product, byte for byte, and the ways to make its views read again what they hold."""

import asyncio
import os
import signal

import asyncpg
import httpx
import orjson

from deploy.local.state import State
from tests.product.conftest import Product

TABLES = ("structures", "types", "departements", "etp-mensuels", "etapes")
ADDRESSES = (
    "/api/vues/v1/reperes?region=32&annee=2017",
    "/api/vues/v1/reperes?region=32&annee=2017&departement=62",
    "/api/vues/v1/territoires/region/32?annee=2017",
    "/api/vues/v1/territoires/departement/59?annee=2017&type=ACI",
    *(f"/regions/32?annee=2017&format=csv&variante=donnees&tableau={table}" for table in TABLES),
    "/departements/62?annee=2017&format=csv&tableau=structures",
)
MOVING = ("positions", "sources")  # where the views stand and the age of what they read: not figures
READ_WITHIN_S = 60
START_AGAIN = "update vues.checkpoint set next_offset = 0 where view = 'gateway'"
OFFSETS = "select source, partition, next_offset from vues.checkpoint where partition >= 0 order by 1, 2"


async def figures(http: httpx.AsyncClient) -> dict[str, bytes]:
    """Return what each address answers, without where the views stand."""
    found = {}
    for address in ADDRESSES:
        answer = await http.get(address)
        assert answer.status_code == 200, (address, answer.text)
        if answer.headers["content-type"] == "application/json":
            body = {name: value for name, value in answer.json().items() if name not in MOVING}
            found[address] = orjson.dumps(body)
        else:
            found[address] = answer.content
    return found


async def read_all_topics_again(product: Product) -> None:
    """Send the views back to the start of every topic, and wait until they are where they were."""
    running = State(product.state).running()
    assert running is not None
    conn = await asyncpg.connect(running.environments["gateway"]["IAE_MIGRATION_DATABASE_URL"])
    try:
        before = await conn.fetch(OFFSETS)
        assert sum(row["next_offset"] for row in before) > 1000
        await conn.execute(START_AGAIN)
        os.kill(product.processes()["gateway-worker"], signal.SIGKILL)
        async with asyncio.timeout(READ_WITHIN_S):
            while await conn.fetch(OFFSETS) != before:
                await asyncio.sleep(0.1)
    finally:
        await conn.close()

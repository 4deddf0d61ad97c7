"""From the commit of a write to its view, under a steady load: on the services, then through the gateway.

Structures, orientations and contracts with a social clause are written in equal parts, at set times whatever the
answers take. A fact is seen when the position of its source in the gateway reaches it, hence when all that precedes
it is seen too: it is what ``?au_moins=`` waits for. The commit is dated by the journal, just before it.
"""

import asyncio
import json
import statistics
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from uuid import uuid4

import asyncpg

from shared.contracts.topics import SERVICES
from tests.bench.figures import Figure
from tests.bench.product import Product
from tests.bench.stage import bearer
from tests.bench.wire import Connection, connections, make_request
from tests.bench.write import make_orientation
from tests.factories.siret import make_siret

BUDGET_MS = (100, 500)
SECONDS = 20
CONNECTIONS = 12
LOADS = {
    "300 writes/s on the services": (300, False),
    "100 writes/s through the gateway": (100, True),
    "20 writes/s through the gateway": (20, True),
}
LOOK_EVERY_S = 0.005
CAUGHT_UP_WITHIN_S = 60
SHOWN = 6  # processes
POSITIONS = """
    select source, coalesce((select upper(r) - 1 from unnest(applied) r where lower(r) = 1), 0) as position
    from vues.progress
"""
PATHS = {"structures": "structures", "parcours": "candidatures", "funding": "marches"}

NUMBERS = count(50_000)  # of structures that the demonstration does not have

Seen = list[tuple[float, dict[str, int]]]


async def measure(product: Product) -> list[Figure]:
    """Measure each load in turn."""
    figures = []
    for name, (rate, by_gateway) in LOADS.items():
        before = product.processor()
        delays, answer = await run(product, rate, by_gateway=by_gateway)
        spent = [
            f"{process} {used / len(delays) * 1000:.1f}"
            for process, used in product.processor_since(before).items()
        ]
        p50, p99 = statistics.median(delays), statistics.quantiles(delays, n=100)[98]
        facts = f"{len(delays) / SECONDS:.0f} facts/s; answer p50 {answer:.0f} ms"
        figures += [
            Figure(
                f"freshness, {name}",
                f"p50 {p50:.0f} ms, p99 {p99:.0f} ms ({facts})",
                f"p50 ≤ {BUDGET_MS[0]} ms, p99 ≤ {BUDGET_MS[1]} ms",
                p50 <= BUDGET_MS[0] and p99 <= BUDGET_MS[1],
            ),
            Figure("  processor time, ms a fact", ", ".join(spent[:SHOWN])),
        ]
    return figures


async def run(product: Product, rate: int, *, by_gateway: bool) -> tuple[list[float], float]:
    """Return the delay of every fact and the median time of an answer, in milliseconds."""
    siret = await known_siret(product)
    before = await last_positions(product)
    async with watching(product) as seen:
        answers = await write_steadily(product, rate, siret, by_gateway=by_gateway)
        after = await last_positions(product)
        async with asyncio.timeout(CAUGHT_UP_WITHIN_S):
            while not seen or any(seen[-1][1].get(name, 0) < after[name] for name in SERVICES):
                await asyncio.sleep(LOOK_EVERY_S)
    delays = []
    for name in SERVICES:
        positions = [held.get(name, 0) for _, held in seen]
        for position, committed in await commits(product, name, before[name]):
            delays.append((seen[bisect_left(positions, position)][0] - committed) * 1000)
    return delays, statistics.median(answers) * 1000


async def write_steadily(product: Product, rate: int, siret: str, *, by_gateway: bool) -> list[float]:
    """Write at set times; return how long each answer took, in seconds."""
    authorization = bearer(product.state.secrets, product.url)
    answers: list[float] = []
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        idle: dict[str, asyncio.Queue[Connection]] = {}
        for name in SERVICES:
            port = product.port if by_gateway else product.port_of(name)
            idle[name] = asyncio.Queue()
            for connection in await stack.enter_async_context(connections(port, CONNECTIONS)):
                idle[name].put_nowait(connection)

        async def send(name: str, request: bytes) -> None:
            started = time.perf_counter()
            connection = await idle[name].get()
            status, body = await connection.send(request)
            assert status == 201, body
            idle[name].put_nowait(connection)
            answers.append(time.perf_counter() - started)

        started = time.perf_counter()
        for number in range(rate * SECONDS):
            await asyncio.sleep(started + number / rate - time.perf_counter())
            name = SERVICES[number % len(SERVICES)]
            prefix = f"/api/{name}" if by_gateway else ""
            headers = authorization | {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
            body = json.dumps(LINES[name](siret)).encode()
            group.create_task(send(name, make_request("POST", f"{prefix}/v1/{PATHS[name]}", headers, body)))
        while len(answers) < rate * SECONDS:
            await asyncio.sleep(LOOK_EVERY_S)
    return answers


@asynccontextmanager
async def watching(product: Product) -> AsyncIterator[Seen]:
    """Look at the positions of the views all along the block."""
    seen: Seen = []

    async def look(conn: asyncpg.Connection) -> None:
        while True:
            rows = await conn.fetch(POSITIONS)
            seen.append((time.time(), {row["source"]: row["position"] for row in rows}))
            await asyncio.sleep(LOOK_EVERY_S)

    async with product.database("gateway") as conn:
        task = asyncio.create_task(look(conn))
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def commits(product: Product, service: str, after: int) -> list[tuple[int, float]]:
    """Return the position of each fact past a position, and when it was recorded, in seconds."""
    async with product.database(service) as conn:
        rows = await conn.fetch(
            "select p.position, extract(epoch from j.recorded_at)::float8 as recorded"
            " from journal_position p join journal j using (seq) where p.position > $1 order by 1",
            after,
        )
    return [(row["position"], row["recorded"]) for row in rows]


async def last_positions(product: Product) -> dict[str, int]:
    """Return the last position of each journal, once nothing waits for one."""
    found = {}
    for name in SERVICES:
        async with product.database(name) as conn:
            while await conn.fetchval("select count(*) from journal_pending"):
                await asyncio.sleep(LOOK_EVERY_S)
            found[name] = int(
                await conn.fetchval("select position from relay_cursor where name = 'sequence'")
            )
    return found


async def known_siret(product: Product) -> str:
    """Return the SIRET of a structure that every service knows."""
    async with product.database("parcours") as conn:
        return str(
            await conn.fetchval(
                "select min(siret) from structure where type_structure = 'ACI' and departement = '59'"
            )
        )


def _structure(_: str) -> dict[str, object]:
    number = next(NUMBERS)
    return {
        "siret": make_siret(number), "type": "ACI", "raison_sociale": f"Chantier fictif {number}",
        "code_insee": "59350",
    }  # fmt: skip


def _marche(_: str) -> dict[str, object]:
    return {
        "departement": "59", "acheteur": "Commune fictive", "objet": f"Chantier {uuid4().hex}",
        "date_notification": "2016-09-01", "modalite": "EMBAUCHE_DIRECTE", "annee": 2017, "heures_prevues": "100",
        "heures_realisees": "50",
    }  # fmt: skip


LINES: dict[str, Callable[[str], dict[str, object]]] = {
    "structures": _structure,
    "parcours": make_orientation,
    "funding": _marche,
}

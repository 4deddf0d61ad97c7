"""A write on the service against a bare route that inserts the same rows, in turns, on the same server.

The service checks token, rights and form, keeps its key of idempotency, recognises the person, seals the vault,
writes state, journal, queue and audit. The worker does not run: neither side pays for what follows the commit.
"""

import json
import statistics
from contextlib import AsyncExitStack
from uuid import uuid4

from deploy.local.ports import HOST, free_port
from deploy.local.processes import read_identity
from tests.bench.bare import STRUCTURE
from tests.bench.figures import Figure
from tests.bench.processes import cpu_seconds
from tests.bench.stage import Stores, bearer, process, stores
from tests.bench.wire import make_request, time_requests, wait_alive
from tests.factories.siret import make_siret

BUDGET = 0.5
ROUNDS = 15
WRITES = 250
CONNECTIONS = 8
PATH = "/v1/candidatures"
SIRET = make_siret(1)


async def measure() -> list[Figure]:
    """Measure the ratio of the two rates."""
    async with AsyncExitStack() as stack:
        private = await stack.enter_async_context(stores())
        bare = await private.copy_of("parcours")
        await private.insert_structure("parcours", STRUCTURE, SIRET)
        service = await _serve(stack, private, "services.parcours.app", {})
        reference = await _serve(stack, private, "tests.bench.bare", {"IAE_SERVICE_DATABASE_URL": bare.appli})
        headers = bearer(private.secrets)
        ratios: list[float] = []
        rates: tuple[list[float], list[float]] = ([], [])
        costs: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for side, (port, pid) in enumerate((service, reference)):
                before = cpu_seconds(pid)
                elapsed = await time_requests(port, CONNECTIONS, _requests(headers), 201)
                rates[side].append(WRITES / elapsed)
                costs[side].append((cpu_seconds(pid) - before) / WRITES * 1e6)
            ratios.append(rates[0][-1] / rates[1][-1])
    ratio = statistics.median(ratios)
    rate, bare_rate, cost, bare_cost = map(statistics.median, (*rates, *costs))
    measured = f"{ratio:.2f} ({rate:.0f} against {bare_rate:.0f} writes/s)"
    return [
        Figure(
            "a write, against a bare route that inserts the same rows",
            measured,
            f"≥ {BUDGET}",
            ratio >= BUDGET,
        ),
        Figure("  processor time of the process, for a write", f"{cost:.0f} µs against {bare_cost:.0f} µs"),
    ]


async def _serve(
    stack: AsyncExitStack, private: Stores, module: str, others: dict[str, str]
) -> tuple[int, int]:
    """Start a process that serves writes, warm; return its port and its pid."""
    port = free_port()
    environment = private.environment("parcours", port, **others)
    run = await stack.enter_async_context(process(private.folder, module, module, environment))
    await wait_alive(f"http://{HOST}:{port}/openapi.json")
    await time_requests(port, CONNECTIONS, _requests(bearer(private.secrets)), 201)
    identity = read_identity(run)
    assert identity is not None
    return port, identity.pid


def _requests(headers: dict[str, str]) -> list[bytes]:
    return [
        make_request("POST", PATH, headers | _key(), json.dumps(make_orientation()).encode())
        for _ in range(WRITES)
    ]


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}


def make_orientation(siret: str = SIRET) -> dict[str, object]:
    """Return the body of an orientation of somebody new."""
    name = "".join(chr(ord("A") + digit % 16) for digit in uuid4().bytes)
    identite = {
        "nom": f"Fictif{name}", "prenom": "Camille", "sexe": "F", "date_naissance": "1985-03-14",
        "code_insee": "59350", "motif_absence_nir": "NO_NIR",
    }  # fmt: skip
    return {
        "identite": identite, "siret": siret, "type_structure": "ACI", "type_prescripteur": "FT",
        "organisation": "FT-59-01",
    }  # fmt: skip

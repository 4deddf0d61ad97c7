"""The second start, and the memory of everything but the broker."""

import statistics

from tests.bench.figures import Figure
from tests.bench.pages import PATHS
from tests.bench.processes import pss_mb
from tests.bench.product import Product
from tests.bench.wire import make_request, time_requests

BUDGET_S = 10
BUDGET_MB = 900
STARTS = 3


async def measure(product: Product) -> list[Figure]:
    """Stop and start a loaded product, then open its pages and weigh it."""
    loaded = weigh(product)
    seconds = []
    for _ in range(STARTS):
        await product.iae("down")
        seconds.append(await product.start())
    await time_requests(product.port, 1, [make_request("GET", path, {}) for path in PATHS.values()], 200)
    started = weigh(product)
    second, total = statistics.median(seconds), sum(started.values())
    return [
        Figure("second start, to the first page", f"{second:.1f} s", f"≤ {BUDGET_S} s", second <= BUDGET_S),
        Figure(
            "memory without the broker (PSS), every page opened once",
            f"{total:.0f} MB ({_parts(started)})", f"≤ {BUDGET_MB} MB", total <= BUDGET_MB,
        ),
        Figure("  the same at the end of the load", f"{sum(loaded.values()):.0f} MB ({_parts(loaded)})"),
    ]  # fmt: skip


def weigh(product: Product) -> dict[str, float]:
    """Return the memory of each process but the broker, in MB; PostgreSQL with all its backends."""
    return {name: sum(map(pss_mb, pids)) for name, pids in product.families.items() if name != "kafka"}


def _parts(weights: dict[str, float]) -> str:
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {weight:.0f}" for name, weight in ranked)

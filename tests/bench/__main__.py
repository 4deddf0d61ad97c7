"""``make bench``: every budget, in one run; ``python -m tests.bench write pages`` for some.

``write`` and ``relay`` have stores of their own and are compared to a bare counterpart, in turns. The others share
one product, started and loaded for the bench. A whole run writes its table in ``docs/performance.md``.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from shared.work import spare_collector
from tests.bench import freshness, load, pages, rebuild, relay, start, write
from tests.bench.figures import Figure, table, write_page
from tests.bench.product import Product, loaded_product

ALONE: Mapping[str, Callable[[], Awaitable[list[Figure]]]] = {"write": write.measure, "relay": relay.measure}
# In this order: the pages come last, they move the views by hand.
LOADED: Mapping[str, Callable[[Product], Awaitable[list[Figure]]]] = {
    "load": load.measure,
    "start": start.measure,
    "rebuild": rebuild.measure,
    "freshness": freshness.measure,
    "pages": pages.measure,
}


def main(arguments: Sequence[str]) -> int:
    """Run some measures, all by default. Figures are told, never asserted: machines differ, ratios much less."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument(
        "measures", nargs="*", choices=[[], *ALONE, *LOADED], metavar=f"{{{','.join((*ALONE, *LOADED))}}}"
    )
    names = parser.parse_args(arguments).measures
    spare_collector()  # as every process of the product
    started = time.perf_counter()
    figures = asyncio.run(run(names or [*ALONE, *LOADED]))
    print(table(figures))
    if not names:
        write_page(figures, time.perf_counter() - started)
    return 0


async def run(names: Sequence[str]) -> list[Figure]:
    """Return the figures of some measures."""
    figures: list[Figure] = []

    def keep(name: str, found: list[Figure]) -> None:
        print(f"{name} …", *(f"  {figure.what}: {figure.measured}" for figure in found), sep="\n", flush=True)
        figures.extend(found)

    for name, measure in ALONE.items():
        if name in names:
            keep(name, await measure())
    if not set(names) & set(LOADED):
        return figures
    async with loaded_product() as product:
        for name, measure_on in LOADED.items():
            if name in names:
                keep(name, await measure_on(product))
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

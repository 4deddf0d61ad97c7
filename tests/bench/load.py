"""The whole Hauts-de-France 2017 set through the public import API, until the views show it."""

from tests.bench.figures import Figure
from tests.bench.product import Product

BUDGET_S = 90
SHOWN = 6


async def measure(product: Product) -> list[Figure]:
    """Tell how long the load took."""
    assert product.summary is not None
    seconds, lines = product.summary.secondes, sum(product.summary.lignes.values())
    spent = ", ".join(f"{name} {used:.0f}" for name, used in list(product.spent.items())[:SHOWN])
    return [
        Figure(
            "load of the whole Hauts-de-France 2017 set, views caught up",
            f"{seconds:.0f} s ({lines} lines)", f"≤ {BUDGET_S} s", seconds <= BUDGET_S,
        ),
        Figure("  processor time of the load, s", f"{sum(product.spent.values()):.0f}: {spent}"),
    ]  # fmt: skip

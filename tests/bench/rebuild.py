"""Every view of the gateway folded again from the journals, in rows of facts a second: hour lines count one by one."""

import asyncio
import os
import re
import sys

from deploy.local.processes import CHECKOUT
from tests.bench.figures import Figure
from tests.bench.product import Product

BUDGET = 20_000
TABLES = ("structure", "convention", "dossier", "annexe", "contrat", "candidature", "marche")


async def measure(product: Product) -> list[Figure]:
    """Rebuild once, as ``iae rebuild`` does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.gateway.rebuild"),
        cwd=CHECKOUT,
        env=os.environ | dict(product.environment_of("gateway")),
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate()
    found = re.search(r"en ([\d.]+) s", answer.decode())
    assert found is not None
    seconds, rows = float(found[1]), await count_rows(product)
    rate = rows / seconds
    return [
        Figure(
            "rebuild of every view of the gateway", f"{rate:.0f} fact rows/s ({rows} in {seconds:.1f} s)",
            f"≥ {BUDGET} rows/s", rate >= BUDGET,
        ),
    ]  # fmt: skip


async def count_rows(product: Product) -> int:
    """Return how many facts the views hold: hour lines, payments and exits one by one."""
    counts = " + ".join(f"(select count(*) from vues.{table})" for table in TABLES)
    async with product.database("gateway") as conn:
        return int(
            await conn.fetchval(
                f"select {counts} + (select sum(lignes) from vues.declaration) + (select sum(nombre) from vues.versement)"
                " + (select count(*) from vues.contrat where date_sortie is not null)"
                " + (select count(*) from vues.candidature where decidee_le is not null)"
            )
        )

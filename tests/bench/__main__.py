"""``make bench``: figures of a platform that runs with the demonstration data (``make run`` first).

Reading is compared to the lightest answer of the same process in the same run; rebuilding is counted in fact
rows a second. Figures are printed, never asserted: machines differ, ratios much less.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
ROUNDS = 300
PATHS = {
    "bare answer (/sante/vivant)": "/sante/vivant",
    "key figures (JSON)": "/api/vues/v1/reperes?region=32&annee=2017",
    "département (JSON)": "/api/vues/v1/territoires/departement/62?annee=2017",
    "home page": "/",
    "région page": "/regions/32?annee=2017",
    "département page": "/departements/62?annee=2017",
}


async def time_path(http: httpx.AsyncClient, path: str) -> list[float]:
    """Return the durations of successive requests, in milliseconds, the first left out."""
    (await http.get(path)).raise_for_status()
    durations = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        (await http.get(path)).raise_for_status()
        durations.append((time.perf_counter() - started) * 1000)
    return durations


async def bench_reading(url: str) -> None:
    """Print the median and the 99th percentile of each path, and the ratio to the bare answer."""
    bare = 0.0
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        for name, path in PATHS.items():
            durations = await time_path(http, path)
            median, p99 = statistics.median(durations), statistics.quantiles(durations, n=100)[98]
            bare = bare or median
            print(f"{name:32} p50 {median:6.1f} ms   p99 {p99:6.1f} ms   × {median / bare:4.1f}")


def bench_rebuild(environment: dict[str, str]) -> None:
    """Rebuild every view aside from the journals and print how many fact rows a second went through."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "services.gateway.rebuild"]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    elapsed = time.perf_counter() - started
    rows = asyncio.run(count_fact_rows(environment["IAE_SERVICE_DATABASE_URL"]))
    print(f"rebuild: {rows} fact rows in {elapsed:.1f} s, {rows / elapsed:.0f} a second")


async def count_fact_rows(url: str) -> int:
    """Return how many facts the views hold, hour lines counted one by one."""
    import asyncpg  # noqa: PLC0415 # only here

    tables = ("structure", "convention", "dossier", "annexe", "contrat", "candidature", "marche")
    counts = " + ".join(f"(select count(*) from vues.{table})" for table in tables)
    query = (
        f"select {counts} + (select sum(lignes) from vues.declaration) + (select sum(nombre) from vues.versement)"
        " + (select count(*) from vues.contrat where date_sortie is not null)"
    )
    conn = await asyncpg.connect(url)
    try:
        return int(await conn.fetchval(query))
    finally:
        await conn.close()


def main() -> int:
    """Bench the platform of the local state; return 1 when none runs."""
    state = Path(os.environ.get("IAE_STATE") or ROOT / ".state")
    path = state / "environment.json"
    if not path.exists():
        sys.stderr.write(
            "No platform runs here: start it with `make run`, then `make bench` from another terminal.\n"
        )
        return 1
    running = json.loads(path.read_text(encoding="utf-8"))
    asyncio.run(bench_reading(running["address"]))
    bench_rebuild(running["environments"]["gateway"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tests.bench.recherche``: the search at one region and at ten, in one run on one machine.

454 then 4,500 fictitious structures on the real schema, the query of the route, the settings of the
application. Ten regions have the density of one: each is the first, moved away by some degrees.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.databases import prepare, role_names
from deploy.local.postgres import temporary_postgres
from services.structures.queries.recherche import Criteres, search_query
from shared import clock
from shared.db import create_engine
from shared.migrations import upgrade
from shared.reference.positions import Position, positions
from shared.uuids import uuid7

REGION, REGIONS = 454, 10
SEARCHES, WARM_UP = 600, 60
BUDGET = 1.5
FILL = """
    insert into structure (id, version, siret, type_structure, raison_sociale, code_insee, departement, latitude,
                           longitude, texte, code_rome, cree_le, date_effet)
    values ($1, 1, $2, 'ACI', 'Fictive', '59350', '59', $3, $4, 'fictive', $5, current_date, current_date)
"""
POSTS = """
    insert into fiche_de_poste (id, version, structure_id, code_rome, appellation, type_contrat, postes_ouverts,
                                cv_exige, clause_qpv, contexte_marche, source, creee_le, mise_a_jour_le)
    select gen_random_uuid(), 1, id, code_rome, 'Fictif', 'CDDI', 1, false, false, false, 'SAISIE', current_date,
           current_date
    from structure
"""
CONVENTIONS = """
    insert into convention (id, version, structure_id, siret_signature, type_structure, date_debut, date_fin, etat, etat_le)
    select gen_random_uuid(), 1, id, siret, type_structure, current_date, current_date, 'ACTIVE', current_date from structure
"""


async def fill(url: str, count: int) -> None:
    """Fill an empty registry with structures, each with an open post and an active convention."""
    draw = random.Random(17)
    places = list(positions().values())
    rows = []
    for n in range(count):
        place, region = draw.choice(places), n // REGION
        south, east = 3.0 * (region % 4), 4.0 * (region // 4)
        rome = f"A12{draw.randrange(10):02d}"
        rows.append((uuid7(), f"{n:014d}", place.latitude - south, place.longitude + east, rome))
    conn = await asyncpg.connect(url)
    await conn.execute("truncate structure cascade")
    await conn.executemany(FILL, rows)
    await conn.execute(POSTS)
    await conn.execute(CONVENTIONS)
    await conn.execute("analyze")
    await conn.close()


async def measure(engine: AsyncEngine) -> list[float]:
    """Return the sorted times of searches around communes of the first region, in milliseconds."""
    draw = random.Random(59)
    centres: Sequence[Position] = draw.sample(list(positions().values()), 100)
    times = []
    for n in range(WARM_UP + SEARCHES):
        criteres = Criteres(draw.choice(centres), 25_000, code_rome="A1203", postes_ouverts=n % 2 == 0)
        start = time.perf_counter()
        async with engine.connect() as conn:
            (await conn.execute(search_query(criteres, clock.today()).limit(51))).all()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times[WARM_UP:])


def share(times: Sequence[float], part: float) -> float:
    return times[min(len(times) - 1, int(len(times) * part))]


async def bench() -> float:
    """Print both sizes and return the ratio of their p99."""
    p99 = []
    async with temporary_postgres() as admin:
        urls = (await prepare(admin, ("structures",), dict.fromkeys(role_names(("structures",)), "bench")))[
            "structures"
        ]
        await asyncio.to_thread(upgrade, "structures", urls.migration)
        for count in (REGION, 4500):
            await fill(urls.migration, count)
            engine = create_engine(urls.appli, application="bench", by_key=True)
            times = await measure(engine)
            await engine.dispose()
            p99.append(share(times, 0.99))
            print(f"{count:>5} structures: p50 {share(times, 0.5):6.2f} ms   p99 {p99[-1]:6.2f} ms")
    ratio = p99[1] / p99[0]
    print(f"p99 at ten regions / p99 at one: {ratio:.2f} (budget {BUDGET})")
    return ratio


if __name__ == "__main__":
    sys.exit(asyncio.run(bench()) > BUDGET)

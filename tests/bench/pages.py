"""Pages and views read one after the other, at one region and among ten, beside the lightest answer of the process.

Each is read *moved*: a position of the views goes forward before each request, so that everything is read again from
the database; and *kept*: nothing moved, which is the common case. Ten regions are nine copies of every row of the
views under other keys, made by SQL: what a page shows is the same, what it is searched among is ten times more.
"""

import statistics
from dataclasses import dataclass

from tests.bench.figures import Figure
from tests.bench.product import Product
from tests.bench.wire import Connection, connections, make_request, timed

BUDGET_MS = 50
BUDGET_GROWTH = 1.5
READINGS = 150
COPIES = 9
PATHS = {
    "home page": "/",
    "région page": "/regions/32?annee=2017",
    "département page": "/departements/62?annee=2017",
    "key figures (JSON)": "/api/vues/v1/reperes?region=32&annee=2017",
    "département (JSON)": "/api/vues/v1/territoires/departement/62?annee=2017",
}
BARE = "/sante/vivant"
MOVE = """
    update vues.progress p
    set applied = p.applied + int8multirange(int8range(upper(r.first), upper(r.first) + 1))
    from (select source, unnest(applied) as first from vues.progress) r
    where r.source = p.source and lower(r.first) = 1 and p.source = 'structures'
"""
# What a copy has of its own; the other columns are those of the row.
KEYS = {
    "structure": ("structure_id",),
    "convention": ("convention_id", "structure_id"),
    "dossier": ("dossier_id", "structure_id"),
    "annexe": ("annexe_id", "structure_id"),
    "versement": ("structure_id",),
    "marche": ("marche_id", "structure_id"),
    "declaration": ("declaration_id", "structure_id"),
    "heures": ("declaration_id", "structure_id"),
    "presence": ("structure_id", "personne_id"),
    "contrat": ("contrat_id", "structure_id", "personne_id"),
    "candidature": ("candidature_id", "structure_id", "personne_id", "contrat_id"),
}


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations of a page, in milliseconds."""

    moved: list[float]
    kept: list[float]


async def measure(product: Product) -> list[Figure]:
    """Read every page at one region, then among ten."""
    one, bare = await read_pages(product)
    await multiply(product)
    ten, _ = await read_pages(product)
    figures = [
        Figure(f"the lightest answer of the gateway ({BARE})", f"p50 {statistics.median(bare):.1f} ms")
    ]
    for name in PATHS:
        p99, p99_ten = _p99(one[name].moved), _p99(ten[name].moved)
        growth = statistics.median(ten[name].moved) / statistics.median(one[name].moved)
        figures += [
            Figure(f"{name}, one region", _told(one[name], bare), f"p99 ≤ {BUDGET_MS} ms", p99 <= BUDGET_MS),
            Figure(
                f"{name}, among ten regions", f"× {growth:.2f}, p99 {p99_ten:.0f} ms",
                f"≤ × {BUDGET_GROWTH}", growth <= BUDGET_GROWTH,
            ),
        ]  # fmt: skip
    return figures


def _told(durations: Durations, bare: list[float]) -> str:
    moved, kept = statistics.median(durations.moved), statistics.median(durations.kept)
    return (
        f"p99 {_p99(durations.moved):.0f} ms, p50 {moved:.1f} ms (× {moved / statistics.median(bare):.0f} the lightest)"
        f"; kept: p99 {_p99(durations.kept):.0f} ms, p50 {kept:.1f} ms"
    )


def _p99(durations: list[float]) -> float:
    return statistics.quantiles(durations, n=100)[98]


async def read_pages(product: Product) -> tuple[dict[str, Durations], list[float]]:
    """Return the durations of every page, and of the lightest answer, in turns."""
    found = {name: Durations([], []) for name in PATHS}
    bare: list[float] = []
    async with product.database("gateway") as conn, connections(product.port, 1) as (http,):
        for _ in range(READINGS):
            bare.append(await _read(http, BARE))
            for name, path in PATHS.items():
                await conn.execute(MOVE)
                found[name].moved.append(await _read(http, path))
                found[name].kept.append(await _read(http, path))
    return found, bare


async def _read(http: Connection, path: str) -> float:
    return await timed(http, make_request("GET", path, {})) * 1000


async def multiply(product: Product) -> None:
    """Copy every row of the views nine times under other keys, in départements that no region has."""
    async with product.database("gateway") as conn:
        await conn.execute("set search_path = vues")
        for table, keys in KEYS.items():
            columns = await conn.fetch(
                "select column_name from information_schema.columns where table_schema = 'vues' and table_name = $1"
                " order by ordinal_position",
                table,
            )
            names = [row["column_name"] for row in columns]
            values = ", ".join(_value(name, keys) for name in names)
            await conn.execute(
                f"insert into {table} ({', '.join(names)}) select {values} from {table} t, generate_series(1, {COPIES}) n"
            )
        await conn.execute("vacuum analyze")


def _value(column: str, keys: tuple[str, ...]) -> str:
    if column in keys:
        return f"md5(t.{column}::text || n)::uuid"
    if column == "departement":
        return "'F' || n"
    return "'{}'" if column == "personnes" else f"t.{column}"

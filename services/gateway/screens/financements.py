"""The screen of the money, laid out for ``pages`` and for the API from the same rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from fastapi import Request

from services.gateway.answers import read_territory
from services.gateway.pages import financements as pages
from services.gateway.pages.exports import Fichier
from services.gateway.pages.exports import exact as cell
from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.models import Bloc, Filtre, Nature, Option, situe
from services.gateway.pages.site import Adresse
from services.gateway.queries.champ import Champ
from services.gateway.queries.financements import read_finances
from services.gateway.queries.reperes import TYPES
from services.gateway.reading import Reader
from services.gateway.screens.assembly import closing_day, declared_share
from services.gateway.screens.cadre import last_year, sources_freshness
from services.gateway.screens.finances import Rows, Table, total_financeurs
from shared import clock
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, departements_of_region, regions

PAGE = 15
SUIVIES = 15
ECARTS_MONTRES = 10
ARBITRAGES_MONTRES = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: one region, one département of it or all (None), one type or all (None)."""

    region: str
    departement: str | None
    annee: int | None
    type: str | None
    page: int = 1
    connu_le: date | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """The page, the whole tables by block, and the positions they were read at."""

    page: pages.FinancementsPage
    tables: Mapping[Bloc, Table]
    positions: dict[str, int]


async def financements_screen(request: Request, asked: Asked) -> Screen:
    """Return the money of a territory and a year, all tables whole."""
    region = asked.region
    year = asked.annee or await last_year(request, region)
    champ = Champ(region, year, asked.type, asked.connu_le)
    reading = await read_territory(request, champ)
    today = asked.connu_le or clock.today()
    day = min(today, date(year + 1, 1, 1))
    reader: Reader = request.app.state.reader
    finances = await reader.read(("finances", champ, day), partial(read_finances, champ=champ, le=day))
    closed = closing_day(reading.figures, today)
    fresh = sources_freshness(request, closed, declared_share(reading.figures, asked.departement))
    own = finances.once(asked.departement, lambda: Rows(finances.figures, asked.departement))
    tables = own.tables
    parameters = {"region": region, "annee": str(year)}
    parameters |= {"departement": asked.departement} if asked.departement else {}
    parameters |= {"type": asked.type} if asked.type else {}
    parameters |= {"connu_le": asked.connu_le.isoformat()} if asked.connu_le else {}
    api = Adresse("/api/vues/v1/financements", parameters).avec()
    rows: Sequence[pages.FinanceurRow] = tables[Bloc.FINANCEURS].lignes
    last = max(1, -(-len(rows) // PAGE))
    number = min(asked.page, last)
    place = _place(region, asked.departement)
    kind = f" : {types_structure()[asked.type].libelle}" if asked.type else ""
    page = pages.FinancementsPage(
        titre=f"Financements de l'IAE {place} en {year}{kind}",
        adresse=Adresse("/financements", parameters | ({"page": str(number)} if number > 1 else {})),
        api=api,
        annee=year,
        fraicheur=fresh,
        filtres=_filters(asked, year, reading.figures.years),
        chiffres=own.chiffres(),
        enveloppes=tuple(tables[Bloc.ENVELOPPES].lignes),
        enveloppes_total=own.enveloppe_totale(),
        suivi=tuple(tables[Bloc.SUIVI].lignes[:SUIVIES]),
        suivi_total=len(tables[Bloc.SUIVI].lignes),
        previsions=tuple(tables[Bloc.PREVISIONS].lignes),
        previsions_total=own.prevision("Ensemble", own.annexes),
        financeurs=tuple(rows[(number - 1) * PAGE : number * PAGE]),
        financeurs_total=total_financeurs(rows),
        page=number,
        taille=PAGE,
        total=len(rows),
        arbitrages=tuple(tables[Bloc.ARBITRAGES].lignes[:ARBITRAGES_MONTRES]),
        arbitrages_total=len(tables[Bloc.ARBITRAGES].lignes),
        ecarts=tuple(tables[Bloc.ECARTS].lignes[:ECARTS_MONTRES]),
        ecarts_total=len(tables[Bloc.ECARTS].lignes),
        clauses=tuple(tables[Bloc.CLAUSES].lignes),
        clauses_total=own.clause("Ensemble", "", own.marches),
        redeploiements=tuple(tables[Bloc.REDEPLOIEMENTS].lignes),
        connu_le=asked.connu_le,
    )
    return Screen(page, tables, finances.positions)


def file_of(screen: Screen, asked: Asked, bloc: Bloc) -> Fichier:
    """Return one whole table as a file holds it.

    Raises
    ------
    KeyError
        The block has no file.
    """
    table = screen.tables[bloc]
    region = regions()[asked.region]
    return Fichier(
        bloc,
        table.titre,
        table.colonnes,
        table.lignes,
        departements()[asked.departement].nom if asked.departement else region.nom,
        asked.departement or f"region-{region.code}",
        screen.page.annee,
        asked.type,
        screen.page.fraicheur.arrete_le,
        asked.connu_le,
    )


def body_of(screen: Screen, asked: Asked, blocs: Iterable[Bloc]) -> dict[str, Any]:
    """Return some tables in JSON: the very cells of the files, quantities as decimal strings."""
    body: dict[str, Any] = {"region": asked.region, "departement": asked.departement, "type": asked.type}
    body |= {"annee": screen.page.annee, "arrete_le": screen.page.fraicheur.arrete_le.isoformat()}
    body["connu_le"] = asked.connu_le.isoformat() if asked.connu_le else None
    for bloc in blocs:
        table = screen.tables[bloc]
        body[bloc.replace("-", "_")] = [
            {c.cle: _json(c.exporter(row), c.unite) for c in table.colonnes} for row in table.lignes
        ]
    return body


def _json(value: Any, unite: Unite | None) -> Any:
    if isinstance(value, Absence) or value is None:
        return None
    shown = cell(value, unite)
    if isinstance(shown, Decimal):
        return int(shown) if unite is Unite.NOMBRE else str(shown)
    return shown.isoformat() if isinstance(shown, date) else shown


def _place(region: str, departement: str | None) -> str:
    if departement:
        return situe(Nature.DEPARTEMENT, departement, departements()[departement].nom)
    return situe(Nature.REGION, region, regions()[region].nom)


def _filters(asked: Asked, year: int, years: Sequence[int]) -> tuple[Filtre, ...]:
    def choose(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
        return tuple(Option(value, label, choisie=value == chosen) for value, label in pairs)

    names: Callable[[str], str] = lambda code: f"{departements()[code].nom} ({code})"  # noqa: E731 -- one use
    return (
        Filtre("region", "Région", choose(((r.code, r.nom) for r in regions().values()), asked.region)),
        Filtre(
            "departement",
            "Département",
            choose(
                [("", "toute la région"), *((c, names(c)) for c in departements_of_region(asked.region))],
                asked.departement or "",
            ),
        ),
        Filtre("annee", "Année", choose(((str(y), str(y)) for y in sorted({*years, year}, reverse=True)), str(year))),
        Filtre(
            "type",
            "Type de structure",
            choose([("", "tous les types"), *((k, types_structure()[k].libelle) for k in TYPES)], asked.type or ""),
        ),
    )  # fmt: skip

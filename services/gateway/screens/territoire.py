"""The screens of a territory: the home page, a région, a département."""

from dataclasses import dataclass, replace
from datetime import date

from fastapi import Request

from services.gateway.answers import read_territory
from services.gateway.catalogue.lecture import lecture_of
from services.gateway.pages.models import (
    Filtre,
    HomePage,
    Nature,
    Option,
    StructureRow,
    TerritoryLine,
    TerritoryPage,
)
from services.gateway.pages.site import (
    Adresse,
    Freshness,
    Lien,
)
from services.gateway.pages.tables import STRUCTURES
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.reperes import TYPES, Reperes
from services.gateway.screens.assembly import (
    DEFAULT_SORT,
    departement_rows,
    department_figures,
    exit_rows,
    key_figures,
    months_of,
    seance_rows,
    steps,
    structure_rows,
    structures_table,
    target_of,
    type_option,
    type_rows,
)
from services.gateway.screens.cadre import freshness, last_year
from shared.reference.carte import carte
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, regions


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a territory page says."""

    nature: Nature
    code: str
    region: str
    departement: str | None
    annee: int | None
    type: str | None
    tri: str
    page: int
    connu_le: date | None = None


@dataclass(frozen=True, slots=True)
class TerritoryScreen:
    """A page, all the rows of its table, and the positions it was read at."""

    page: TerritoryPage
    rows: list[StructureRow]
    positions: dict[str, int]


async def home_page(request: Request) -> tuple[HomePage, dict[str, int]]:
    """Return the home page and the positions it was read at."""
    code = request.app.state.settings.region
    year = await last_year(request, code)
    reading = await read_territory(request, Champ(code, year))
    figures, region = reading.figures, regions()[code]
    rows, whole = reading.once("departements", lambda: departement_rows(figures, region.nom))
    lines = [
        TerritoryLine(
            region.nom, f"/regions/{code}", whole.structures, whole.etp_realises, whole.taux_realisation
        ),
        *(
            TerritoryLine(r.nom, f"/departements/{r.code}", r.structures, r.etp_realises, r.taux_realisation)
            for r in rows
        ),
    ]
    links = (
        Lien("Chiffres clés de la région, en JSON", f"/api/vues/v1/reperes?region={code}&annee={year}"),
        Lien(
            "Structures de la région, en CSV", f"/regions/{code}?annee={year}&format=csv&tableau=structures"
        ),
        Lien("Description de l'API (OpenAPI)", "/openapi.json"),
    )
    page = HomePage(
        code,
        region.nom,
        year,
        freshness(request, figures, None),
        reading.once("chiffres", lambda: key_figures(Reperes(figures), lecture_of(figures, None))),
        tuple(lines),
        links,
    )
    return page, reading.positions


async def territory_screen(request: Request, asked: Asked) -> TerritoryScreen:
    """Return the page of a region or a département, with all the rows of its table."""
    year = asked.annee or await last_year(request, asked.region)
    reading = await read_territory(request, Champ(asked.region, year, asked.type, asked.connu_le))
    fresh = freshness(request, reading.figures, asked.departement)
    page, rows = reading.once(asked, lambda: _lay_out(reading.figures, asked, year, fresh))
    return TerritoryScreen(replace(page, fraicheur=fresh), rows, reading.positions)


def _lay_out(
    figures: RegionFigures, asked: Asked, year: int, fresh: Freshness
) -> tuple[TerritoryPage, list[StructureRow]]:
    dep = asked.departement
    reperes = Reperes(figures, dep)
    tri = asked.tri if asked.tri.removeprefix("-") in {c.cle for c in STRUCTURES} else DEFAULT_SORT
    rows = structure_rows(figures, dep, tri)
    region = regions()[asked.region]
    departement_lines, departement_total = departement_rows(figures, region.nom)
    types, types_total = type_rows(figures, dep)
    name = departements()[dep].nom if dep else region.nom
    page = TerritoryPage(
        nature=asked.nature,
        code=asked.code,
        nom=name,
        annee=year,
        type_filtre=type_option(asked.type),
        adresse=_address(asked, year, tri),
        api=f"/api/vues/v1/territoires/{asked.nature}/{asked.code}?annee={year}"
        + (f"&type={asked.type}" if asked.type else "")
        + (f"&connu_le={asked.connu_le}" if asked.connu_le else ""),
        connu_le=asked.connu_le,
        fraicheur=fresh,
        filtres=_filters(figures, asked, year),
        chiffres=key_figures(reperes, lecture_of(figures, dep)),
        complements=department_figures(reperes) if dep else (),
        mois=months_of(figures, dep),
        cible=target_of(figures, dep),
        departements=departement_lines,
        departements_total=departement_total,
        contours={
            code: carte().departements[code].chemin
            for code in figures.champ.departements
            if code in carte().departements
        },
        types=types,
        types_total=types_total,
        etapes=steps(figures, dep),
        sorties=exit_rows(figures, dep),
        structures=structures_table(figures, dep, rows, tri, asked.page),
        seances=seance_rows(figures, dep) if dep else (),
    )
    return page, rows


def _address(asked: Asked, year: int, tri: str) -> Adresse:
    parameters = {"annee": str(year)}
    if asked.type:
        parameters["type"] = asked.type
    if asked.connu_le:
        parameters["connu_le"] = asked.connu_le.isoformat()
    if tri != DEFAULT_SORT:
        parameters["tri"] = tri
    if asked.page > 1:
        parameters["page"] = str(asked.page)
    return Adresse(f"/{asked.nature}s/{asked.code}", parameters)


def _filters(figures: RegionFigures, asked: Asked, year: int) -> tuple[Filtre, ...]:
    years = sorted({*figures.years, year}, reverse=True)
    kinds = {"": "tous les types", **{kind: types_structure()[kind].libelle for kind in TYPES}}
    return (
        Filtre("annee", "Année", tuple(Option(str(y), str(y), choisie=y == year) for y in years)),
        Filtre(
            "type",
            "Type de structure",
            tuple(Option(kind, label, choisie=kind == (asked.type or "")) for kind, label in kinds.items()),
        ),
    )

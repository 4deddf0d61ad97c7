"""The screens: what a request asks for, read in the views and laid out for ``pages``."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from fastapi import Request

from services.gateway.access.sessions import Session, form_token
from services.gateway.answers import read_territory
from services.gateway.assembly import (
    DEFAULT_SORT,
    closing_day,
    declared_share,
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
from services.gateway.catalogue.lecture import lecture_of
from services.gateway.flux import write_event_id
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
    Bus,
    Compte,
    EtatSource,
    Freshness,
    Incident,
    Lien,
    Site,
    SourceFreshness,
    StatePage,
)
from services.gateway.pages.tables import STRUCTURES
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.reperes import TYPES, Reperes
from services.gateway.sources import Sources, SourceState
from shared import clock
from shared.reference.carte import carte
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, regions

NAMES = {"structures": "structures", "parcours": "parcours", "funding": "financements"}


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


def site(request: Request) -> Site:
    """Return what every page carries."""
    settings = request.app.state.settings
    region = regions()[settings.region]
    links = [Lien(region.nom, f"/regions/{region.code}")]
    links += [
        Lien(d.nom, f"/departements/{d.code}")
        for d in departements().values()
        if d.code_region == region.code
    ]
    session: Session | None = getattr(request.state, "session", None)
    compte = Compte(session.agent.libelle, form_token(session.key)) if session else None
    return Site(
        "Plateforme IAE",
        settings.gateway_url,
        settings.demonstration,
        clock.now(),
        tuple(links),
        compte=compte,
    )


def freshness(request: Request, figures: RegionFigures, departement: str | None) -> Freshness:
    """Return as of when the figures of a page hold."""
    share = declared_share(figures, departement)
    return sources_freshness(request, closing_day(figures, figures.champ.connu_le or clock.today()), share)


def sources_freshness(request: Request, arrete_le: date, part_declarations: Decimal | None) -> Freshness:
    """Return the state of the sources under a page whose figures hold as of a day."""
    sources: Sources = request.app.state.sources
    now = clock.now()
    return Freshness(
        arrete_le=arrete_le,
        sources=tuple(_source(state, now) for state in sources.states.values()),
        bus=Bus.KAFKA if request.app.state.settings.bus == "kafka" else Bus.JOURNAL,
        part_declarations=part_declarations,
        identifiant=write_event_id({name: state.standing.position for name, state in sources.states.items()}),
    )


def _source(state: SourceState, now: datetime) -> SourceFreshness:
    if state.silent_since:
        etat, since = EtatSource.INJOIGNABLE, state.silent_since
    elif state.late_since and now - state.late_since > timedelta(seconds=5):
        etat, since = EtatSource.EN_RETARD, state.late_since
    else:
        etat, since = EtatSource.A_JOUR, None
    read_at = state.current_at or state.standing.applied_at
    age = None if read_at is None else max(now - read_at, timedelta(0))
    return SourceFreshness(NAMES[state.name], state.standing.position, age, etat, since)


async def home_page(request: Request) -> tuple[HomePage, dict[str, int]]:
    """Return the home page and the positions it was read at."""
    code = request.app.state.settings.region
    year = await last_year(request, code)
    reading = await read_territory(request, Champ(code, year))
    figures, region = reading.figures, regions()[code]
    rows, whole = departement_rows(figures, region.nom)
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
        key_figures(Reperes(figures), lecture_of(figures, None)),
        tuple(lines),
        links,
    )
    return page, reading.positions


async def years_of(request: Request, region: str) -> list[int]:
    """Return the years for which an annexe is held, the last first."""
    reading = await read_territory(request, Champ(region, clock.today().year - 1))
    return reading.figures.years


async def last_year(request: Request, region: str) -> int:
    """Return the last year for which an annexe is held, or the last full year."""
    return max(await years_of(request, region), default=clock.today().year - 1)


async def positions(request: Request) -> dict[str, int]:
    """Return how far the views are."""
    sources: Sources = request.app.state.sources
    return await sources.positions()


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


async def state_page(request: Request) -> StatePage:
    """Return the state of the sources; an incident lasts as long as a source is silent or late."""
    code = request.app.state.settings.region
    reading = await read_territory(request, Champ(code, await last_year(request, code)))
    shown = freshness(request, reading.figures, None)
    sentences = {
        EtatSource.INJOIGNABLE: "La source ne répond pas ; ses chiffres sont ceux de la dernière lecture.",
        EtatSource.EN_RETARD: "Les vues n'ont pas encore tout lu de cette source.",
    }
    incidents = tuple(
        Incident(source.nom, source.depuis, None, sentences[source.etat])
        for source in shown.sources
        if source.depuis
    )
    return StatePage(shown, incidents)

"""What every screen carries: the site and its account, the state of the sources, the years that are held."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from fastapi import Request

from services.gateway.access.sessions import Session, form_token
from services.gateway.answers import read_territory
from services.gateway.flux import write_event_id
from services.gateway.pages.site import (
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
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures
from services.gateway.screens.assembly import (
    closing_day,
    declared_share,
)
from services.gateway.sources import Sources, SourceState
from shared import clock
from shared.reference.territories import departements, regions

NAMES = {"structures": "structures", "parcours": "parcours", "funding": "financements"}


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

"""The daily work of retention: tell those of whom nothing happens, erase those who were told, when it is asked for."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.parcours.commands.effacement import effacer_personne
from services.parcours.domain.effacement import INACTIVITE, PREAVIS
from services.parcours.domain.errors_pass import ParcoursRecent
from services.parcours.queries.conservation import count_to_tell, list_due, tell
from shared.errors import Introuvable
from shared.writing import Writer

MOTIF = "Conservation échue : 730 jours sans activité, avis donné 30 jours avant"


@dataclass(frozen=True, slots=True)
class Bilan:
    """How many persons are told, may be erased, and were."""

    avisees: int
    a_effacer: int
    effacees: int


async def conserver(engine: AsyncEngine, writer: Writer, *, a_blanc: bool, effacer: bool) -> Bilan:
    """Tell, and erase when ``effacer``; a dry run only counts. Played again the same day, or twice at once, it finds nothing.

    Erasing is irreversible: no daily work asks for it on its own.
    """
    warned = writer.today - timedelta(INACTIVITE.valeur - PREAVIS.valeur)
    ended, told = writer.today - timedelta(INACTIVITE.valeur), writer.today - timedelta(PREAVIS.valeur)
    async with engine.begin() as conn:
        avisees = await (count_to_tell(conn, warned) if a_blanc else tell(conn, warned, writer.today))
        due = await list_due(conn, ended, told)
    erased = 0
    for personne_id in due if effacer and not a_blanc else ():
        with contextlib.suppress(
            Introuvable, ParcoursRecent
        ):  # somebody else erased them, or acted, meanwhile
            await effacer_personne(engine, personne_id, MOTIF, writer)
            erased += 1
    return Bilan(avisees, len(due), erased)

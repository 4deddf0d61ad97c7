"""Setting the grid of a région and a year; deciding the part modulée of an annexe (F11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import Annexe, Connues, load_connues
from services.funding.commands.engagement import HOLD
from services.funding.commands.enveloppe import ensure_territoire
from services.funding.commands.quantites import Taux
from services.funding.domain import modulation as rules
from services.funding.domain.annexe import ensure_modulable
from services.funding.domain.enveloppe import REGIONAL, parent, region_de
from services.funding.domain.errors import GrilleDejaArretee, ModulationDejaDecidee, ScoresOuTaux
from services.funding.domain.realisation import du_cumule
from services.funding.queries.realisation import Heures, hours_of
from services.funding.tables import grille_modulation, modulation
from shared.access.rights import Action
from shared.contracts.funding import GrilleModulationArretee, ModulationDecidee
from shared.errors import BusinessError
from shared.types import Identifiant, Jour, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

LAST = text("""
    select distinct on (region, annee) id, region, annee, numero, publics, effort, resultats, plafond, source
    from grille_modulation where annee = any(cast(:annees as int[])) order by region, annee, numero desc
""")
# An annexe and its avenants of modification are decided once: whoever decides on one holds them all.
SAME = """
    from annexe_financiere a
    join annexe_financiere b on left(b.numero, -1) = left(a.numero, -1) and b.structure_id = a.structure_id
     and b.date_debut <= a.date_fin and b.date_fin >= a.date_debut
"""
LOCK = text(f"""
    select from annexe_financiere where id in (select b.id {SAME} where a.id = any(cast(:ids as uuid[])))
    order by id for no key update
""")  # a constant
DECIDED = text(f"""
    select a.id {SAME} join modulation m on m.annexe_id = b.id where a.id = any(cast(:ids as uuid[]))
""")
Grilles = Mapping[tuple[str, int], RowMapping]


class GrilleLine(Line):
    """Weights of the scores, ratios that make one; a new grid of a year replaces the one before."""

    region: Texte
    annee: int = Field(ge=2014, le=2100)
    publics: Taux
    effort: Taux
    resultats: Taux
    plafond: Taux
    source: Texte = Field(description="Arrêté ou décision qui fixe la grille.")


async def load_grilles(conn: AsyncConnection, lines: Sequence[GrilleLine], _: Writer) -> Grilles:
    """Return the grids in force of the years of the lines."""
    return await _grilles(conn, [line.annee for line in lines])


def arreter_grille(line: GrilleLine, known: Grilles, writer: Writer) -> Change:
    """Decide a grid.

    Raises
    ------
    TerritoireInconnu, GrilleIncoherente, ModulationExcessive
        The code is no région; the weights do not make one; the ceiling passes the legal one.
    Introuvable
        A part of the région is outside the caller's perimeter.
    """
    parent(REGIONAL, line.region)
    ensure_territoire(writer, REGIONAL, line.region)
    grille = rules.Grille(line.publics, line.effort, line.resultats, line.plafond, line.source)
    rules.ensure_grille(grille)
    before = known.get((line.region, line.annee))
    identity = uuid7()
    state: dict[str, Any] = {
        "region": line.region,
        "annee": line.annee,
        "numero": before["numero"] + 1 if before else 1,
        "publics": line.publics,
        "effort": line.effort,
        "resultats": line.resultats,
        "plafond": line.plafond,
    }
    fact = GrilleModulationArretee(grille_id=identity, **state)
    row = {"id": identity, "source": line.source, **state}
    return Change(
        identity, ((grille_modulation, row),), (writer.fact(identity, 1, fact, line, writer.today),)
    )


class ScoresLine(Input):
    """Scores from 0 to 1."""

    publics: Taux
    effort: Taux
    resultats: Taux


class ModulationLine(Line):
    """The decision: a rate, or scores that the grid of the région turns into one."""

    annexe: Identifiant
    taux: Taux | None = None
    scores: ScoresLine | None = None
    date_notification: Jour
    justification: Texte


@dataclass(frozen=True, slots=True)
class Situation:
    """Annexes with their hours, the grids of their years, those already decided."""

    connues: Connues
    heures: Mapping[UUID, Sequence[Heures]]
    grilles: Grilles
    decided: frozenset[UUID]


async def load_modulations(conn: AsyncConnection, lines: Sequence[ModulationLine], _: Writer) -> Situation:
    """Return what the lines name."""
    ids = [line.annexe for line in lines]
    await conn.execute(HOLD)  # first, as everywhere: who notifies an envelope waits between the two
    await conn.execute(LOCK, {"ids": ids})
    connues = await load_connues(conn, ids)
    decided = frozenset((await conn.execute(DECIDED, {"ids": ids})).scalars())
    return Situation(connues, await hours_of(conn, ids), await _grilles(conn, connues.annees), decided)


def decider_modulation(line: ModulationLine, known: Situation, writer: Writer) -> Change:
    """Decide the part modulée of an annexe, on the socle due for its eligible hours (F08, F11).

    Raises
    ------
    AnnexeInconnue, AnnexeSansEffet, ScoresOuTaux, ModulationExcessive, ModulationDejaDecidee
        It is not known; it is not in force; neither or both are given; the rate passes its ceiling; it was decided.
    """
    annexe = known.connues.trouver(line.annexe, writer)
    ensure_modulable(annexe.row["etat"])
    if annexe.id in known.decided:
        raise deja_decidee()
    grille = known.grilles.get((region_de(annexe.row["departement"]), annexe.row["date_debut"].year))
    taux = _taux(line, annexe, grille)
    rules.ensure_taux(taux, penitentiaire=annexe.mesure.penitentiaire)
    socle_du = du_cumule(
        sum((h.eligibles for h in known.heures.get(annexe.id, ())), Decimal(0)),
        annexe.row["heures_par_etp"],
        annexe.row["montant_unitaire"],
        annexe.row["montant_socle"],
    )
    identity = uuid7()
    state: dict[str, Any] = {
        "annexe_id": annexe.id,
        "grille_id": grille["id"] if grille and line.scores else None,
        "taux": taux,
        "socle_du": socle_du,
        "montant": rules.part_modulee(socle_du, taux),
        "date_notification": line.date_notification,
    }
    fact = ModulationDecidee(modulation_id=identity, structure_id=annexe.row["structure_id"], **state)
    row = {"id": identity, "justification": line.justification, **state}
    return Change(
        identity, ((modulation, row),), (writer.fact(identity, 1, fact, line, line.date_notification),)
    )


def _taux(line: ModulationLine, annexe: Annexe, grille: RowMapping | None) -> Decimal:
    if (line.taux is None) == (line.scores is None):
        raise ScoresOuTaux("Donnez les scores ou le taux, l'un des deux.", champ="taux")
    if line.taux is not None:
        return line.taux
    assert line.scores is not None
    scores = rules.Scores(line.scores.publics, line.scores.effort, line.scores.resultats)
    parts = ("publics", "effort", "resultats", "plafond", "source")
    used = rules.Grille(*(grille[part] for part in parts)) if grille else rules.GRILLE_PAR_DEFAUT
    return rules.taux_module(scores, used, penitentiaire=annexe.mesure.penitentiaire)


async def _grilles(conn: AsyncConnection, annees: Sequence[int]) -> Grilles:
    rows = (await conn.execute(LAST, {"annees": list(annees)})).mappings()
    return {(row["region"], row["annee"]): row for row in rows}


def deja_arretee() -> BusinessError:
    """Return the refusal of two grids under one number."""
    return GrilleDejaArretee(
        "Une autre grille vient d'être arrêtée pour cette année.", correction="Réessayez."
    )


def deja_decidee() -> BusinessError:
    """Return the refusal of a second decision for an annexe."""
    return ModulationDejaDecidee("La part modulée de cette annexe est déjà décidée.", champ="annexe")


GRILLES = Nature(
    name="grilles_modulation",
    line=GrilleLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_grilles,
    decide=arreter_grille,
    constraints={"uq_grille_modulation_region_annee_numero": deja_arretee},
    batch=1,  # each takes the number after the one before
)
MODULATIONS = Nature(
    name="modulations",
    line=ModulationLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_modulations,
    decide=decider_modulation,
    constraints={"uq_modulation_annexe_id": deja_decidee},
)

"""Postponing a PASS IAE that has not begun; cancelling one; closing one that was suspended for more than 12 months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.candidature import decision_fact, row_of
from services.parcours.commands.pass_iae import (
    CLOTURE,
    EMBAUCHE,
    REPORT,
    pass_fact,
    pass_row,
    suspension_row,
    suspensions_after,
)
from services.parcours.commands.suspension import Employeurs, load_employeurs, pass_of
from services.parcours.domain.candidature import Candidature
from services.parcours.domain.errors_pass import ensure_none
from services.parcours.domain.fin_de_parcours import (
    clore,
    refus_d_annulation,
    refus_de_cloture,
    refus_de_report,
    reporter,
)
from services.parcours.queries.candidature import lock_of_persons
from services.parcours.queries.dossier import PERSON_OF_PASS, Dossiers, lock_dossiers, persons_of
from services.parcours.tables import candidature
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.types import Identifiant, Jour
from shared.writing import Change, Line, Nature, Row, Writer


class ReportDemande(Line):
    """The new first day."""

    date_debut: Jour


class ReportLine(ReportDemande):
    """A PASS IAE to postpone."""

    pass_iae: Identifiant


class AnnulationLine(Line):
    """A PASS IAE to cancel."""

    pass_iae: Identifiant


class ClotureLine(Line):
    """A PASS IAE to close today."""

    pass_iae: Identifiant


async def load_reports(
    conn: AsyncConnection, lines: Sequence[ReportLine | ClotureLine], _writer: Writer
) -> Employeurs:
    """Return whose PASS IAE the lines are about, locked."""
    return await load_employeurs(
        conn, await persons_of(conn, PERSON_OF_PASS, [line.pass_iae for line in lines])
    )


def reporter_pass(line: ReportLine, employeurs: Employeurs, writer: Writer) -> Change:
    """Decide a new first day, by the structure that hired last; the length is whole again.

    Raises
    ------
    Introuvable, ReportImpossible, EmbauchePassee, EmbaucheLointaine
    """
    dossier = employeurs.dossier(line.pass_iae)
    structure = employeurs.last(dossier, writer)
    known, jour = pass_of(dossier, line.pass_iae), writer.known_on(line)
    ensure_none(refus_de_report(dossier, known, line.date_debut, structure.type_structure, jour))
    moved = reporter(known, line.date_debut)
    fact = pass_fact(moved, suspensions_after(dossier, known, None), REPORT, jour, line, writer)
    return Change(moved.id, (pass_row(moved),), (fact,))


def clore_pass(line: ClotureLine, employeurs: Employeurs, writer: Writer) -> Change:
    """Decide the end of a pathway, today, by the structure that hired last; the carence runs from then.

    Raises
    ------
    Introuvable, PassPasEnCours, ClotureImpossible
    """
    dossier = employeurs.dossier(line.pass_iae)
    employeurs.last(dossier, writer)
    known, jour = pass_of(dossier, line.pass_iae), writer.known_on(line)
    ensure_none(refus_de_cloture(dossier, known, jour))
    closed, ended = clore(dossier, known, jour)
    rows: list[Row] = [pass_row(closed)] + ([suspension_row(ended)] if ended else [])
    fact = pass_fact(closed, suspensions_after(dossier, known, ended), CLOTURE, jour, line, writer)
    return Change(closed.id, tuple(rows), (fact,))


@dataclass(frozen=True, slots=True)
class Annulables:
    """The persons whose PASS IAE some lines cancel, locked, and their candidatures."""

    personnes: Mapping[UUID, UUID]
    dossiers: Dossiers
    candidatures: Mapping[UUID, Candidature]


async def load_annulables(
    conn: AsyncConnection, lines: Sequence[AnnulationLine], _writer: Writer
) -> Annulables:
    """Return whose PASS IAE the lines cancel."""
    personnes = await persons_of(conn, PERSON_OF_PASS, [line.pass_iae for line in lines])
    dossiers = await lock_dossiers(conn, set(personnes.values()))
    return Annulables(personnes, dossiers, await lock_of_persons(conn, list(dossiers)))


def annuler_pass(line: AnnulationLine, annulables: Annulables, writer: Writer) -> Change:
    """Cancel a PASS IAE delivered by mistake: its number stays taken, the hire stays without an act.

    Raises
    ------
    Introuvable, AnnulationImpossible
    """
    if line.pass_iae not in annulables.personnes:
        raise Introuvable(UNKNOWN)
    dossier = annulables.dossiers[annulables.personnes[line.pass_iae]]
    known, jour = pass_of(dossier, line.pass_iae), writer.known_on(line)
    hires = [each for each in annulables.candidatures.values() if each.pass_id == known.id]
    ensure_none(refus_d_annulation(dossier, known, len(hires)))
    ended = replace(known, version=known.version + 1, annule=True)
    freed = [replace(each, version=each.version + 1, pass_id=None) for each in hires]
    rows: list[Row] = [pass_row(ended), *((candidature, row_of(each)) for each in freed)]
    facts = [pass_fact(ended, (), EMBAUCHE, jour, line, writer)]
    facts += [decision_fact(each, line, writer) for each in freed]
    return Change(ended.id, tuple(rows), tuple(facts))


ANNULATIONS = Nature(
    name="annulations",
    line=AnnulationLine,
    action=Action.EXPLOITER,
    load=load_annulables,
    decide=annuler_pass,
)
REPORTS = Nature(
    name="reports", line=ReportLine, action=Action.ECRIRE_PARCOURS, load=load_reports, decide=reporter_pass
)
CLOTURES = Nature(
    name="clotures", line=ClotureLine, action=Action.ECRIRE_PARCOURS, load=load_reports, decide=clore_pass
)

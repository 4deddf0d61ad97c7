"""Postponing a PASS IAE that has not begun; closing one that was suspended for more than 12 months."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.pass_iae import (
    CLOTURE,
    REPORT,
    pass_fact,
    pass_row,
    suspension_row,
    suspensions_after,
)
from services.parcours.commands.suspension import Employeurs, load_employeurs, pass_of
from services.parcours.domain.errors_pass import ensure_none
from services.parcours.domain.fin_de_parcours import clore, refus_de_cloture, refus_de_report, reporter
from services.parcours.queries.dossier import PERSON_OF_PASS, persons_of
from shared.access.rights import Action
from shared.types import Identifiant, Jour
from shared.writing import Change, Line, Nature, Row, Writer


class ReportDemande(Line):
    """The new first day."""

    date_debut: Jour


class ReportLine(ReportDemande):
    """A PASS IAE to postpone."""

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


REPORTS = Nature(
    name="reports", line=ReportLine, action=Action.ECRIRE_PARCOURS, load=load_reports, decide=reporter_pass
)
CLOTURES = Nature(
    name="clotures", line=ClotureLine, action=Action.ECRIRE_PARCOURS, load=load_reports, decide=clore_pass
)

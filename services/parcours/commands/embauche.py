"""Moving the first day of a hire that was accepted and has not begun."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.candidature import decision_fact, row_of
from services.parcours.commands.decision import contrats_signes, pass_concurrent
from services.parcours.commands.pass_iae import REPORT, pass_fact, pass_row
from services.parcours.domain.candidature import Candidature
from services.parcours.domain.dossier import Dossier, PassIae
from services.parcours.domain.embauche import refus_de_report
from services.parcours.domain.errors import TransitionInterdite
from services.parcours.domain.errors_pass import ensure_none
from services.parcours.domain.fin_de_parcours import reporter
from services.parcours.domain.transitions import ACCEPTED, SOURCE
from services.parcours.queries.candidature import lock_candidatures
from services.parcours.queries.dossier import Dossiers, read_dossiers
from services.parcours.queries.structure import Located, find_structures
from services.parcours.tables import candidature
from shared.access.rights import UNKNOWN, Action, ensure
from shared.errors import Introuvable
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour
from shared.writing import Change, Line, Nature, Row, Writer


class EmbaucheReportee(Line):
    """The new first day."""

    date_embauche: Jour


class EmbaucheReporteeLine(EmbaucheReportee):
    """A hire to move."""

    candidature: Identifiant


@dataclass(frozen=True, slots=True)
class Embauches:
    """The candidatures that some lines move, with those of the same persons, all locked."""

    candidatures: Mapping[UUID, Candidature]
    structures: Located
    dossiers: Dossiers


async def load_embauches(
    conn: AsyncConnection, lines: Sequence[EmbaucheReporteeLine], _writer: Writer
) -> Embauches:
    """Return the hires that the lines move."""
    candidatures = await lock_candidatures(conn, [line.candidature for line in lines])
    structures = await find_structures(conn, {each.structure_id for each in candidatures.values()}, ())
    dossiers = await read_dossiers(conn, {each.personne_id for each in candidatures.values()})
    return Embauches(candidatures, structures, dossiers)


def reporter_embauche(line: EmbaucheReporteeLine, embauches: Embauches, writer: Writer) -> Change:
    """Decide a new first day of a hire; a PASS IAE that was to begin with it, and with it alone, moves too.

    Raises
    ------
    Introuvable, TransitionInterdite, ContratsSignes, ReportImpossible, EmbaucheApresPass
    """
    known = embauches.candidatures.get(line.candidature)
    if known is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, embauches.structures.get(known.structure_id).target)
    if known.etat != ACCEPTED or known.date_embauche is None:
        raise TransitionInterdite("Seule une embauche acceptée se reporte.", source=SOURCE)
    jour = writer.known_on(line)
    dossier = embauches.dossiers[known.personne_id]
    if known.contrat_id is not None or dossier.contrat_depuis(known.structure_id, known.date_embauche):
        raise contrats_signes()
    act = next((each for each in dossier.passes if each.id == known.pass_id), None)
    ensure_none(refus_de_report(known.date_embauche, line.date_embauche, act.periode if act else None, jour))
    moved = replace(
        known,
        version=known.version + 1,
        date_embauche=line.date_embauche,
    )
    rows: list[Row] = [(candidature, row_of(moved))]
    facts: list[NewFact] = [decision_fact(moved, line, writer)]
    if act is not None and jour < act.date_debut and _moves(act, dossier, moved, embauches):
        begun = reporter(act, line.date_embauche)
        rows.append(pass_row(begun))
        facts.append(pass_fact(begun, (), REPORT, jour, line, writer))
    return Change(known.id, tuple(rows), tuple(facts))


def _moves(act: PassIae, dossier: Dossier, moved: Candidature, embauches: Embauches) -> bool:
    """Tell whether a PASS IAE to come moves with a hire: nothing else rests on its first days, or it would begin late."""
    if moved.date_embauche is not None and moved.date_embauche < act.date_debut:
        return True
    others = any(each.pass_id == act.id and each.id != moved.id for each in embauches.candidatures.values())
    return not others and not any(contrat.jour >= act.date_debut for contrat in dossier.contrats)


EMBAUCHES_REPORTEES = Nature(
    name="embauches_reportees",
    line=EmbaucheReporteeLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_embauches,
    decide=reporter_embauche,
    constraints={"ex_pass_iae_concurrent": pass_concurrent},
)

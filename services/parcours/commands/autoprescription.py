"""Suspending the right of an employer to prescribe on its own, after a control."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.errors_pass import ensure_none
from services.parcours.domain.habilitation import Sanction, refus_de_sanction
from services.parcours.queries.structure import Located, find_structures
from services.parcours.tables import autoprescription
from shared.access.rights import Action, Target, ensure
from shared.types import Identifiant, Jour
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class SanctionPrononcee(Line):
    """Days of the suspension, both included; for ever without a last day."""

    date_debut: Jour
    date_fin: Jour | None = None


class SanctionLine(SanctionPrononcee):
    """A suspension of the self-prescription of a structure."""

    structure: Identifiant


async def load_sanctionnees(conn: AsyncConnection, lines: Sequence[SanctionLine], _writer: Writer) -> Located:
    """Return the structures."""
    return await find_structures(conn, {line.structure for line in lines}, ())


def sanctionner(line: SanctionLine, structures: Located, writer: Writer) -> Change:
    """Decide a sanction, by the State of the département; it stays in this service.

    Raises
    ------
    Introuvable
        Unknown, or in no département of the caller's: an employer does not sanction itself.
    SanctionInvalide
    """
    structure = structures.get(line.structure)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, Target(departement=structure.departement))
    jour = writer.known_on(line)
    ensure_none(refus_de_sanction(Sanction(line.date_debut, line.date_fin), jour))
    identity = uuid7()
    row = {
        "id": identity,
        "structure_id": structure.id,
        "date_debut": line.date_debut,
        "date_fin": line.date_fin,
        "prononcee_le": jour,
    }
    return Change(identity, ((autoprescription, row),))


SANCTIONS = Nature(
    name="sanctions",
    line=SanctionLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_sanctionnees,
    decide=sanctionner,
)

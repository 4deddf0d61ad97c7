"""What every command that changes a PASS IAE writes: its row, and the fact of its whole state."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.parcours.domain.dossier import Dossier, PassIae, Suspension
from services.parcours.tables import pass_iae, suspension
from shared.contracts.parcours import Jours, PassIaeAnnule, PassIaeDelivre, PassIaeModifie
from shared.messaging.journal import NewFact
from shared.writing import Line, Row, Writer

EMBAUCHE, SUSPENSION, REPRISE, PROLONGATION = "EMBAUCHE", "SUSPENSION", "REPRISE", "PROLONGATION"
REPORT, CLOTURE = "REPORT", "CLOTURE"


def pass_row(known: PassIae) -> Row:
    """Return the row of a PASS IAE."""
    row = {name: getattr(known, name) for name in PassIae.__slots__}
    if known.numero is None:
        del row["numero"]  # the next one, by the default of the column
    return pass_iae, row


def suspension_row(known: Suspension) -> Row:
    """Return the row of a suspension."""
    return suspension, {name: getattr(known, name) for name in Suspension.__slots__}


def suspensions_after(dossier: Dossier, known: PassIae, changed: Suspension | None) -> list[Suspension]:
    """Return the suspensions of a PASS IAE, oldest first, once one of them has changed or come."""
    kept = [each for each in dossier.suspensions_de(known.id) if changed is None or each.id != changed.id]
    if changed is not None and not changed.annulee:
        kept.append(changed)
    return sorted(kept, key=lambda each: each.date_debut)


def pass_fact(
    known: PassIae,
    suspensions: Iterable[Suspension],
    cause: str,
    jour: date,
    line: Line,
    writer: Writer,
) -> NewFact:
    """Return the fact of a PASS IAE that was just delivered, changed for a cause, or cancelled."""
    content: dict[str, Any] = {
        "pass_id": known.id,
        "personne_id": known.personne_id,
        "structure_id": known.structure_id,
        "date_debut": known.date_debut,
        "date_fin": known.date_fin,
        "suspensions": [Jours(debut=each.date_debut, fin=each.date_fin) for each in suspensions],
    }
    fact: PassIaeDelivre | PassIaeModifie | PassIaeAnnule
    if known.annule:
        fact = PassIaeAnnule(**content)
    elif known.version == 1:
        fact = PassIaeDelivre(**content)
    else:
        fact = PassIaeModifie(**content, cause=cause)
    return writer.fact(known.id, known.version, fact, line, jour)

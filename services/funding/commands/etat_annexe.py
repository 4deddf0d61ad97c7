"""Taking an annexe from a state to another."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import Connues, load_connues
from services.funding.commands.engagement import CONSTRAINTS
from services.funding.domain import annexe as rules
from services.funding.domain.errors import MotifManquant
from shared.access.rights import Action
from shared.types import Identifiant, Texte
from shared.writing import Change, Line, Nature, Writer

AVEC_MOTIF = ("REJETE", "ANNULE")


class EtatLine(Line):
    """The next state of an annexe; HISTORISE comes with the avenant that replaces it."""

    annexe: Identifiant
    etat: Literal["SAISI", "REJETE", "PROVISOIRE", "VALIDE", "CLOTURE", "ANNULE"]
    motif: Texte | None = Field(None, description="Obligatoire pour un rejet ou une annulation.")


async def load_etats(conn: AsyncConnection, lines: Sequence[EtatLine], _: Writer) -> Connues:
    """Return the annexes that the lines name."""
    return await load_connues(conn, [line.annexe for line in lines])


def changer_etat(line: EtatLine, known: Connues, writer: Writer) -> Change:
    """Decide a change of state.

    Raises
    ------
    AnnexeInconnue, TransitionInterdite, MotifManquant
        The annexe is not known; it does not go there; a refusal or a cancellation tells no reason.
    """
    annexe = known.trouver(line.annexe, writer)
    rules.ensure_transition(annexe.row["etat"], line.etat)
    if line.etat in AVEC_MOTIF and not line.motif:
        raise MotifManquant(
            "Un rejet ou une annulation dit son motif.", champ="motif", source=rules.SOURCE_ETATS
        )
    rows, fact = known.changer(annexe, line, writer, motif=line.motif or line.etat, etat=line.etat)
    return Change(annexe.id, tuple(rows), (fact,))


ETATS_ANNEXES = Nature(
    name="etats_annexes",
    line=EtatLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_etats,
    decide=changer_etat,
    constraints={**CONSTRAINTS, "uq_annexe_financiere_numero_actif": rules.deja_active},
)

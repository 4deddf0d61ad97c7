"""The answer of a structure to a candidature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.candidature import (
    MotifRefus,
    contrat_etranger,
    decider,
    decision_fact,
    row_of,
)
from services.parcours.domain import transitions
from services.parcours.domain.candidature import Candidature, verifier_suite
from services.parcours.domain.declaration import Engagement
from services.parcours.queries.candidature import lock_candidatures
from services.parcours.queries.contrat import find_engagements
from services.parcours.queries.structure import Located, get_structures
from services.parcours.tables import candidature
from shared.access.rights import UNKNOWN, Action, ensure
from shared.errors import Introuvable
from shared.types import Identifiant, Reference
from shared.writing import Change, Line, Nature, Writer


class Reponse(Line):
    """An answer: the reason comes with a refusal, the contract signed with an acceptance."""

    transition: Literal["accept", "refuse"]
    motif_refus: MotifRefus | None = None
    contrat: Reference | None = None


class DecisionLine(Reponse):
    """The answer to a candidature."""

    candidature: Identifiant


@dataclass(frozen=True, slots=True)
class Attente:
    """The candidatures that some lines decide, with those of the same persons, all locked."""

    candidatures: Mapping[UUID, Candidature]
    structures: Located
    noms: Mapping[str, UUID]
    engagements: Mapping[UUID, Engagement]

    def others(self, known: Candidature) -> list[Candidature]:
        """Return the other candidatures of the person that still wait for an answer."""
        depuis, _ = transitions.TRANSITIONS["render_obsolete"]
        return [
            other
            for other in self.candidatures.values()
            if other.personne_id == known.personne_id and other.id != known.id and other.etat in depuis
        ]


async def load_attente(conn: AsyncConnection, lines: Sequence[DecisionLine], writer: Writer) -> Attente:
    """Return what the lines decide; persons are locked first, then candidatures."""
    candidatures = await lock_candidatures(conn, [line.candidature for line in lines])
    structures = await get_structures(conn, {known.structure_id for known in candidatures.values()})
    signed = {line.contrat for line in lines if line.contrat}
    client_id = writer.caller.client_id
    noms, engagements = await find_engagements(conn, client_id, signed) if signed else ({}, {})
    return Attente(candidatures, structures, noms, engagements)


def decider_candidature(line: DecisionLine, attente: Attente, writer: Writer) -> Change:
    """Decide the answer to a candidature; once hired, a person's waiting candidatures become obsolete.

    Raises
    ------
    Introuvable
        The candidature does not exist, or is not addressed to a structure of the caller's perimeter: who
        sent it does not answer it.
    TransitionInterdite, SuiteIncoherente, ContratEtranger
    """
    known = attente.candidatures.get(line.candidature)
    if known is None:
        raise Introuvable(UNKNOWN)
    structure = attente.structures.get(known.structure_id)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    jour = writer.known_on(line)
    verifier_suite(line.transition, known.date_orientation, jour, line.motif_refus)
    contrat_id = _contrat(line, attente, known)
    decided = [decider(known, line.transition, jour, motif_refus=line.motif_refus, contrat_id=contrat_id)]
    if line.transition == "accept":
        decided += [decider(other, "render_obsolete", jour) for other in attente.others(known)]
    return Change(
        known.id,
        tuple((candidature, row_of(each)) for each in decided),
        tuple(decision_fact(each, line, writer) for each in decided),
    )


def _contrat(line: DecisionLine, attente: Attente, known: Candidature) -> UUID | None:
    if line.transition != "accept" and line.contrat is None:
        return None
    named = attente.noms.get(line.contrat or "")
    engagement = attente.engagements.get(named) if named else None
    if engagement is None or not engagement.lie(known.personne_id, known.structure_id):
        raise contrat_etranger()
    return engagement.contrat_id


DECISIONS = Nature(
    name="decisions",
    line=DecisionLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_attente,
    decide=decider_candidature,
)

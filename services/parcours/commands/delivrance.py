"""Delivering a PASS IAE by hand, or not: to somebody without a NIR who forgot their other number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.candidature import decision_fact, row_of
from services.parcours.commands.decision import pass_concurrent, written
from services.parcours.domain.candidature import Candidature
from services.parcours.domain.delivrance import Arrivee, delivrer
from services.parcours.domain.dossier import ADMIN, DENIED, GRANTED, PENDING
from services.parcours.domain.errors_pass import DemandeTraitee
from services.parcours.queries.candidature import lock_candidatures
from services.parcours.queries.dossier import Dossiers, read_dossiers
from services.parcours.tables import candidature
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.messaging.journal import NewFact
from shared.types import Identifiant
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer


class DelivranceDecidee(Line):
    """Whether it is delivered."""

    accordee: bool


class DelivranceLine(DelivranceDecidee):
    """The answer to a hire that waits for its PASS IAE."""

    candidature: Identifiant


@dataclass(frozen=True, slots=True)
class EnAttente:
    """The hires that some lines answer, with the other candidatures of the same persons, all locked."""

    candidatures: Mapping[UUID, Candidature]
    dossiers: Dossiers


async def load_en_attente(
    conn: AsyncConnection, lines: Sequence[DelivranceLine], _writer: Writer
) -> EnAttente:
    """Return the hires that the lines answer."""
    candidatures = await lock_candidatures(conn, [line.candidature for line in lines])
    return EnAttente(
        candidatures, await read_dossiers(conn, {each.personne_id for each in candidatures.values()})
    )


def decider_delivrance(line: DelivranceLine, attente: EnAttente, writer: Writer) -> Change:
    """Deliver the PASS IAE of a hire as on the day it was accepted, or deny it: the employer reads which.

    Raises
    ------
    Introuvable, DemandeTraitee
    """
    known = attente.candidatures.get(line.candidature)
    if known is None or known.date_embauche is None:
        raise Introuvable(UNKNOWN)
    if known.delivrance != PENDING:
        raise DemandeTraitee("Cette embauche n'attend pas de PASS IAE.", source="Parcours §5.3")
    jour = writer.known_on(line)
    answered = replace(
        known,
        version=known.version + 1,
        delivrance=GRANTED if line.accordee else DENIED,
        delivrance_le=jour,
    )
    rows: list[Row] = []
    facts: list[NewFact] = []
    if line.accordee:
        dossier = attente.dossiers[known.personne_id]
        arrivee = Arrivee(
            known.personne_id, known.structure_id, known.date_embauche, known.date_suite or jour
        )
        act = delivrer(dossier, arrivee, uuid7())
        if act.pass_iae is not None and act.pass_iae.version == 1 and act.change:
            act = replace(act, pass_iae=replace(act.pass_iae, origine=ADMIN))
        answered = replace(answered, pass_id=act.pass_iae.id if act.pass_iae else None)
        rows, facts = written(act, dossier, jour, line, writer)
    rows.append((candidature, row_of(answered)))
    return Change(known.id, tuple(rows), (*facts, decision_fact(answered, line, writer)))


DELIVRANCES = Nature(
    name="delivrances",
    line=DelivranceLine,
    action=Action.EXPLOITER,
    load=load_en_attente,
    decide=decider_delivrance,
    constraints={"ex_pass_iae_concurrent": pass_concurrent},
)

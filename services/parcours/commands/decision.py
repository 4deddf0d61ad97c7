"""What becomes of a candidature once sent: every transition that a structure decides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.candidature import (
    MotifRefus,
    changement_fact,
    contrat_etranger,
    decider,
    decision_fact,
    envoi_fact,
    row_of,
)
from services.parcours.commands.contrat import TypeStructure
from services.parcours.commands.pass_iae import (
    EMBAUCHE,
    pass_fact,
    pass_row,
    suspension_row,
    suspensions_after,
)
from services.parcours.domain import transitions
from services.parcours.domain.candidature import PRESCRIPTEUR, Candidature, verifier_suite
from services.parcours.domain.declaration import Engagement
from services.parcours.domain.delivrance import Arrivee, Delivrance, delivrer, refus_d_entree
from services.parcours.domain.dossier import PENDING, Dossier
from services.parcours.domain.embauche import refus_d_embauche
from services.parcours.domain.errors_pass import (
    ChampSansObjet,
    ContratsSignes,
    DateEmbaucheManquante,
    EmbaucheAvantReforme,
    MemeStructure,
    PassConcurrent,
    ensure_none,
)
from services.parcours.domain.fin_de_parcours import est_annulable
from services.parcours.domain.habilitation import refus_d_autoprescription
from services.parcours.domain.regles import REFORME
from services.parcours.domain.siae import refus_d_experimentation
from services.parcours.queries.candidature import lock_candidatures
from services.parcours.queries.contrat import find_engagements
from services.parcours.queries.delivrance import find_unidentified
from services.parcours.queries.dossier import Dossiers, read_dossiers
from services.parcours.queries.habilitation import Sanctions, find_sanctions
from services.parcours.queries.structure import Located, Structure, find_structures
from services.parcours.tables import candidature
from shared.access.rights import UNKNOWN, Action, ensure
from shared.errors import BusinessError, Introuvable
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour, Reference, Siret
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer


class Reponse(Line):
    """A transition and what it takes.

    ``motif_refus`` comes with a refusal; ``date_embauche``, or the contract signed, with an acceptance;
    ``siret``, and ``type_structure`` when the SIRET has several, with a transfer.
    """

    transition: Literal[
        "process",
        "postpone",
        "accept",
        "add_to_pool",
        "refuse",
        "cancel",
        "reset",
        "transfer",
        "external_transfer",
    ]
    motif_refus: MotifRefus | None = None
    date_embauche: Jour | None = None
    contrat: Reference | None = None
    siret: Siret | None = None
    type_structure: TypeStructure | None = None


class DecisionLine(Reponse):
    """What becomes of a candidature."""

    candidature: Identifiant


@dataclass(frozen=True, slots=True)
class Attente:
    """The candidatures that some lines decide, with those of the same persons, all locked."""

    candidatures: Mapping[UUID, Candidature]
    structures: Located
    noms: Mapping[str, UUID]
    engagements: Mapping[UUID, Engagement]
    dossiers: Dossiers
    sanctions: Sanctions
    sans_identifiant: Collection[UUID] = ()

    def others(self, known: Candidature) -> list[Candidature]:
        """Return the other candidatures of the person that still wait for an answer."""
        depuis, _ = transitions.TRANSITIONS["render_obsolete"]
        return [
            other
            for other in self.candidatures.values()
            if other.personne_id == known.personne_id and other.id != known.id and other.etat in depuis
        ]

    def only_hire_of(self, known: Candidature) -> bool:
        """Tell whether no other candidature rests on the same PASS IAE."""
        return all(
            other.id == known.id or other.pass_id != known.pass_id for other in self.candidatures.values()
        )


async def load_attente(conn: AsyncConnection, lines: Sequence[DecisionLine], writer: Writer) -> Attente:
    """Return what the lines decide; persons are locked first, then candidatures."""
    candidatures = await lock_candidatures(conn, [line.candidature for line in lines])
    concerned = [candidatures[line.candidature] for line in lines if line.candidature in candidatures]
    structures = await find_structures(
        conn, {known.structure_id for known in concerned}, {line.siret for line in lines if line.siret}
    )
    signed = {line.contrat for line in lines if line.contrat}
    client_id = writer.caller.client_id
    noms, engagements = await find_engagements(conn, client_id, signed) if signed else ({}, {})
    hires = any(line.transition in {"accept", "cancel"} for line in lines)
    dossiers = await read_dossiers(conn, {known.personne_id for known in concerned}) if hires else {}
    sanctions = await find_sanctions(conn, structures.ids) if hires else {}
    unknown = await find_unidentified(conn, list(dossiers), writer.tools) if hires else ()
    return Attente(candidatures, structures, noms, engagements, dossiers, sanctions, unknown)


def decider_candidature(line: DecisionLine, attente: Attente, writer: Writer) -> Change:
    """Decide a transition of a candidature.

    Raises
    ------
    Introuvable
        The candidature does not exist, or is not addressed to a structure of the caller's perimeter: who
        sent it does not answer it.
    ChampSansObjet, TransitionInterdite, SuiteIncoherente
        And the refusals of each transition.
    """
    known = attente.candidatures.get(line.candidature)
    if known is None:
        raise Introuvable(UNKNOWN)
    structure = attente.structures.get(known.structure_id)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    jour = writer.known_on(line)
    _ensure_fields(line)
    verifier_suite(line.transition, known.date_orientation, jour, line.motif_refus)
    match line.transition:
        case "accept":
            return _accept(line, attente, known, structure, jour, writer)
        case "cancel":
            return _cancel(line, attente, known, jour, writer)
        case "transfer":
            return _transfer(line, attente, known, jour, writer)
        case "external_transfer":
            return _send_on(line, attente, known, jour, writer)
        case _:
            decided = decider(known, line.transition, jour, motif_refus=line.motif_refus)
            return Change(known.id, ((candidature, row_of(decided)),), (_fact(decided, line, writer),))


def _ensure_fields(line: DecisionLine) -> None:
    misplaced = {
        "date_embauche": line.date_embauche is not None and line.transition != "accept",
        "contrat": line.contrat is not None and line.transition != "accept",
        "siret": (line.siret is not None) != (line.transition in {"transfer", "external_transfer"}),
    }
    ensure_none(
        [
            contrat_etranger()
            if champ == "contrat"
            else ChampSansObjet(
                "Ce champ manque, ou ne va pas avec cette transition.",
                champ=champ,
                correction="Voyez les champs de chaque transition dans la documentation.",
                source=transitions.SOURCE,
            )
            for champ, wrong in misplaced.items()
            if wrong
        ]
    )


def _fact(decided: Candidature, line: Line, writer: Writer) -> NewFact:
    if decided.etat in transitions.DECIDES:
        return decision_fact(decided, line, writer)
    return changement_fact(decided, line, writer)


def _accept(
    line: DecisionLine,
    attente: Attente,
    known: Candidature,
    structure: Structure,
    jour: date,
    writer: Writer,
) -> Change:
    """Hire: under the PASS IAE that the person has or gets, or before it by a contract under an agrément.

    Raises
    ------
    DateEmbaucheManquante, EmbaucheAvantReforme, ContratEtranger
    EmbauchePassee, EmbaucheLointaine, EmbaucheApresPass, EnCarence, PassSuspendu, SansDiagnostic
    AutoprescriptionSuspendue
    """
    accepted = decider(known, "accept", jour)
    rows: list[Row] = []
    facts: list[NewFact] = []
    if line.contrat is not None:
        engagement = _contrat(line.contrat, attente, known)
        accepted = replace(accepted, contrat_id=engagement.contrat_id)
        embauche = engagement.debut
    else:
        embauche = _date_embauche(line)
    dossier = attente.dossiers[known.personne_id]
    if embauche >= REFORME:
        act = _acte(line, attente, known, structure, embauche, jour)
        accepted = replace(
            accepted,
            date_embauche=embauche,
            pass_id=act.pass_iae.id if act.pass_iae else None,
            diagnostic_id=act.diagnostic.id if act.diagnostic else None,
            delivrance=PENDING if act.a_la_main else None,
        )
        rows, facts = written(act, dossier, jour, line, writer)
    decided = [accepted] + [decider(other, "render_obsolete", jour) for other in attente.others(known)]
    rows += [(candidature, row_of(each)) for each in decided]
    facts += [decision_fact(each, line, writer) for each in decided]
    return Change(known.id, tuple(rows), tuple(facts))


def _contrat(name: str, attente: Attente, known: Candidature) -> Engagement:
    named = attente.noms.get(name)
    engagement = attente.engagements.get(named) if named else None
    if engagement is None or not engagement.lie(known.personne_id, known.structure_id):
        raise contrat_etranger()
    return engagement


def _date_embauche(line: DecisionLine) -> date:
    if line.date_embauche is None:
        raise DateEmbaucheManquante(
            "Une embauche a une date, ou un contrat signé.",
            champ="date_embauche",
            correction="Donnez date_embauche, ou le contrat.",
            source="Parcours §6.2",
        )
    if line.date_embauche < REFORME:
        raise EmbaucheAvantReforme(
            "Avant le 1er septembre 2021, une embauche se dit par son contrat, sous agrément.",
            champ="contrat",
            correction="Enregistrez le contrat, puis donnez sa référence.",
            source="CT L5132-3 (rédaction de 2017) ; décret 2021-1128 du 30 août 2021",
        )
    return line.date_embauche


def _acte(
    line: DecisionLine,
    attente: Attente,
    known: Candidature,
    structure: Structure,
    embauche: date,
    jour: date,
) -> Delivrance:
    dossier = attente.dossiers[known.personne_id]
    valid = dossier.pass_valide(jour)
    refus: list[BusinessError] = []
    if line.contrat is None:  # the dates of a contract were judged when it was signed
        fin_pass = valid.date_fin if valid else None
        refus += refus_d_embauche(structure.type_structure, embauche, None, fin_pass, jour)
        refus += refus_d_experimentation(structure.type_structure, embauche)
    refus += refus_d_entree(dossier, jour, envoi_habilite=known.origine == PRESCRIPTEUR)
    ensure_none(refus)
    if valid is None and line.contrat is not None:
        return Delivrance(None, None)  # its contract is under an agrément: no other act covered it
    identified = known.personne_id not in attente.sans_identifiant
    act = delivrer(dossier, Arrivee(known.personne_id, structure.id, embauche, jour, identified), uuid7())
    if act.diagnostic is not None and act.diagnostic.structure_id == structure.id:
        ensure_none(refus_d_autoprescription(attente.sanctions.get(structure.id, []), jour))
    return act


def written(
    act: Delivrance, dossier: Dossier, jour: date, line: Line, writer: Writer
) -> tuple[list[Row], list[NewFact]]:
    """Return the rows and the facts of an act of entry, when it is new or moved."""
    if act.pass_iae is None or not act.change:
        return [], []
    rows = [pass_row(act.pass_iae)]
    if act.suspension:
        rows.append(suspension_row(act.suspension))
    suspensions = suspensions_after(dossier, act.pass_iae, act.suspension)
    return rows, [pass_fact(act.pass_iae, suspensions, EMBAUCHE, jour, line, writer)]


def _cancel(line: DecisionLine, attente: Attente, known: Candidature, jour: date, writer: Writer) -> Change:
    """Cancel a hire, with the PASS IAE when it was for this hire alone.

    Raises
    ------
    ContratsSignes
        The contract is signed: it ends, it is not cancelled.
    """
    cancelled = decider(known, "cancel", jour)
    dossier = attente.dossiers[known.personne_id]
    start = known.date_embauche or known.date_orientation
    if known.contrat_id is not None or dossier.contrat_depuis(known.structure_id, start):
        raise contrats_signes()
    rows: list[Row] = [(candidature, row_of(cancelled))]
    facts = [decision_fact(cancelled, line, writer)]
    act = next((each for each in dossier.passes if each.id == known.pass_id), None)
    if act is not None and est_annulable(act) and attente.only_hire_of(known):
        ended = replace(act, version=act.version + 1, annule=True)
        rows.append(pass_row(ended))
        facts.append(pass_fact(ended, (), EMBAUCHE, jour, line, writer))
    return Change(known.id, tuple(rows), tuple(facts))


def _target(line: DecisionLine, attente: Attente, known: Candidature) -> Structure:
    structure = attente.structures.find(line.siret or "", line.type_structure)
    if structure.id == known.structure_id:
        raise MemeStructure(
            "La candidature est déjà dans cette structure.", champ="siret", source="Parcours §5.7, transfert"
        )
    return structure


def _transfer(line: DecisionLine, attente: Attente, known: Candidature, jour: date, writer: Writer) -> Change:
    """Move a candidature to another structure of the caller's, where it is new.

    Raises
    ------
    StructureInconnue, MemeStructure, TransitionInterdite
    Introuvable
        The other structure is not the caller's too.
    """
    target = _target(line, attente, known)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, target.target)
    # The 24 hours are those of a sending to one structure: a transfer is none.
    moved = replace(decider(known, "transfer", jour), structure_id=target.id, envoyee_ms=None)
    return Change(known.id, ((candidature, row_of(moved)),), (_fact(moved, line, writer),))


def _send_on(line: DecisionLine, attente: Attente, known: Candidature, jour: date, writer: Writer) -> Change:
    """Send a refused candidature on to another structure; the refusal stays as it was.

    Raises
    ------
    StructureInconnue, MemeStructure, TransitionInterdite
    """
    target = _target(line, attente, known)
    transitions.apply(known.etat, "external_transfer")
    kept = replace(known, version=known.version + 1, change_le=jour, archivee_le=None)
    sent = Candidature(
        id=uuid7(), version=1, personne_id=known.personne_id, structure_id=target.id, origine=known.origine,
        type_prescripteur=known.type_prescripteur, organisation=known.organisation, date_orientation=jour,
        etat=transitions.NEW,
    )  # fmt: skip
    return Change(
        sent.id,
        ((candidature, row_of(kept)), (candidature, row_of(sent))),
        (decision_fact(kept, line, writer), envoi_fact(sent, line, writer)),
    )


def contrats_signes() -> BusinessError:
    """Return the refusal to change a hire whose contract is signed."""
    return ContratsSignes(
        "Un contrat est signé pour cette embauche.",
        correction="Déclarez la sortie du contrat.",
        source="Parcours §5.7, annulation impossible",
    )


def pass_concurrent() -> BusinessError:
    """Return the refusal of a second PASS IAE over the same days."""
    return PassConcurrent(
        "La personne a déjà un PASS IAE ces jours-là.", source="Parcours §5.1 ; invariant 1"
    )


DECISIONS = Nature(
    name="decisions",
    line=DecisionLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_attente,
    decide=decider_candidature,
    constraints={"ex_pass_iae_concurrent": pass_concurrent},
)

"""Sending persons to a structure, and the answer of the structure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import TypeStructure, personne_inconnue
from services.parcours.commands.personne import IDENTITE_UNIQUE, Entree, Identite, Registre
from services.parcours.domain import transitions
from services.parcours.domain.candidature import (
    EMPLOYEUR,
    ORIENTEUR,
    PRESCRIPTEUR,
    TRANSITION_DE_SUITE,
    Candidature,
    origine_de,
    verifier_suite,
)
from services.parcours.domain.declaration import Engagement
from services.parcours.domain.delivrance import refus_d_entree
from services.parcours.domain.dossier import Dossier
from services.parcours.domain.errors import ContratEtranger, DateFuture, PersonneOuIdentite
from services.parcours.domain.errors_pass import CandidatureRecente, ensure_none
from services.parcours.domain.habilitation import est_habilitee
from services.parcours.domain.identite import verifier_age
from services.parcours.domain.regles import REFORME
from services.parcours.queries.contrat import find_engagements
from services.parcours.queries.dossier import Dossiers, read_dossiers
from services.parcours.queries.habilitation import Habilitations, find_habilitations
from services.parcours.queries.personne import Sealed, find_identities
from services.parcours.queries.structure import Located, Structure, locate_structures
from services.parcours.tables import candidature
from shared.access.rights import Action, ensure
from shared.access.scopes import Scope
from shared.contracts.parcours import CandidatureChangee, CandidatureDecidee, CandidatureEnvoyee
from shared.errors import BusinessError
from shared.messaging.journal import NewFact
from shared.types import Jour, Reference, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, RepriseRequise, Writer

MotifRefus = Literal[
    "did_not_come", "did_not_come_to_interview", "hired_elsewhere", "training", "non_eligible", "not_mobile",
    "not_interested", "lacking_skills", "incompatible", "prevent_objectives", "no_position", "duplicate", "other",
]  # fmt: skip


class OrientationLine(Line):
    """A person sent to a structure.

    ``personne`` is an identifier or the caller's own reference; ``identite`` enters the person by the same
    write, or recognises them. Only a first load says what came of it.
    """

    personne: Reference | None = None
    identite: Identite | None = None
    siret: Siret
    type_structure: TypeStructure | None = None
    date_orientation: Jour | None = None
    type_prescripteur: Texte
    organisation: Reference | None = None
    suite: Literal["EMBAUCHE", "REFUS", "SANS_REPONSE", "EN_ATTENTE"] | None = None
    date_suite: Jour | None = None
    motif_refus: MotifRefus | None = None
    contrat: Reference | None = None


@dataclass(frozen=True, slots=True)
class Rencontres:
    """What some orientations name: structures, persons (by name or by identity) and contracts."""

    structures: Located
    registre: Registre
    identities: Mapping[str, Sealed]
    noms: Mapping[str, UUID]
    engagements: Mapping[UUID, Engagement]
    dossiers: Dossiers
    habilitations: Habilitations


async def load_rencontres(
    conn: AsyncConnection, lines: Sequence[OrientationLine], writer: Writer
) -> Rencontres:
    """Return what the lines name, each kind in one query."""
    structures = await locate_structures(conn, {line.siret for line in lines})
    registre = Registre(writer.tools)
    await registre.look_up(conn, [line.identite for line in lines if line.identite])
    named = {line.personne for line in lines if line.personne}
    identities = await find_identities(conn, writer, named) if named else {}
    hired = {line.contrat for line in lines if line.contrat}
    client_id = writer.caller.client_id
    noms, engagements = await find_engagements(conn, client_id, hired) if hired else ({}, {})
    sent = {sealed.personne_id for sealed in identities.values()}
    sent.update(filter(None, (registre.find(line.identite) for line in lines if line.identite)))
    present = [line for line in lines if _is_present(line, writer)]
    dossiers = await read_dossiers(conn, sent) if present and sent else {}
    habilitations = await find_habilitations(conn, {line.organisation for line in present})
    return Rencontres(structures, registre, identities, noms, engagements, dossiers, habilitations)


def _is_present(line: OrientationLine, writer: Writer) -> bool:
    """Tell whether the rules of the PASS IAE judge a sending: not what a first load tells of the past."""
    jour = line.date_orientation or writer.today
    return jour >= REFORME and Scope.REPRISE not in writer.caller.scopes


def orienter_personne(line: OrientationLine, rencontres: Rencontres, writer: Writer) -> Change:
    """Decide an orientation, with its outcome when a first load knows it.

    A person already known is recognised in silence, and what the vault holds of them stays as it is.

    Raises
    ------
    StructureInconnue, PersonneInconnue, PersonneOuIdentite, ContratEtranger
    Introuvable
        Neither the structure nor the organisation is in the caller's perimeter.
    RepriseRequise
        An outcome without the scope of a first load.
    DateFuture, AgeHorsBornes, TypePrescripteurInconnu, OrganisationManquante, SuiteIncoherente
    EnCarence, PassSuspendu
        Today, nothing of what came before lets the person be sent.
        And the refusals of `Registre.enter`.
    """
    structure = rencontres.structures.find(line.siret, line.type_structure)
    target = replace(structure.target, organisation=line.organisation)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, target)
    jour = line.date_orientation or writer.today
    if max(jour, line.date_suite or jour) > writer.today:
        raise DateFuture(
            "L'orientation ou sa suite n'a pas encore eu lieu.",
            champ="date_orientation",
            source=transitions.SOURCE,
        )
    origine = origine_de(line.type_prescripteur, line.organisation)
    transition = _transition(line, jour, writer)
    personne_id, entree = _personne(line, rencontres, jour, writer)
    identity, present = uuid7(), _is_present(line, writer)
    if present:
        known = rencontres.habilitations.get(line.organisation or "", [])
        if origine == PRESCRIPTEUR and not est_habilitee(known, jour):
            origine = ORIENTEUR
        dossier = rencontres.dossiers.get(personne_id, Dossier())
        ensure_none(refus_d_entree(dossier, writer.today, envoi_habilite=origine == PRESCRIPTEUR))
    sent = Candidature(
        id=identity,
        version=1,
        personne_id=personne_id,
        structure_id=structure.id,
        origine=origine,
        type_prescripteur=line.type_prescripteur,
        organisation=line.organisation,
        date_orientation=jour,
        etat=transitions.NEW,
        envoyee_ms=identity.int >> 80 if present and origine != EMPLOYEUR else None,
    )
    facts = [entree.fact] if entree else []
    facts.append(envoi_fact(sent, line, writer))
    if transition and line.date_suite:
        contrat_id = _contrat(line, rencontres, personne_id, structure)
        sent = decider(sent, transition, line.date_suite, motif_refus=line.motif_refus, contrat_id=contrat_id)
        decided = decision_fact(sent, line, writer)
        known_on = min(max(decided.known_on, line.date_suite), writer.today)
        facts.append(replace(decided, known_on=known_on))
    rows = (*(entree.rows if entree else ()), (candidature, row_of(sent)))
    return Change(sent.id, rows, tuple(facts))


def _transition(line: OrientationLine, jour: date, writer: Writer) -> str | None:
    """Return the transition that a told outcome stands for."""
    if line.suite and Scope.REPRISE not in writer.caller.scopes:
        raise RepriseRequise(
            "Seule une reprise peut dire la suite d'une orientation.",
            champ="suite",
            correction="Retirez la suite : la structure la donne par sa décision.",
        )
    transition = TRANSITION_DE_SUITE.get(line.suite) if line.suite else None
    verifier_suite(transition, jour, line.date_suite, line.motif_refus)
    if (transition == "accept") != (line.contrat is not None):
        raise contrat_etranger()
    return transition


def _personne(
    line: OrientationLine, rencontres: Rencontres, jour: date, writer: Writer
) -> tuple[UUID, Entree | None]:
    """Return who is sent, and their entry in the vault when they are new."""
    if (line.personne is None) == (line.identite is None):
        raise PersonneOuIdentite(
            "Donnez la personne, ou bien son identité.",
            champ="personne",
            correction="Remplissez personne ou identite, jamais les deux.",
        )
    registre = rencontres.registre
    if line.identite is not None:
        known = registre.find(line.identite)
        if known is None:
            entree = registre.enter(line.identite, line, jour, writer)
            return entree.personne_id, entree
        verifier_age(line.identite.date_naissance, jour, "identite.date_naissance")
        return known, None
    sealed = rencontres.identities.get(line.personne or "")
    if sealed is None:
        raise personne_inconnue()
    safe = registre.vault.safe(sealed.personne_id, sealed.dek_enveloppee)
    born = safe.open("identite", sealed.identite)["date_naissance"]
    verifier_age(date.fromisoformat(born), jour, "date_orientation")
    return sealed.personne_id, None


def _contrat(
    line: OrientationLine, rencontres: Rencontres, personne_id: UUID, structure: Structure
) -> UUID | None:
    if line.contrat is None:
        return None
    named = rencontres.noms.get(line.contrat)
    engagement = rencontres.engagements.get(named) if named else None
    if engagement is None or not engagement.lie(personne_id, structure.id):
        raise contrat_etranger()
    return engagement.contrat_id


def contrat_etranger() -> BusinessError:
    """Return the refusal of a contract that is not the one of a hire."""
    return ContratEtranger(
        "Le contrat doit être celui de cette personne dans cette structure, et n'accompagner qu'une embauche.",
        champ="contrat",
        correction="Donnez l'identifiant ou votre référence du contrat signé.",
        source="Parcours §6.2, acceptation",
    )


def decider(
    known: Candidature,
    transition: str,
    jour: date,
    *,
    motif_refus: str | None = None,
    contrat_id: UUID | None = None,
) -> Candidature:
    """Return the next version of a candidature, changed on a day: put back among those that wait, if it was away.

    Raises
    ------
    TransitionInterdite
        Its state does not allow this.
    """
    etat = transitions.apply(known.etat, transition)
    return replace(
        known,
        version=known.version + 1,
        etat=etat,
        date_suite=jour if etat in transitions.DECIDES else None,
        motif_refus=motif_refus,
        contrat_id=contrat_id,
        date_embauche=None,
        pass_id=None,
        diagnostic_id=None,
        change_le=jour,
        archivee_le=None,
        delivrance=None,
        delivrance_le=None,
    )


def decision_fact(decided: Candidature, line: Line, writer: Writer) -> NewFact:
    """Return the fact of a decision: neither the reason nor the prescripteur is in it."""
    jour = decided.date_suite or writer.today
    fact = CandidatureDecidee(**_content(decided), decidee_le=jour, contrat_id=decided.contrat_id)
    return writer.fact(decided.id, decided.version, fact, line, jour)


def changement_fact(changed: Candidature, line: Line, writer: Writer) -> NewFact:
    """Return the fact of a change after which a candidature still waits, or is put away."""
    jour = changed.change_le or writer.today
    fact = CandidatureChangee(**_content(changed), changee_le=jour, archivee=changed.archivee_le is not None)
    return writer.fact(changed.id, changed.version, fact, line, jour)


def envoi_fact(sent: Candidature, line: Line, writer: Writer) -> NewFact:
    """Return the fact of a candidature that was just sent."""
    return writer.fact(sent.id, 1, CandidatureEnvoyee(**_content(sent)), line, sent.date_orientation)


def _content(known: Candidature) -> dict[str, Any]:
    return {
        "candidature_id": known.id,
        "personne_id": known.personne_id,
        "structure_id": known.structure_id,
        "origine": known.origine,
        "envoyee_le": known.date_orientation,
        "etat": known.etat,
    }


def row_of(known: Candidature) -> dict[str, Any]:
    """Return a candidature as a row of its table."""
    return {name: getattr(known, name) for name in Candidature.__slots__}


def recente() -> BusinessError:
    """Return the refusal of a second sending within 24 hours, which the instant of each decides."""
    return CandidatureRecente(
        "Cette personne a été adressée à cette structure il y a moins de 24 heures.",
        correction="Suivez la première candidature, ou renvoyez demain.",
        source="Parcours §6.3",
    )


ORIENTATIONS = Nature(
    name="orientations",
    line=OrientationLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_rencontres,
    decide=orienter_personne,
    constraints={**IDENTITE_UNIQUE, "ex_candidature_24_heures": recente},
)

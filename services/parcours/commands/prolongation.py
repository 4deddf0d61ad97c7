"""Prolonging a PASS IAE: by the structure alone, or by a prescripteur habilité whom it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import TypeStructure
from services.parcours.commands.pass_iae import PROLONGATION, pass_fact, pass_row
from services.parcours.commands.suspension import pass_of
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.candidature import PRESCRIPTEUR, origine_de
from services.parcours.domain.dossier import DENIED, GRANTED, PENDING, Dossier, PassIae, Prolongation
from services.parcours.domain.errors_pass import (
    ChampSansObjet,
    DemandeEnCours,
    DemandeTraitee,
    DernierPass,
    NonEmployeur,
    PassSuspendu,
    ensure_none,
)
from services.parcours.domain.habilitation import refus_du_prescripteur
from services.parcours.domain.prolongation import (
    MOTIFS,
    refus_de_la_reponse,
    refus_de_prolongation,
    refus_du_motif,
)
from services.parcours.domain.regles import Periode
from services.parcours.queries.dossier import (
    PERSON_OF_PASS,
    PERSON_OF_PROLONGATION,
    Dossiers,
    lock_dossiers,
    persons_of,
)
from services.parcours.queries.habilitation import Habilitations, find_habilitations
from services.parcours.queries.structure import Located, Structure, locate_structures
from services.parcours.tables import prolongation
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.errors import BusinessError, Introuvable
from shared.types import Identifiant, Jour, Reference, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer

Motif = Literal["SENIOR_CDI", "COMPLETE_TRAINING", "RQTH", "SENIOR", "PARTICULAR_DIFFICULTIES"]
"""The reasons that are still open."""


class ProlongationDemandee(Line):
    """A prolongation from the last day of the PASS IAE to ``date_fin``, by the structure of a SIRET.

    ``organisation`` is the prescripteur habilité who is asked, for the reasons that need one; its type comes with
    it when the registry does not know it.
    """

    siret: Siret
    type_structure: TypeStructure | None = None
    date_fin: Jour
    motif: Motif
    organisation: Reference | None = None
    type_prescripteur: Texte | None = None


class ProlongationLine(ProlongationDemandee):
    """A prolongation of a PASS IAE."""

    pass_iae: Identifiant


class ReponsePrescripteur(Line):
    """The answer of the prescripteur who was asked; the reason comes with a refusal, actions with the reason IAE."""

    accordee: bool
    motif_refus: Literal["IAE", "SIAE", "DURATION", "REASON"] | None = None
    actions: Annotated[list[Literal["EXIT_IAE", "SOCIAL_PARTNER", "OTHER"]], Field(max_length=3)] = Field(
        default_factory=list
    )


class ReponseLine(ReponsePrescripteur):
    """The answer to a request."""

    prolongation: Identifiant


@dataclass(frozen=True, slots=True)
class Demandes:
    """Whose PASS IAE some lines prolong, locked, and the structures they name."""

    personnes: Mapping[UUID, UUID]
    dossiers: Dossiers
    structures: Located
    habilitations: Habilitations

    def dossier(self, named: UUID) -> Dossier:
        """Return the dossier of the person of a PASS IAE or of a request.

        Raises
        ------
        Introuvable
        """
        if named not in self.personnes:
            raise Introuvable(UNKNOWN)
        return self.dossiers[self.personnes[named]]


async def load_prolongations(
    conn: AsyncConnection, lines: Sequence[ProlongationLine], _writer: Writer
) -> Demandes:
    """Return whose PASS IAE the lines prolong."""
    personnes = await persons_of(conn, PERSON_OF_PASS, [line.pass_iae for line in lines])
    dossiers = await lock_dossiers(conn, set(personnes.values()))
    structures = await locate_structures(conn, {line.siret for line in lines})
    habilitations = await find_habilitations(conn, {line.organisation for line in lines})
    return Demandes(personnes, dossiers, structures, habilitations)


def prolonger(line: ProlongationLine, demandes: Demandes, writer: Writer) -> Change:
    """Decide a prolongation: granted at once, or waiting for the prescripteur habilité.

    Raises
    ------
    Introuvable, StructureInconnue
    NonEmployeur
        The structure hired nobody under this PASS IAE.
    ChampSansObjet
        A prescripteur is named and not needed, or the reverse.
    HabilitationManquante
        Who is asked does not prescribe that day.
    DernierPass, PassSuspendu, DemandeEnCours
    FenetreFermee, ProlongationTropCourte, DureeDeProlongation, PlafondDeProlongation, MotifReserve
    """
    structure = demandes.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    dossier = demandes.dossier(line.pass_iae)
    known = pass_of(dossier, line.pass_iae)
    jour = writer.known_on(line)
    asked = MOTIFS[line.motif].valeur.prescripteur
    wanted = Periode(known.date_fin, line.date_fin)
    refus = _refus_de_situation(dossier, known, structure, writer)
    if asked != (line.organisation is not None):
        refus.append(
            ChampSansObjet(
                "Un prescripteur habilité accorde ce motif."
                if asked
                else "La structure décide seule pour ce motif.",
                champ="organisation",
                source=MOTIFS[line.motif].source,
            )
        )
    elif asked:
        refus += _refus_du_destinataire(line, demandes, jour)
    refus += refus_de_prolongation(known.periode, wanted, line.motif, dossier.jours_prolonges(known.id), jour)
    ensure_none(refus + refus_du_motif(line.motif, structure.type_structure, jour))
    request = Prolongation(
        id=uuid7(),
        version=1,
        pass_id=known.id,
        structure_id=structure.id,
        motif=line.motif,
        date_debut=wanted.debut,
        date_fin=wanted.fin,
        etat=PENDING if asked else GRANTED,
        demandee_le=jour,
        organisation=line.organisation,
        decidee_le=None if asked else jour,
    )
    if asked:
        return Change(request.id, (_row(request),))
    return _granted(request, dossier, known, line, writer)


def _refus_du_destinataire(line: ProlongationLine, demandes: Demandes, jour: date) -> list[BusinessError]:
    known = demandes.habilitations.get(line.organisation or "", [])
    de_type = bool(known)
    if line.type_prescripteur is not None:
        de_type = origine_de(line.type_prescripteur, line.organisation) == PRESCRIPTEUR
    return refus_du_prescripteur(known, jour, de_type=de_type)


def _refus_de_situation(
    dossier: Dossier, known: PassIae, structure: Structure, writer: Writer
) -> list[BusinessError]:
    refus: list[BusinessError] = []
    hires = (*dossier.embauches, *dossier.contrats)
    if not any(each.structure_id == structure.id and each.jour >= known.date_debut for each in hires):
        refus.append(
            NonEmployeur(
                "La structure n'a embauché personne sous ce PASS IAE.",
                champ="siret",
                source="Parcours §5.6, déclarant",
            )
        )
    if dossier.dernier_pass() != known:
        refus.append(
            DernierPass(
                "Seul le dernier PASS IAE d'une personne se prolonge.", source="Parcours §5.6, condition"
            )
        )
    if dossier.suspension_en_cours(known.id, writer.today):
        refus.append(PassSuspendu("Le PASS IAE est suspendu.", source="Parcours §5.6, condition"))
    if dossier.demande_en_cours(known.id):
        refus.append(demande_en_cours())
    return refus


def _granted(request: Prolongation, dossier: Dossier, known: PassIae, line: Line, writer: Writer) -> Change:
    moved = replace(
        known, version=known.version + 1, date_fin=rules.repousser(known.date_fin, request.periode)
    )
    suspensions = dossier.suspensions_de(known.id)
    fact = pass_fact(moved, suspensions, PROLONGATION, request.decidee_le or writer.today, line, writer)
    return Change(request.id, (pass_row(moved), _row(request)), (fact,))


def _row(request: Prolongation) -> Row:
    return prolongation, {name: getattr(request, name) for name in Prolongation.__slots__}


async def load_demandes(conn: AsyncConnection, lines: Sequence[ReponseLine], _writer: Writer) -> Demandes:
    """Return the requests that the lines answer."""
    named = [line.prolongation for line in lines]
    personnes = await persons_of(conn, PERSON_OF_PROLONGATION, named)
    dossiers = await lock_dossiers(conn, set(personnes.values()))
    asked = {each.organisation for d in dossiers.values() for each in d.prolongations}
    return Demandes(personnes, dossiers, Located(()), await find_habilitations(conn, asked))


def repondre(line: ReponseLine, demandes: Demandes, writer: Writer) -> Change:
    """Decide the answer to a request, by the organisation that was asked; the rules are read again.

    Raises
    ------
    Introuvable
        No such request, or another organisation was asked.
    DemandeTraitee
    HabilitationManquante
        Who was asked does not prescribe any more.
    ChampSansObjet
        A reason without a refusal, or a refusal without its reason; actions without the reason IAE, or the reverse.
    """
    dossier = demandes.dossier(line.prolongation)
    request = next((each for each in dossier.prolongations if each.id == line.prolongation), None)
    if request is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, Target(organisation=request.organisation))
    if request.etat != PENDING:
        raise DemandeTraitee("Cette demande a déjà sa réponse.", source="Parcours §5.6, demande")
    jour = writer.known_on(line)
    known_to_be = demandes.habilitations.get(request.organisation or "", [])
    refus = refus_du_prescripteur(known_to_be, jour, de_type=True)  # its type was judged when it was asked
    ensure_none(refus + refus_de_la_reponse(line.motif_refus, line.actions, accordee=line.accordee))
    answered = replace(
        request,
        version=request.version + 1,
        etat=GRANTED if line.accordee else DENIED,
        decidee_le=jour,
        motif_refus=line.motif_refus,
        actions=line.actions,
    )
    if not line.accordee:
        return Change(request.id, (_row(answered),))
    known = pass_of(dossier, request.pass_id)
    deja = dossier.jours_prolonges(known.id)
    ensure_none(
        refus_de_prolongation(known.periode, request.periode, request.motif, deja, request.demandee_le)
    )
    return _granted(answered, dossier, known, line, writer)


def demande_en_cours() -> BusinessError:
    """Return the refusal of a second request."""
    return DemandeEnCours("Une demande de prolongation attend sa réponse.", source="Parcours §5.6, demande")


def chevauchante() -> BusinessError:
    """Return the refusal of a prolongation that another request granted first."""
    return DemandeTraitee("Une autre prolongation couvre ces jours.", source="Parcours §5.6, chevauchement")


CONSTRAINTS = {
    "uq_prolongation_pending": demande_en_cours,
    "ex_prolongation_chevauchante": chevauchante,
}
PROLONGATIONS = Nature(
    name="prolongations",
    line=ProlongationLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_prolongations,
    decide=prolonger,
    constraints=CONSTRAINTS,
)
REPONSES = Nature(
    name="reponses_prolongation",
    line=ReponseLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_demandes,
    decide=repondre,
    constraints=CONSTRAINTS,
)

"""Suspending a PASS IAE, and ending a suspension before its last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.pass_iae import (
    REPRISE,
    SUSPENSION,
    pass_fact,
    pass_row,
    suspension_row,
    suspensions_after,
)
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.delivrance import fin_apres, finir_suspension
from services.parcours.domain.dossier import Dossier, PassIae, Suspension
from services.parcours.domain.errors_pass import (
    RepriseHorsSuspension,
    SuspensionChevauchante,
    ensure_none,
)
from services.parcours.domain.regles import Periode
from services.parcours.domain.suspension import refus_de_suspension, refus_du_declarant
from services.parcours.queries.dossier import (
    PERSON_OF_PASS,
    PERSON_OF_SUSPENSION,
    Dossiers,
    lock_dossiers,
    persons_of,
)
from services.parcours.queries.structure import Located, Structure, find_structures
from shared.access.rights import UNKNOWN, Action, ensure
from shared.errors import BusinessError, Introuvable
from shared.types import Identifiant, Jour
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

MotifSuspension = Literal[
    "CONTRACT_SUSPENDED",
    "CONTRACT_BROKEN",
    "FINISHED_CONTRACT",
    "APPROVAL_BETWEEN_CTA_MEMBERS",
    "CONTRAT_PASSERELLE",
]
"""The reasons that are still proposed."""
ONE_DAY = timedelta(1)


class SuspensionDeclaree(Line):
    """A suspension, both days included."""

    date_debut: Jour
    date_fin: Jour
    motif: MotifSuspension


class SuspensionLine(SuspensionDeclaree):
    """A suspension of a PASS IAE."""

    pass_iae: Identifiant


class RepriseDeclaree(Line):
    """The first day worked again; the first day of the suspension cancels it."""

    premier_jour: Jour


class RepriseLine(RepriseDeclaree):
    """The end of a suspension."""

    suspension: Identifiant


@dataclass(frozen=True, slots=True)
class Employeurs:
    """The persons that some lines are about, by what the lines name, and the structures that hired them."""

    personnes: Mapping[UUID, UUID]
    dossiers: Dossiers
    structures: Located

    def dossier(self, named: UUID) -> Dossier:
        """Return the dossier of the person of a PASS IAE or of a suspension.

        Raises
        ------
        Introuvable
        """
        if named not in self.personnes:
            raise Introuvable(UNKNOWN)
        return self.dossiers[self.personnes[named]]

    def last(self, dossier: Dossier, writer: Writer) -> Structure:
        """Return the structure that hired last, which must be the caller's.

        Raises
        ------
        Introuvable
            Nobody hired, or it is outside the caller's perimeter: what others hire does not show.
        """
        hire = dossier.derniere_embauche()
        if hire is None:
            raise Introuvable(UNKNOWN)
        structure = self.structures.get(hire.structure_id)
        ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
        return structure


async def load_employeurs(conn: AsyncConnection, personnes: Mapping[UUID, UUID]) -> Employeurs:
    """Return the dossiers of persons, locked, and the structures that hired them."""
    dossiers = await lock_dossiers(conn, set(personnes.values()))
    hires = {each.structure_id for d in dossiers.values() for each in (*d.embauches, *d.contrats)}
    return Employeurs(personnes, dossiers, await find_structures(conn, hires, ()))


async def load_suspensions(
    conn: AsyncConnection, lines: Sequence[SuspensionLine], _writer: Writer
) -> Employeurs:
    """Return who the lines suspend."""
    return await load_employeurs(
        conn, await persons_of(conn, PERSON_OF_PASS, [line.pass_iae for line in lines])
    )


def suspendre(line: SuspensionLine, employeurs: Employeurs, writer: Writer) -> Change:
    """Decide a suspension by the structure that hired last.

    Raises
    ------
    Introuvable
    PassPasEnCours, PassSuspendu, PeriodeInversee, SuspensionTropLongue, SuspensionChevauchante
    SuspensionFuture, SuspensionHorsPass, SuspensionTropAncienne, MotifReserve
    """
    dossier = employeurs.dossier(line.pass_iae)
    structure = employeurs.last(dossier, writer)
    known = pass_of(dossier, line.pass_iae)
    jour = writer.known_on(line)
    hire = dossier.derniere_embauche()
    wanted = Periode(line.date_debut, line.date_fin)
    others = [each.periode for each in dossier.suspensions_de(known.id)]
    refus = refus_de_suspension(known.periode, wanted, others, hire.jour if hire else None, jour)
    ensure_none(refus + refus_du_declarant(line.motif, structure.type_structure))
    added = Suspension(
        id=uuid7(),
        version=1,
        pass_id=known.id,
        structure_id=structure.id,
        motif=line.motif,
        date_debut=line.date_debut,
        date_fin=line.date_fin,
        annulee=False,
    )
    moved = replace(known, version=known.version + 1, date_fin=rules.repousser(known.date_fin, wanted))
    fact = pass_fact(
        moved, suspensions_after(dossier, known, added), SUSPENSION, line.date_debut, line, writer
    )
    return Change(added.id, (pass_row(moved), suspension_row(added)), (fact,))


def pass_of(dossier: Dossier, pass_id: UUID) -> PassIae:
    """Return a PASS IAE of a dossier.

    Raises
    ------
    Introuvable
        It is cancelled.
    """
    for known in dossier.passes:
        if known.id == pass_id:
            return known
    raise Introuvable(UNKNOWN)


async def load_reprises(conn: AsyncConnection, lines: Sequence[RepriseLine], _writer: Writer) -> Employeurs:
    """Return whose suspensions the lines end."""
    named = [line.suspension for line in lines]
    return await load_employeurs(conn, await persons_of(conn, PERSON_OF_SUSPENSION, named))


def reprendre(line: RepriseLine, employeurs: Employeurs, writer: Writer) -> Change:
    """Decide the end of a suspension, by the structure that hired last: the PASS IAE takes back the days left.

    Raises
    ------
    Introuvable
    RepriseHorsSuspension
        The first day worked is before the suspension, or not before its planned end.
    """
    dossier = employeurs.dossier(line.suspension)
    employeurs.last(dossier, writer)
    current = next((each for each in dossier.suspensions if each.id == line.suspension), None)
    if current is None:
        raise Introuvable(UNKNOWN)
    if not current.date_debut <= line.premier_jour < max(current.date_fin, current.date_debut + ONE_DAY):
        raise RepriseHorsSuspension(
            "Le premier jour travaillé est après le début de la suspension et avant sa fin prévue.",
            champ="premier_jour",
            correction="Le premier jour de la suspension l'annule.",
            source="Parcours §5.5, modification de fin",
        )
    known = pass_of(dossier, current.pass_id)
    ended = finir_suspension(current, line.premier_jour)
    moved = replace(known, version=known.version + 1, date_fin=fin_apres(known.date_fin, current, ended))
    suspensions = suspensions_after(dossier, known, ended)
    fact = pass_fact(moved, suspensions, REPRISE, line.premier_jour, line, writer)
    return Change(current.id, (pass_row(moved), suspension_row(ended)), (fact,))


def chevauchante() -> BusinessError:
    """Return the refusal of a suspension that another request declared first."""
    return SuspensionChevauchante(
        "Une autre suspension couvre un de ces jours.", champ="date_debut", source="Parcours §5.5"
    )


SUSPENSIONS = Nature(
    name="suspensions",
    line=SuspensionLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_suspensions,
    decide=suspendre,
    constraints={"ex_suspension_chevauchante": chevauchante},
)
REPRISES = Nature(
    name="reprises",
    line=RepriseLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_reprises,
    decide=reprendre,
)

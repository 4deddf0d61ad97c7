"""Diagnostics of eligibility, made by a prescripteur habilité or by an employer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import TypeStructure, personne_inconnue
from services.parcours.domain import eligibilite
from services.parcours.domain.candidature import PRESCRIPTEUR, origine_de
from services.parcours.domain.eligibilite import EMPLOYEUR, PRESCRIPTEUR_HABILITE, Diagnostic
from services.parcours.domain.errors import DateFuture
from services.parcours.domain.errors_pass import ChampSansObjet, ensure_none
from services.parcours.domain.habilitation import refus_d_autoprescription, refus_du_prescripteur
from services.parcours.domain.identite import verifier_criteres
from services.parcours.queries.dossier import Dossiers, lock_dossiers
from services.parcours.queries.habilitation import (
    Habilitations,
    Sanctions,
    find_habilitations,
    find_sanctions,
)
from services.parcours.queries.personne import Sealed, find_identities
from services.parcours.queries.structure import Located, Structure, locate_structures
from services.parcours.tables import diagnostic
from services.parcours.vault import Vault
from shared.access.rights import Action, Target, ensure
from shared.contracts.parcours import DiagnosticEtabli
from shared.messaging.journal import NewFact
from shared.types import Jour, Reference, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class DiagnosticLine(Line):
    """A diagnosis: an employer names itself by its SIRET, a prescripteur habilité by its organisation."""

    personne: Reference
    siret: Siret | None = None
    type_structure: TypeStructure | None = None
    type_prescripteur: Texte | None = None
    organisation: Reference | None = None
    date_diagnostic: Jour | None = None
    criteres: Annotated[list[str], Field(max_length=20)]


@dataclass(frozen=True, slots=True)
class Examen:
    """What some diagnostics name."""

    structures: Located
    identities: Mapping[str, Sealed]
    dossiers: Dossiers
    habilitations: Habilitations
    sanctions: Sanctions
    vault: Vault


async def load_examen(conn: AsyncConnection, lines: Sequence[DiagnosticLine], writer: Writer) -> Examen:
    """Return what the lines name; persons are locked, for a new diagnosis ends the former one."""
    structures = await locate_structures(conn, {line.siret for line in lines if line.siret})
    identities = await find_identities(conn, writer, {line.personne for line in lines})
    dossiers = await lock_dossiers(conn, {sealed.personne_id for sealed in identities.values()})
    habilitations = await find_habilitations(conn, {line.organisation for line in lines})
    sanctions = await find_sanctions(conn, structures.ids)
    return Examen(structures, identities, dossiers, habilitations, sanctions, writer.tools)


def etablir_diagnostic(line: DiagnosticLine, examen: Examen, writer: Writer) -> Change:
    """Decide a diagnosis; a prescripteur's ends the former ones that prescripteurs made, that very day.

    Raises
    ------
    PersonneInconnue, StructureInconnue, Introuvable
    ChampSansObjet
        Both an employer and a prescripteur, or neither.
    HabilitationManquante
        The organisation is of a type that makes no diagnosis, or its habilitation does not hold that day.
    AutoprescriptionSuspendue
    DateFuture, CritereInconnu, CriteresIncompatibles, CriteresInsuffisants
    """
    structure = _author(line, examen, writer)
    sealed = examen.identities.get(line.personne)
    if sealed is None:
        raise personne_inconnue()
    jour = line.date_diagnostic or writer.today
    if jour > writer.today:
        raise DateFuture(
            "Le diagnostic n'a pas encore eu lieu.", champ="date_diagnostic", source="Parcours §4.3, validité"
        )
    _ensure_right(line, examen, structure, jour)
    verifier_criteres(line.criteres)
    auteur = EMPLOYEUR if structure else PRESCRIPTEUR_HABILITE
    # A prescripteur's needs no criterion and holds for every SIAE: any type stands for them.
    kind = structure.type_structure if structure else "ACI"
    ensure_none(eligibilite.refus_de_diagnostic(kind, auteur, line.criteres))
    identity = uuid7()
    safe = examen.vault.safe(sealed.personne_id, sealed.dek_enveloppee)
    made = Diagnostic(
        id=identity,
        version=1,
        personne_id=sealed.personne_id,
        auteur=auteur,
        structure_id=structure.id if structure else None,
        organisation=None if structure else line.organisation,
        date_diagnostic=jour,
        expire_le=eligibilite.fin_de_validite(auteur, jour) + timedelta(1),
        criteres=safe.seal(f"diagnostic:{identity}", {"criteres": line.criteres}),
    )
    written = [made]
    if structure is None:
        written += eligibilite.remplaces(examen.dossiers[sealed.personne_id].diagnostics, jour)
    return Change(
        made.id,
        tuple((diagnostic, row_of(each)) for each in written),
        tuple(diagnostic_fact(each, line, writer) for each in written),
    )


def _author(line: DiagnosticLine, examen: Examen, writer: Writer) -> Structure | None:
    """Return the employer who makes the diagnosis, None when a prescripteur habilité does."""
    if (line.siret is None) == (line.type_prescripteur is None):
        raise ChampSansObjet(
            "Donnez le SIRET de l'employeur, ou bien le type et l'organisation du prescripteur.",
            champ="siret",
            correction="Remplissez siret, ou type_prescripteur et organisation.",
            source="Parcours §4.2, auteur du diagnostic",
        )
    if line.siret is not None:
        structure = examen.structures.find(line.siret, line.type_structure)
        ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
        return structure
    ensure(writer.caller, Action.ECRIRE_PARCOURS, Target(organisation=line.organisation))
    return None


def _ensure_right(line: DiagnosticLine, examen: Examen, structure: Structure | None, jour: date) -> None:
    """Return if the author may make a diagnosis on a day: the registry has the last word."""
    if structure is not None:
        ensure_none(refus_d_autoprescription(examen.sanctions.get(structure.id, []), jour))
        return
    known = examen.habilitations.get(line.organisation or "", [])
    de_type = origine_de(line.type_prescripteur or "", line.organisation) == PRESCRIPTEUR
    ensure_none(refus_du_prescripteur(known, jour, de_type=de_type))


def row_of(made: Diagnostic) -> dict[str, object]:
    """Return a diagnosis as a row of its table."""
    return {name: getattr(made, name) for name in Diagnostic.__slots__}


def diagnostic_fact(made: Diagnostic, line: Line, writer: Writer) -> NewFact:
    """Return the fact of a diagnosis."""
    fact = DiagnosticEtabli(
        diagnostic_id=made.id,
        personne_id=made.personne_id,
        auteur=made.auteur,
        structure_id=made.structure_id,
        date_diagnostic=made.date_diagnostic,
        expire_le=made.expire_le,
    )
    return writer.fact(made.id, made.version, fact, line, made.date_diagnostic)


DIAGNOSTICS = Nature(
    name="diagnostics",
    line=DiagnosticLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_examen,
    decide=etablir_diagnostic,
)

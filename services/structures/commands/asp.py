"""Receiving what the files of the ASP say of structures and of their annexes.

The same row again changes nothing; a structure is followed through a change of SIRET or of identifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.convention import CONSTRAINTS, state_of, terminated
from services.structures.commands.convention import recorded as signature
from services.structures.commands.etats import changed, located, recorded
from services.structures.commands.structure import Registre, StructureLine, enregistrer_structure
from services.structures.domain import asp as rules
from services.structures.domain import convention as conventions
from services.structures.domain.errors import (
    PeriodeInversee,
    StructureInconnue,
    asp_deja_connue,
    convention_deja_signee,
    deja_enregistree,
)
from services.structures.domain.structure import ensure_date_effet, ensure_ouverte, ensure_siren, locate
from services.structures.queries.asp import (
    AnnexeKey,
    Connues,
    find_annexes_asp,
    find_numeros,
    lock_connues,
)
from services.structures.queries.convention import lock_en_cours
from services.structures.queries.structure import Stored
from services.structures.tables import annexe_asp
from shared.access.rights import Action, Target, ensure
from shared.contracts.asp import AnnexeAspLue
from shared.contracts.structures import ConventionProlongee, ConventionSignee, SiretChange, StructureCorrigee
from shared.messaging.journal import NewFact
from shared.types import CodeInsee, CodePostal, DivisionNaf, Jour, NumeroAnnexe, Siret, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

AspId = int | None
TypeSiae = Literal["ACI", "AI", "EI", "ETTI", "EITI"]
TOLD = ("asp_id", "siret", "raison_sociale", "forme_juridique", "division_naf", "adresse", "code_postal")
"""Columns that bear the name of their field."""


class FicheAspLine(Line):
    """A structure in a file of the ASP, with the type that its annexes give it."""

    asp_id: AspId = Field(None, ge=1, le=2**62)
    siret: Siret
    siret_signature: Siret | None = None
    type: TypeSiae
    raison_sociale: Texte
    code_insee: CodeInsee
    forme_juridique: Texte | None = None
    division_naf: DivisionNaf | None = None
    adresse: Texte | None = None
    code_postal: CodePostal | None = None


class ConventionAsp(Input):
    """The last convention that the annexes of a structure name, over the period that they cover."""

    numero: Texte
    date_debut: Jour
    date_fin: Jour


class AnnexeAspLine(Line):
    """An annexe in a file of the ASP: what the registry needs of it, no amount."""

    asp_id: AspId = Field(None, ge=1, le=2**62)
    siret: Siret | None = None
    type_structure: TypeSiae
    numero: NumeroAnnexe
    mesure: Literal["ACI_DC", "AI_DC", "EI_DC", "ETTI_DC", "EITI_DC"]
    etat: Literal["VALIDE", "PROVISOIRE", "HISTORISE", "ANNULE", "SAISI", "BROUILLON", "CLOTURE", "REJETE"]
    date_debut: Jour
    date_fin: Jour
    convention: ConventionAsp | None = None


async def load_fiches(conn: AsyncConnection, lines: Sequence[FicheAspLine], _: Writer) -> Connues:
    """Return the structures that the lines may speak of, locked."""
    return await lock_connues(conn, [line.asp_id for line in lines], [line.siret for line in lines])


def recevoir_fiche(line: FicheAspLine, known: Connues, writer: Writer) -> Change:
    """Decide what a structure of the ASP changes: entered, corrected, moved, or nothing.

    Raises
    ------
    SirenDifferent
        The SIRET at the signature, or the one the registry has, is of another SIREN.
    DateEffetIncoherente, StructureFermee, CommuneInconnue, FormeJuridiqueNonAdmise
    Introuvable
        The structure, or where it moves, is outside the caller's perimeter.
    """
    if line.siret_signature:
        ensure_siren(line.siret_signature, line.siret)
    before = known.find(line.asp_id, line.siret, line.type)
    if before is None:
        return enregistrer_structure(_registration(line), Registre(frozenset(), {}), writer)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=before["departement"]))
    lieu = locate(line.code_insee)
    changes = rules.corrections(before, {name: getattr(line, name) for name in TOLD}, located(lieu))
    if not changes:
        return Change(before["id"], ())
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=lieu.departement))
    ensure_ouverte(before["fermee_le"])
    ensure_siren(before["siret"], line.siret)
    effet = writer.known_on(line)
    ensure_date_effet(effet, before["date_effet"], writer.today)
    after = changed(before, effet, **changes)
    if "siret" in changes:
        rows, fact = recorded(after, SiretChange, line, writer, ancien_siret=before["siret"])
    else:
        rows, fact = recorded(after, StructureCorrigee, line, writer)
    return Change(before["id"], rows, (fact,))


def _registration(line: FicheAspLine) -> StructureLine:
    fields = line.model_dump(exclude={"siret_signature"}, exclude_none=True)
    return StructureLine.model_validate(fields)


@dataclass(frozen=True, slots=True)
class Lues:
    """The structures of some lines, locked, the annexes already read, the conventions in force or of these numbers."""

    structures: Connues
    annexes: Mapping[AnnexeKey, RowMapping]
    en_cours: Mapping[UUID, Stored]
    numeros: Mapping[str, UUID]


async def load_annexes_asp(conn: AsyncConnection, lines: Sequence[AnnexeAspLine], _: Writer) -> Lues:
    """Return what the lines speak of."""
    known = await lock_connues(conn, [line.asp_id for line in lines], [line.siret for line in lines])
    found = {_structure_id(line, known) for line in lines}
    ids = [identity for identity in found if identity]
    annexes = await find_annexes_asp(conn, ids, {line.numero for line in lines})
    named = await find_numeros(conn, [line.convention.numero for line in lines if line.convention])
    return Lues(known, annexes, await lock_en_cours(conn, ids), named)


def _structure_id(line: AnnexeAspLine, known: Connues) -> UUID | None:
    found = known.find(line.asp_id, line.siret, line.type_structure)
    return found["id"] if found else None


def recevoir_annexe(line: AnnexeAspLine, known: Lues, writer: Writer) -> Change:
    """Decide what an annexe of the ASP changes: a new one, another state, or nothing.

    Raises
    ------
    StructureInconnue, MesureIncoherente, PeriodeInversee, ExtractionDepassee
    ConventionDejaSignee
        Another structure has a convention of this number.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    owner = known.structures.find(line.asp_id, line.siret, line.type_structure)
    if owner is None:
        raise StructureInconnue(
            "Aucune structure du registre n'a cet identifiant de l'ASP, ou ce SIRET, et ce type.",
            champ="asp_id",
            correction="Importez aussi le fichier des structures.",
        )
    # An act of the State: by telling its own annexes, a structure would make its own convention active.
    ensure(writer.caller, Action.CONVENTIONNER, Target(departement=owner["departement"]))
    rules.ensure_mesure(line.mesure, line.type_structure)
    if line.date_fin < line.date_debut:
        raise PeriodeInversee("L'annexe finit avant de commencer.", champ="date_fin")
    rows, facts = _convention(line, owner, known, writer)
    state: dict[str, Any] = {
        "structure_id": owner["id"],
        "numero": line.numero,
        "mesure": line.mesure,
        "etat": line.etat,
        "date_debut": line.date_debut,
        "date_fin": line.date_fin,
    }
    before = known.annexes.get((owner["id"], line.numero, line.date_debut))
    if before and all(before[name] == value for name, value in state.items()):
        return Change(before["id"], rows, facts)
    lue_le = writer.known_on(line)
    if before:
        rules.ensure_fresh(lue_le, before["lue_le"])
    identity = before["id"] if before else uuid7()
    version = before["version"] + 1 if before else 1
    state["lue_le"] = lue_le
    fact = AnnexeAspLue(annexe_asp_id=identity, **state)
    return Change(
        identity,
        ((annexe_asp, {"id": identity, "version": version, **state}), *rows),
        (writer.fact(identity, version, fact, line, lue_le), *facts),
    )


def _convention(
    line: AnnexeAspLine, owner: Stored, known: Lues, writer: Writer
) -> tuple[tuple[Row, ...], tuple[NewFact, ...]]:
    """Return the convention that the registry did not hold, or the one in force if it now lasts longer.

    The convention of the registry stands for all those that the ASP numbers for a structure (registre §4). A closed
    structure has none any more: its file still names the one that ended, or that a merger took elsewhere.
    """
    told = line.convention
    if told is None or owner["mere_id"] is not None or owner["fermee_le"] is not None:
        return (), ()
    holder, other = known.numeros.get(told.numero), known.en_cours.get(owner["id"])
    if holder not in (None, owner["id"]):
        raise convention_deja_signee()
    if other is not None and told.date_debut <= other["date_fin"]:
        part_of_it = holder is None or other["numero"] == told.numero
        return _lengthened(told, other, line, writer) if part_of_it else ((), ())
    if holder:
        return (), ()
    conventions.ensure_periode(told.date_debut, told.date_fin)
    conventions.ensure_en_experimentation(line.type_structure, told.date_debut)
    written = [terminated(other, line, writer, told.date_debut)] if other is not None else []
    day = min(told.date_debut, writer.today)
    signed = state_of(
        owner, told.date_debut, told.date_fin, numero=told.numero, etat=conventions.SIGNEE, etat_le=day
    )
    written.append(signature(signed, ConventionSignee, line, writer, day))
    rows, facts = zip(*written, strict=True)
    return rows, facts


def _lengthened(
    told: ConventionAsp, other: Stored, line: AnnexeAspLine, writer: Writer
) -> tuple[tuple[Row, ...], tuple[NewFact, ...]]:
    """Return the convention in force as lasting longer, if the file says so."""
    end = conventions.prolongation(other["date_fin"], told.date_fin)
    if end is None:
        return (), ()
    row, fact = signature(other, ConventionProlongee, line, writer, writer.known_on(line), date_fin=end)
    return (row,), (fact,)


FICHES_ASP = Nature(
    name="fiches_asp",
    line=FicheAspLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_fiches,
    decide=recevoir_fiche,
    constraints={
        "uq_structure_siret_type_structure": deja_enregistree,
        "uq_structure_asp": asp_deja_connue,
    },
)
ANNEXES_ASP = Nature(
    name="annexes_asp",
    line=AnnexeAspLine,
    action=Action.CONVENTIONNER,
    load=load_annexes_asp,
    decide=recevoir_annexe,
    constraints=CONSTRAINTS,
)

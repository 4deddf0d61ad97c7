"""Asking for conventions, and recording those that are signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.structure import Located, locate_structures
from services.structures.domain import convention as rules
from services.structures.domain.errors import (
    avis_deja_pris,
    convention_deja_signee,
    convention_en_cours,
    demande_en_cours,
)
from services.structures.domain.structure import ensure_ouverte
from services.structures.queries.convention import lock_en_cours
from services.structures.queries.structure import Stored, share_structures
from services.structures.tables import convention
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.structures import (
    ConventionDemandee,
    ConventionFact,
    ConventionSignee,
    ConventionTerminee,
)
from shared.errors import Introuvable
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour, Siret, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

COLUMNS = tuple(str(column.name) for column in convention.columns if column.computed is None)
PUBLISHED = tuple(name for name in ConventionFact.model_fields if name != "convention_id")


class ConventionLine(Line):
    """A signed convention."""

    numero: Texte
    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] | None = None
    date_debut: Jour
    date_fin: Jour


class Demande(Input):
    """What a structure asks for."""

    structure: Identifiant
    date_debut: Jour
    date_fin: Jour


class DemandeLine(Demande, Line):
    """A request of a structure."""


@dataclass(frozen=True, slots=True)
class Known:
    """The structures that some lines name, and their conventions in force, locked."""

    located: Located
    structures: Mapping[UUID, Stored]
    en_cours: Mapping[UUID, Stored]


def state_of(structure: Stored, debut: date, fin: date, **others: Any) -> dict[str, Any]:
    """Return a new convention of a structure, before its first version."""
    return (
        dict.fromkeys(COLUMNS)
        | {
            "id": uuid7(),
            "version": 0,
            "structure_id": structure["id"],
            "siret_signature": structure["siret"],
            "type_structure": structure["type_structure"],
            "date_debut": debut,
            "date_fin": fin,
        }
        | others
    )


def recorded(
    before: Stored,
    kind: type[ConventionFact],
    line: Line,
    writer: Writer,
    effet: date,
    **changes: Any,
) -> tuple[Row, NewFact]:
    """Return the row and the fact of the next state of a convention, from a day on."""
    after = {name: before[name] for name in COLUMNS} | changes | {"version": before["version"] + 1}
    fact = kind(convention_id=after["id"], **{name: after[name] for name in PUBLISHED})
    return (convention, after), writer.fact(after["id"], after["version"], fact, line, effet)


def terminated(before: Stored, line: Line, writer: Writer, effet: date) -> tuple[Row, NewFact]:
    """Return the end of a convention in force, from a day on: not before its last change, nor in the future."""
    etat, day = rules.apply(before["etat"], "terminer"), max(min(effet, writer.today), before["etat_le"])
    return recorded(before, ConventionTerminee, line, writer, day, etat=etat, etat_le=day)


async def load_conventions(conn: AsyncConnection, lines: Sequence[ConventionLine], _: Writer) -> Known:
    """Return the structures that the lines name, which cannot close meanwhile."""
    located = await locate_structures(conn, [line.siret for line in lines])
    structures = await share_structures(conn, located.ids)
    return Known(located, structures, await lock_en_cours(conn, structures))


def signer_convention(line: ConventionLine, known: Known, writer: Writer) -> Change:
    """Decide a convention signed elsewhere; the one that it follows ends, one that it precedes stays in force.

    Raises
    ------
    StructureInconnue, StructureFermee, PeriodeInversee, TypeNonConventionnable, ConventionPortee,
    ConventionEnCours, ExperimentationTerminee
        See ``domain``.
    Introuvable
        The département of the structure is outside the caller's perimeter.
    """
    structure_id, departement = known.located.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.CONVENTIONNER, Target(departement=departement))
    structure = known.structures[structure_id]
    ensure_ouverte(structure["fermee_le"])
    rules.ensure_conventionnable(structure["type_structure"], antenne=structure["mere_id"] is not None)
    rules.ensure_periode(line.date_debut, line.date_fin)
    rules.ensure_en_experimentation(structure["type_structure"], line.date_debut)
    other = known.en_cours.get(structure_id)
    period = (other["date_debut"], other["date_fin"]) if other else None
    place = rules.succession(period, line.date_debut, line.date_fin)
    passed = [terminated(other, line, writer, line.date_debut)] if other and place == "SUIT" else []
    etat, effet = (rules.TERMINEE, line.date_fin) if place == "PRECEDE" else (rules.SIGNEE, line.date_debut)
    # Signed ahead of its first day, a convention still is what it is from today on.
    day = min(effet, writer.today)
    state = state_of(structure, line.date_debut, line.date_fin, numero=line.numero, etat=etat, etat_le=day)
    passed.append(recorded(state, ConventionSignee, line, writer, min(line.date_debut, writer.today)))
    rows, facts = zip(*passed, strict=True)
    return Change(state["id"], tuple(rows), tuple(facts))


async def load_demandes(conn: AsyncConnection, lines: Sequence[DemandeLine], _: Writer) -> Known:
    """Return the structures that ask, which cannot close meanwhile."""
    structures = await share_structures(conn, [line.structure for line in lines])
    return Known(Located({}), structures, {})


def demander_convention(line: DemandeLine, known: Known, writer: Writer) -> Change:
    """Decide a request.

    Raises
    ------
    Introuvable
        The structure does not exist, or is outside the caller's perimeter.
    StructureFermee, PeriodeInversee, TypeNonConventionnable, ConventionPortee, ExperimentationTerminee
        See ``domain``.
    """
    structure = known.structures.get(line.structure)
    if structure is None:
        raise Introuvable(UNKNOWN)
    target = Target(structure_id=line.structure, departement=structure["departement"])
    ensure(writer.caller, Action.ECRIRE_REGISTRE, target)
    ensure_ouverte(structure["fermee_le"])
    rules.ensure_conventionnable(structure["type_structure"], antenne=structure["mere_id"] is not None)
    rules.ensure_periode(line.date_debut, line.date_fin)
    rules.ensure_en_experimentation(structure["type_structure"], line.date_debut)
    day = writer.known_on(line)
    state = state_of(structure, line.date_debut, line.date_fin, etat=rules.DEMANDEE, etat_le=day)
    row, fact = recorded(state, ConventionDemandee, line, writer, day)
    return Change(state["id"], (row,), (fact,))


CONSTRAINTS = {
    "uq_convention_numero": convention_deja_signee,
    "uq_convention_dossier_id": avis_deja_pris,
    "uq_convention_structure_en_cours": convention_en_cours,
    "uq_convention_structure_demandee": demande_en_cours,
}
CONVENTIONS = Nature(
    name="conventions",
    line=ConventionLine,
    action=Action.CONVENTIONNER,
    load=load_conventions,
    decide=signer_convention,
    constraints=CONSTRAINTS,
)
DEMANDES = Nature(
    name="demandes_convention",
    line=DemandeLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_demandes,
    decide=demander_convention,
    constraints=CONSTRAINTS,
)

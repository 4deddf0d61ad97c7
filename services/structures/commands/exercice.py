"""Declaring the permanents and the turnover of a structure for a year."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.etats import changed, recorded, target_of
from services.structures.domain import structure as rules
from services.structures.domain.errors import ensure_version
from services.structures.queries.structure import Stored, lock_structures
from services.structures.tables import exercice
from shared.access.rights import UNKNOWN, Action, ensure
from shared.contracts.structures import ExerciceDeclare, StructureCorrigee
from shared.errors import Introuvable
from shared.types import Identifiant, Quantite
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

FIND = text("""
    select id, version, structure_id, annee from exercice
    where structure_id = any(cast(:structures as uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Exercice:
    """The figures of one year; euros."""

    structure_id: UUID
    annee: int
    permanents: int | None
    chiffre_affaires: Decimal | None


class Chiffres(Input):
    """Figures of a year."""

    permanents: int | None = Field(None, ge=0, le=2**31 - 1)
    chiffre_affaires_eur: Quantite | None = None


class ExerciceLine(Line):
    """Figures of a structure for a year; ``version_attendue`` is the version they replace, 0 for none."""

    structure: Identifiant
    annee: int = Field(ge=1980, le=2100)
    chiffres: Chiffres
    version_attendue: int


@dataclass(frozen=True, slots=True)
class Connu:
    """The structures of some lines, locked, and the years they declared: identifier and version."""

    structures: Mapping[UUID, Stored]
    annees: Mapping[tuple[UUID, int], tuple[UUID, int]]


def declared(
    year: Exercice, version: int, line: Line, writer: Writer, identity: UUID | None = None
) -> Change:
    """Return the row and the fact of a year's figures."""
    identity = identity or uuid5(year.structure_id, str(year.annee))
    fact = ExerciceDeclare(exercice_id=identity, **asdict(year))
    row = {"id": identity, "version": version, **asdict(year)}
    return Change(
        identity, ((exercice, row),), (writer.fact(identity, version, fact, line, writer.known_on(line)),)
    )


async def load_exercices(conn: AsyncConnection, lines: Sequence[ExerciceLine], _: Writer) -> Connu:
    """Return the structures and their years."""
    ids = [line.structure for line in lines]
    structures = await lock_structures(conn, ids)
    rows = await conn.execute(FIND, {"structures": ids})
    return Connu(structures, {(row.structure_id, row.annee): (row.id, row.version) for row in rows})


def declarer_exercice(line: ExerciceLine, known: Connu, writer: Writer) -> Change:
    """Decide the figures of a year; those of the last year known also become the structure's present figures.

    Raises
    ------
    Introuvable
        The structure does not exist, or is outside the caller's perimeter.
    DeclarationHorsPeriode, VersionPerimee
        The year has not begun; the caller replaces another version than the present one.
    """
    state = known.structures.get(line.structure)
    if state is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, target_of(state, writer))
    rules.ensure_annee(line.annee, writer.today)
    identity, version = known.annees.get((line.structure, line.annee), (None, 0))
    ensure_version(line.version_attendue, version)
    chiffres = line.chiffres
    year = Exercice(line.structure, line.annee, chiffres.permanents, chiffres.chiffre_affaires_eur)
    change = declared(year, version + 1, line, writer, identity)
    if state["fermee_le"] is not None or line.annee < (state["annee"] or line.annee):
        return change
    figures: dict[str, Any] = asdict(year)
    del figures["structure_id"]
    after = changed(state, writer.today, **figures)
    rows, fact = recorded(after, StructureCorrigee, line, writer)
    return Change(change.identity, (*rows, *change.rows), (fact, *change.facts))


EXERCICES = Nature(
    name="exercices",
    line=ExerciceLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_exercices,
    decide=declarer_exercice,
)

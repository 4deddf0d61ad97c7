"""Closing a structure, opening it again, and merging it into another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands import convention as conventions
from services.structures.commands import fiche as fiches
from services.structures.commands.correction import find_structure
from services.structures.commands.etats import changed, recorded
from services.structures.domain import convention as convention_rules
from services.structures.domain import structure as rules
from services.structures.domain.errors import FusionImpossible, asp_deja_connue
from services.structures.queries.convention import lock_of
from services.structures.queries.fiche import lock_open
from services.structures.queries.structure import Stored, find_antennes, lock_families
from shared.access.rights import Action, Target, ensure
from shared.contracts.structures import (
    ConventionRattachee,
    ConventionRefusee,
    FicheDePosteModifiee,
    StructureFermee,
    StructureFusionnee,
    StructureRouverte,
)
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

FUSION = "FUSION"
Written = tuple[Sequence[Row], NewFact]


class Cessation(Input):
    """Why a structure closes, and since when."""

    motif: Literal["CESSATION", "LIQUIDATION", "DECONVENTIONNEMENT", "ERREUR"]
    date_effet: Jour | None = None


class CessationLine(Cessation, Line):
    """A structure to close."""

    structure: Identifiant


class Reouverture(Input):
    """Since when a structure is open again."""

    date_effet: Jour | None = None


class ReouvertureLine(Reouverture, Line):
    """A structure to open again."""

    structure: Identifiant


class Fusion(Input):
    """The structure that absorbs, and since when."""

    absorbante: Identifiant
    date_effet: Jour | None = None


class FusionLine(Fusion, Line):
    """A structure to merge into another."""

    structure: Identifiant


@dataclass(frozen=True, slots=True)
class Known:
    """The structures that some lines name, their families, and all that hangs on the named ones, locked."""

    structures: Mapping[UUID, RowMapping]
    conventions: Sequence[RowMapping]
    fiches: Sequence[RowMapping]
    antennes: Mapping[UUID, int]

    def living(self, structure_id: UUID, etats: Sequence[str]) -> RowMapping | None:
        """Return the convention of a structure that is in one of these states: there is one at most."""
        own = (row for row in self.conventions if row["structure_id"] == structure_id)
        return next((row for row in own if row["etat"] in etats), None)


async def load_cessations(
    conn: AsyncConnection, lines: Sequence[CessationLine | ReouvertureLine | FusionLine], _: Writer
) -> Known:
    """Return what the lines speak of."""
    named = [line.structure for line in lines]
    named += [line.absorbante for line in lines if isinstance(line, FusionLine)]
    return await load_attached(conn, named)


async def load_attached(conn: AsyncConnection, named: Sequence[UUID]) -> Known:
    """Return structures, their families, and what hangs on the structures."""
    structures = await lock_families(conn, named)
    etats = (*convention_rules.EN_DEMANDE, *convention_rules.EN_COURS)
    return Known(
        structures,
        await lock_of(conn, named, etats),
        await lock_open(conn, named),
        await find_antennes(conn, named),
    )


def _find(known: Known, structure_id: UUID, writer: Writer) -> Stored:
    """Return a structure that the caller may close: the State closes structures, these close their antennes."""
    state = find_structure(known.structures, structure_id, writer)
    if state["mere_id"] is None:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=state["departement"]))
    return state


def cesser(line: CessationLine, known: Known, writer: Writer) -> Change:
    """Decide a closing: the convention ends, the request is refused, the fiches close.

    Raises
    ------
    Introuvable
        The structure does not exist, or is outside the caller's perimeter.
    StructureFermee, AntennesOuvertes, DateEffetIncoherente
        See ``domain.structure``.
    """
    before = _find(known, line.structure, writer)
    return fermer(before, known, line, writer, line.date_effet or writer.today, line.motif)


def fermer(before: Stored, known: Known, line: Line, writer: Writer, effet: date, motif: str) -> Change:
    """Return the closing of a structure, with all that hangs on it."""
    rules.ensure_ouverte(before["fermee_le"])
    rules.ensure_sans_antenne(known.antennes.get(before["id"], 0))
    rules.ensure_date_effet(effet, before["date_effet"], writer.today)
    after = changed(before, effet, fermee_le=effet, motif_fermeture=motif)
    written: list[Written] = [recorded(after, StructureFermee, line, writer)]
    written += _ended(before["id"], known, line, writer, effet)
    written += [
        _one(fiches.closed(fiche, line, writer, max(effet, fiche["mise_a_jour_le"]), "STRUCTURE_FERMEE"))
        for fiche in known.fiches
        if fiche["structure_id"] == before["id"]
    ]
    return _change(before["id"], written)


def _ended(structure_id: UUID, known: Known, line: Line, writer: Writer, effet: date) -> list[Written]:
    ended: list[Written] = []
    if en_cours := known.living(structure_id, convention_rules.EN_COURS):
        ended.append(_one(conventions.terminated(en_cours, line, writer, effet)))
    if demande := known.living(structure_id, convention_rules.EN_DEMANDE):
        ended.append(_one(_refused(demande, line, writer, max(effet, demande["etat_le"]))))
    return ended


def _refused(demande: Stored, line: Line, writer: Writer, effet: date) -> tuple[Row, NewFact]:
    etat = convention_rules.apply(demande["etat"], "refuser")
    return conventions.recorded(demande, ConventionRefusee, line, writer, effet, etat=etat, etat_le=effet)


def rouvrir(line: ReouvertureLine, known: Known, writer: Writer) -> Change:
    """Decide a reopening; neither the convention nor the fiches come back.

    Raises
    ------
    Introuvable
        The structure does not exist, or is outside the caller's perimeter.
    ReouvertureImpossible, StructureFermee, DateEffetIncoherente
        It is open, or another one absorbed it; its mother is closed; see ``domain.structure``.
    """
    before = _find(known, line.structure, writer)
    rules.ensure_rouvrable(before["fermee_le"], absorbee=before["absorbante_id"] is not None)
    if before["mere_id"]:
        rules.ensure_ouverte(known.structures[before["mere_id"]]["fermee_le"])
    effet = line.date_effet or writer.today
    rules.ensure_date_effet(effet, before["date_effet"], writer.today)
    after = changed(before, effet, fermee_le=None, motif_fermeture=None)
    rows, fact = recorded(after, StructureRouverte, line, writer)
    return Change(line.structure, rows, (fact,))


def fusionner(line: FusionLine, known: Known, writer: Writer) -> Change:
    """Decide a merger: convention, request and fiches of the absorbed go to the absorbing structure.

    Where it already has its own, the convention of the absorbed ends and its request is refused. Annexes follow
    by ``absorbante_id``: whoever counts them reads it in the fact.

    Raises
    ------
    Introuvable
        One of them does not exist, or is outside the caller's perimeter.
    StructureFermee, FusionImpossible, AntennesOuvertes, DateEffetIncoherente
        See ``domain.structure``.
    """
    absorbed = _find(known, line.structure, writer)
    absorbing = _find(known, line.absorbante, writer)
    rules.ensure_ouverte(absorbed["fermee_le"])
    rules.ensure_ouverte(absorbing["fermee_le"])
    _ensure_mergeable(absorbed, absorbing)
    rules.ensure_sans_antenne(known.antennes.get(absorbed["id"], 0))
    effet = line.date_effet or writer.today
    rules.ensure_date_effet(effet, absorbed["date_effet"], writer.today)
    after = changed(absorbed, effet, fermee_le=effet, motif_fermeture=FUSION, absorbante_id=absorbing["id"])
    written: list[Written] = [recorded(after, StructureFusionnee, line, writer)]
    for etats in (convention_rules.EN_COURS, convention_rules.EN_DEMANDE):
        written += _follow(known, etats, absorbed, absorbing, line, writer, effet)
    written += [
        _one(_moved(fiche, absorbed, absorbing, line, writer, effet))
        for fiche in known.fiches
        if fiche["structure_id"] == absorbed["id"]
    ]
    return _change(absorbed["id"], written)


def _moved(
    fiche: Stored, absorbed: Stored, absorbing: Stored, line: Line, writer: Writer, effet: date
) -> tuple[Row, NewFact]:
    """Return a fiche that goes to another structure; its posts stay where they are."""
    place: dict[str, Any] = {"code_insee": fiche["code_insee"] or absorbed["code_insee"]}
    kind = FicheDePosteModifiee
    return fiches.recorded(fiche, kind, line, writer, effet, structure_id=absorbing["id"], **place)


def _ensure_mergeable(absorbed: Stored, absorbing: Stored) -> None:
    if absorbed["id"] == absorbing["id"] or absorbing["mere_id"] is not None:
        raise _impossible("Une structure est absorbée par une autre, qui n'est pas une antenne.")
    if absorbed["type_structure"] != absorbing["type_structure"]:
        raise _impossible("Seules deux structures de même type fusionnent.")


def _impossible(detail: str) -> FusionImpossible:
    return FusionImpossible(
        detail,
        champ="absorbante",
        correction="Désignez une autre structure.",
        source="Registre §4 et §5.2 : convention et structure ont le même type ; transfert par fusion",
    )


def _follow(
    known: Known,
    etats: Sequence[str],
    absorbed: Stored,
    absorbing: Stored,
    line: Line,
    writer: Writer,
    effet: date,
) -> list[Written]:
    own = known.living(absorbed["id"], etats)
    if own is None:
        return []
    day = max(effet, own["etat_le"])
    if known.living(absorbing["id"], etats) is None:
        moved: dict[str, Any] = {"structure_id": absorbing["id"], "siret_signature": absorbing["siret"]}
        return [_one(conventions.recorded(own, ConventionRattachee, line, writer, day, **moved))]
    if etats is convention_rules.EN_COURS:
        return [_one(conventions.terminated(own, line, writer, day))]
    return [_one(_refused(own, line, writer, day))]


def _one(written: tuple[Row, NewFact]) -> Written:
    row, fact = written
    return (row,), fact


def _change(identity: UUID, written: Sequence[Written]) -> Change:
    return Change(
        identity,
        tuple(row for rows, _ in written for row in rows),
        tuple(fact for _, fact in written),
    )


CESSATIONS = Nature(
    name="cessations",
    line=CessationLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_cessations,
    decide=cesser,
)
REOUVERTURES = Nature(
    name="reouvertures",
    line=ReouvertureLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_cessations,
    decide=rouvrir,
    constraints={"uq_structure_asp": asp_deja_connue},
)
FUSIONS = Nature(
    name="fusions",
    line=FusionLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_cessations,
    decide=fusionner,
)

"""The steps of a convention, from its request to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.convention import CONSTRAINTS, recorded, terminated
from services.structures.domain import convention as rules
from services.structures.domain.errors import DateEffetIncoherente, convention_en_cours
from services.structures.domain.structure import ensure_date_effet, ensure_ouverte
from services.structures.queries.convention import find_examens, lock_en_cours
from services.structures.queries.structure import Stored, lock_held
from services.structures.tables import convention
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.structures import (
    AvisConventionRendu,
    ConventionActivee,
    ConventionFact,
    ConventionInstruite,
    ConventionRefusee,
    ConventionSignee,
    ConventionSuspendue,
    ConventionTerminee,
)
from shared.errors import Introuvable
from shared.messaging.journal import NewFact
from shared.types import Identifiant, Jour, Texte
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

FACTS: Mapping[str, type[ConventionFact]] = MappingProxyType(
    {
        "instruire": ConventionInstruite,
        "rendre_avis": AvisConventionRendu,
        "ajourner": ConventionInstruite,
        "refuser": ConventionRefusee,
        "signer": ConventionSignee,
        "activer": ConventionActivee,
        "reactiver": ConventionActivee,
        "suspendre": ConventionSuspendue,
        "desactiver": ConventionSuspendue,
        "terminer": ConventionTerminee,
    }
)


class Etape(Input):
    """A step: the number and the period come with a signature, the opinion with ``rendre_avis``.

    The opinion is that of a file examined in a closed séance (``dossier``); a takeover tells the opinion of a séance
    held before the platform (``avis``) and its day (``avis_repris_du``).
    """

    transition: Literal[
        "instruire", "rendre_avis", "ajourner", "refuser", "signer", "reactiver", "suspendre", "terminer",
    ]  # fmt: skip
    le: Jour | None = None
    numero: Texte | None = None
    date_debut: Jour | None = None
    date_fin: Jour | None = None
    dossier: Identifiant | None = Field(None, description="Dossier examiné par une séance close.")
    avis: Literal["FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE"] | None = Field(
        None, description="Reprise seulement : avis d'une séance tenue avant la plateforme."
    )
    avis_repris_du: Jour | None = Field(None, description="Reprise seulement : jour de cette séance.")


class EtapeLine(Etape, Line):
    """A step of a convention."""

    convention: Identifiant


@dataclass(frozen=True, slots=True)
class Known:
    """The conventions of some lines and those in force of the same structures, all locked."""

    conventions: Mapping[UUID, Stored]
    structures: Mapping[UUID, Stored]
    en_cours: Mapping[UUID, Stored]
    examens: Mapping[UUID, rules.Examen]


async def load_etapes(conn: AsyncConnection, lines: Sequence[EtapeLine], _: Writer) -> Known:
    """Return the conventions, their structures, which cannot close meanwhile, and their rivals."""
    structures, conventions = await lock_held(conn, convention, [line.convention for line in lines])
    en_cours = await lock_en_cours(conn, structures)
    examens = await find_examens(conn, [line.dossier for line in lines if line.dossier])
    return Known(conventions, structures, en_cours, examens)


def suites(transition: str, le: date) -> dict[str, Any]:
    """Return what a step leaves on the convention besides its state, by the day it takes effect."""
    match transition:
        case "activer":
            return {"suspendue_le": None, "motif_suspension": None}
        case "reactiver":
            return {"suspendue_le": None, "motif_suspension": None, "reactivee_le": le}
        case "suspendre" | "desactiver":
            motif = rules.DECISION if transition == "suspendre" else rules.SANS_ANNEXE
            return {"suspendue_le": le, "motif_suspension": motif}
        case "ajourner":
            return {"avis": rules.AJOURNE}
    return {}


def passed(
    before: Stored, transition: str, line: Line, writer: Writer, effet: date, **changes: Any
) -> tuple[Row, NewFact]:
    """Return the row and the fact of a step, from a day on.

    Raises
    ------
    TransitionConventionInterdite
        The state of the convention does not admit the step.
    """
    etat = rules.apply(before["etat"], transition)
    changes |= suites(transition, effet) | {"etat": etat, "etat_le": effet}
    return recorded(before, FACTS[transition], line, writer, effet, **changes)


def franchir_etape(line: EtapeLine, known: Known, writer: Writer) -> Change:
    """Decide a step; a signature ends the convention that it follows.

    Raises
    ------
    Introuvable
        The convention does not exist, or its département is outside the caller's perimeter.
    TransitionConventionInterdite, PieceManquante, AvisSansSeance, DateEffetIncoherente, StructureFermee,
    PeriodeInversee, ConventionEnCours, ExperimentationTerminee
        See ``domain.convention``.
    """
    before = known.conventions.get(line.convention)
    if before is None:
        raise Introuvable(UNKNOWN)
    structure = known.structures[before["structure_id"]]
    ensure(writer.caller, Action.CONVENTIONNER, Target(departement=structure["departement"]))
    rules.apply(before["etat"], line.transition)
    rules.ensure_pieces(
        line.transition,
        line.numero,
        dossier=line.dossier is not None,
        avis=line.avis is not None,
        repris=line.avis_repris_du is not None,
    )
    effet = line.le or writer.today
    ensure_date_effet(effet, before["etat_le"], writer.today)
    if line.transition == "signer":
        ensure_ouverte(structure["fermee_le"])
        return _sign(line, before, known.en_cours.get(structure["id"]), writer, effet)
    told = _avis(line, structure, known, writer) if line.transition == "rendre_avis" else {}
    row, fact = passed(before, line.transition, line, writer, effet, **told)
    return Change(before["id"], (row,), (fact,))


def _avis(line: EtapeLine, structure: Stored, known: Known, writer: Writer) -> dict[str, Any]:
    """Return the opinion and where it comes from."""
    if line.dossier:
        avis = rules.avis_de(known.examens.get(line.dossier), structure["id"])
        return {"avis": avis, "dossier_id": line.dossier}
    ensure(writer.caller, Action.REPRENDRE, Target(departement=structure["departement"]))
    if line.avis_repris_du and line.avis_repris_du > writer.today:
        raise DateEffetIncoherente("Un avis repris est d'une séance passée.", champ="avis_repris_du")
    return {"avis": line.avis, "avis_repris_du": line.avis_repris_du}


def _sign(
    line: EtapeLine,
    before: Stored,
    other: Stored | None,
    writer: Writer,
    effet: date,
) -> Change:
    debut, fin = line.date_debut or before["date_debut"], line.date_fin or before["date_fin"]
    rules.ensure_periode(debut, fin)
    rules.ensure_en_experimentation(before["type_structure"], debut)
    ended = []
    if other is not None:
        if rules.succession((other["date_debut"], other["date_fin"]), debut, fin) == "PRECEDE":
            raise convention_en_cours()
        ended = [terminated(other, line, writer, effet)]
    signed = passed(before, "signer", line, writer, effet, numero=line.numero, date_debut=debut, date_fin=fin)
    rows, facts = zip(*ended, signed, strict=True)
    return Change(before["id"], tuple(rows), tuple(facts))


ETAPES = Nature(
    name="etapes_convention",
    line=EtapeLine,
    action=Action.CONVENTIONNER,
    load=load_etapes,
    decide=franchir_etape,
    constraints=CONSTRAINTS,
)

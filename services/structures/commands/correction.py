"""Correcting what the registry says of a structure: its identity, its SIRET, what it can take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.convention import recorded as convention_recorded
from services.structures.commands.etats import changed, located, recorded, target_of
from services.structures.domain import structure as rules
from services.structures.domain.convention import ETATS
from services.structures.domain.errors import (
    antenne_incoherente,
    asp_deja_connue,
    deja_enregistree,
    ensure_version,
)
from services.structures.domain.poste import SPONTANEES
from services.structures.queries.convention import lock_of
from services.structures.queries.structure import Stored, lock_families, lock_structures
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.structures import AccueilDeclare, ConventionRattachee, SiretChange, StructureCorrigee
from shared.errors import Introuvable
from shared.types import CodeInsee, CodePostal, CodeRome, DivisionNaf, Identifiant, Jour, Siret, Texte
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

TOLD_BY_THE_STATE = {"type", "source", "asp_id", "visible", "date_conventionnement"}
"""Fields that a structure does not change by itself."""


class Correction(Input):
    """Fields to change; the others stay, null empties one that may be empty."""

    # A factory, not a default: these are never null, and absent means unchanged.
    type: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] = Field(default_factory=lambda: "AUTRE")
    raison_sociale: Texte = Field(default_factory=str)
    code_insee: CodeInsee = Field(default_factory=str)
    forme_juridique: Texte | None = None
    reseau: Texte | None = None
    activite: Texte | None = None
    division_naf: DivisionNaf | None = None
    code_rome: CodeRome | None = None
    adresse: Texte | None = None
    code_postal: CodePostal | None = None
    date_conventionnement: Jour | None = None
    source: Literal["ASP", "STAFF_CREATED"] = Field(default_factory=lambda: "ASP")
    asp_id: int | None = Field(None, ge=1, le=2**62)
    visible: bool = Field(default_factory=bool)
    date_effet: Jour | None = None


class CorrectionLine(Line):
    """A correction of a structure, made on a version of it."""

    structure: Identifiant
    version_attendue: int
    correction: Correction


class Demenagement(Input):
    """Another SIRET of the same SIREN, and its address when it changes."""

    siret: Siret
    date_effet: Jour | None = None
    adresse: Texte | None = None
    code_postal: CodePostal | None = None
    code_insee: CodeInsee | None = None


class DemenagementLine(Demenagement, Line):
    """A change of SIRET."""

    structure: Identifiant


class Accueil(Input):
    """What a structure can take; ``spontanees`` opens spontaneous candidatures for 90 days, or closes them."""

    capacite: int | None = Field(
        None, ge=0, le=100_000, description="Postes d'insertion que tient la structure."
    )
    delai_attente_jours: int | None = Field(None, ge=0, le=3650)
    spontanees: bool


class AccueilLine(Line):
    """What a structure can take, declared on a version of it."""

    structure: Identifiant
    version_attendue: int
    accueil: Accueil


@dataclass(frozen=True, slots=True)
class Known:
    """The structures that some lines change, with their antennes and conventions where the type is at stake; all locked."""

    structures: Mapping[UUID, RowMapping]
    conventions: Sequence[RowMapping] = ()

    def find(self, structure_id: UUID, writer: Writer) -> Stored:
        """Return an open structure of the caller's perimeter.

        Raises
        ------
        Introuvable, StructureFermee
        """
        state = find_structure(self.structures, structure_id, writer)
        rules.ensure_ouverte(state["fermee_le"])
        return state


def find_structure(structures: Mapping[UUID, RowMapping], structure_id: UUID, writer: Writer) -> Stored:
    """Return a structure of the caller's perimeter, open or not.

    Raises
    ------
    Introuvable
        It does not exist, or is outside the perimeter.
    """
    state = structures.get(structure_id)
    if state is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, target_of(state, writer))
    return state


async def load_changes(
    conn: AsyncConnection, lines: Sequence[CorrectionLine | DemenagementLine | AccueilLine], _: Writer
) -> Known:
    """Return the structures that the lines change."""
    ids = [line.structure for line in lines]
    typed = [line.structure for line in lines if isinstance(line, CorrectionLine) and _types(line)]
    structures = await (lock_families if typed else lock_structures)(conn, ids)
    return Known(structures, await lock_of(conn, typed, ETATS) if typed else ())


def _types(line: CorrectionLine) -> bool:
    return "type" in line.correction.model_fields_set


def corriger_structure(line: CorrectionLine, known: Known, writer: Writer) -> Change:
    """Decide a correction; a type that becomes known goes to the antennes and to the conventions too.

    Raises
    ------
    Introuvable
        The structure does not exist, or it, or where it goes, is outside the caller's perimeter.
    VersionPerimee, StructureFermee, DateEffetIncoherente, CommuneInconnue, FormeJuridiqueNonAdmise,
    TypeNonModifiable, SourceIncoherente
        See ``domain.structure``.
    """
    before = known.find(line.structure, writer)
    ensure_version(line.version_attendue, before["version"])
    fields = line.correction.model_fields_set - {"date_effet"}
    if fields & TOLD_BY_THE_STATE:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=before["departement"]))
    changes: dict[str, Any] = {name: getattr(line.correction, name) for name in fields}
    if "code_insee" in changes:
        changes |= _moved(before, changes.pop("code_insee"), writer)
    kind = changes.pop("type", before["type_structure"])
    rules.ensure_type(before["type_structure"], kind)
    after = _effective(before, line.correction.date_effet, writer, type_structure=kind, **changes)
    rules.ensure_forme(kind, after["forme_juridique"], after["date_effet"])
    rules.ensure_source(kind, after["source"], antenne=before["mere_id"] is not None)
    rows, fact = recorded(after, StructureCorrigee, line, writer)
    followed = [
        recorded(
            changed(antenne, max(antenne["date_effet"], after["date_effet"]), type_structure=kind),
            StructureCorrigee,
            line,
            writer,
        )
        for antenne in known.structures.values()
        if antenne["mere_id"] == line.structure and antenne["type_structure"] != kind
    ]
    moved = [
        convention_recorded(
            row,
            ConventionRattachee,
            line,
            writer,
            max(row["etat_le"], after["date_effet"]),
            type_structure=kind,
        )
        for row in known.conventions
        if row["structure_id"] == line.structure and row["type_structure"] != kind
    ]
    written = [
        *rows,
        *(row for rows_of_one, _ in followed for row in rows_of_one),
        *(row for row, _ in moved),
    ]
    facts = [fact, *(told for _, told in followed), *(told for _, told in moved)]
    return Change(line.structure, tuple(written), tuple(facts))


def _moved(before: Stored, code_insee: str, writer: Writer) -> dict[str, Any]:
    lieu = rules.locate(code_insee)
    ensure(
        writer.caller,
        Action.ECRIRE_REGISTRE,
        target_of({**before, "departement": lieu.departement}, writer),
    )
    return located(lieu)


def _effective(before: Stored, date_effet: Any, writer: Writer, **changes: Any) -> dict[str, Any]:
    effet = date_effet or writer.today
    rules.ensure_date_effet(effet, before["date_effet"], writer.today)
    return changed(before, effet, **changes)


def changer_siret(line: DemenagementLine, known: Known, writer: Writer) -> Change:
    """Decide a change of SIRET.

    Raises
    ------
    Introuvable
        The structure does not exist, or it, or where it goes, is outside the caller's perimeter.
    StructureFermee, SirenDifferent, DateEffetIncoherente, CommuneInconnue
        See ``domain.structure``.
    """
    before = known.find(line.structure, writer)
    rules.ensure_siren(before["siret"], line.siret)
    changes: dict[str, Any] = {"siret": line.siret}
    changes |= {name: getattr(line, name) for name in ("adresse", "code_postal") if getattr(line, name)}
    if line.code_insee:
        changes |= _moved(before, line.code_insee, writer)
    after = _effective(before, line.date_effet, writer, **changes)
    rows, fact = recorded(after, SiretChange, line, writer, ancien_siret=before["siret"])
    return Change(line.structure, rows, (fact,))


def declarer_accueil(line: AccueilLine, known: Known, writer: Writer) -> Change:
    """Decide what a structure says it can take.

    Raises
    ------
    Introuvable, StructureFermee, VersionPerimee
    """
    before = known.find(line.structure, writer)
    ensure_version(line.version_attendue, before["version"])
    accueil = line.accueil
    after = changed(
        before,
        writer.today,
        capacite=accueil.capacite,
        delai_attente_jours=accueil.delai_attente_jours,
        accueil_declare_le=writer.today,
        spontanees_jusqu_au=writer.today + SPONTANEES if accueil.spontanees else None,
    )
    rows, fact = recorded(after, AccueilDeclare, line, writer)
    return Change(line.structure, rows, (fact,))


CONSTRAINTS = {
    "uq_structure_siret_type_structure": deja_enregistree,
    "fk_structure_mere": antenne_incoherente,
    "uq_structure_asp": asp_deja_connue,
}
CORRECTIONS = Nature(
    name="corrections",
    line=CorrectionLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_changes,
    decide=corriger_structure,
    constraints=CONSTRAINTS,
)
DEMENAGEMENTS = Nature(
    name="demenagements",
    line=DemenagementLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_changes,
    decide=changer_siret,
    constraints=CONSTRAINTS,
)
ACCUEILS = Nature(
    name="accueils",
    line=AccueilLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_changes,
    decide=declarer_accueil,
)

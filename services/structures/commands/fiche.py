"""Publishing, changing and closing fiches de poste."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.etats import target_of
from services.structures.commands.structure import Located, locate_structures
from services.structures.domain import poste as rules
from services.structures.domain.errors import FicheFermee, ensure_version
from services.structures.domain.structure import ensure_ouverte, locate
from services.structures.queries.structure import Stored, lock_held, share_structures
from services.structures.tables import fiche_de_poste
from shared.access.rights import UNKNOWN, Action, ensure
from shared.contracts.structures import (
    FicheDePosteFact,
    FicheDePosteFermee,
    FicheDePosteModifiee,
    FicheDePostePubliee,
)
from shared.errors import Introuvable
from shared.messaging.journal import NewFact
from shared.types import CodeInsee, CodeRome, Identifiant, Quantite, Siret, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

COLUMNS = tuple(str(column.name) for column in fiche_de_poste.columns)
PUBLISHED = tuple(name for name in FicheDePosteFact.model_fields if name != "fiche_id")
Profil = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]


class Fiche(Input):
    """What a fiche says; without ``code_insee`` the place is the structure's."""

    code_rome: CodeRome
    appellation: Texte
    type_contrat: Literal[
        "CDDI", "CDDI_PHC", "CDDI_CVG", "CDD_USAGE", "MISSION", "PROFESSIONNALISATION", "CDI_INCLUSION",
        "APPRENTISSAGE", "ACCOMPAGNEMENT_CREATION", "AUTRE",
    ]  # fmt: skip
    postes_ouverts: int = Field(1, ge=1, le=1000)
    heures_hebdo: Quantite | None = Field(None, gt=0, le=Decimal(rules.HEURES_MAX))
    code_insee: CodeInsee | None = None
    cv_exige: bool = False
    clause_qpv: bool = False
    contexte_marche: bool = False
    profil: Profil | None = None


class FicheLine(Fiche, Line):
    """A fiche to publish."""

    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", "GEIQ", "OPCS"] | None = None
    source: Literal["SAISIE", "EMBAUCHE", "OFFRE_FT"] = "SAISIE"


class FicheRemplacee(Fiche, Line):
    """A fiche that replaces what another said; the same content again says that it still holds."""

    fiche: Identifiant
    version_attendue: int


class Fermeture(Input):
    """Why a fiche closes."""

    motif: Literal["POURVUE", "RETIREE"] = "POURVUE"


class FermetureFiche(Fermeture, Line):
    """A fiche to close."""

    fiche: Identifiant


@dataclass(frozen=True, slots=True)
class Known:
    """The structures that some lines name or whose fiches they change, and these fiches, locked."""

    located: Located
    structures: Mapping[UUID, RowMapping]
    fiches: Mapping[UUID, RowMapping]


def recorded(
    before: Stored, kind: type[FicheDePosteFact], line: Line, writer: Writer, effet: date, **changes: Any
) -> tuple[Row, NewFact]:
    """Return the row and the fact of the next state of a fiche."""
    after = {name: before[name] for name in COLUMNS} | changes | {"version": before["version"] + 1}
    fact = kind(fiche_id=after["id"], **{name: after[name] for name in PUBLISHED})
    return (fiche_de_poste, after), writer.fact(after["id"], after["version"], fact, line, effet)


def closed(before: Stored, line: Line, writer: Writer, effet: date, motif: str) -> tuple[Row, NewFact]:
    """Return the closing of a fiche."""
    return recorded(before, FicheDePosteFermee, line, writer, effet, fermee_le=effet, motif_fermeture=motif)


async def load_publications(conn: AsyncConnection, lines: Sequence[FicheLine], _: Writer) -> Known:
    """Return the structures that publish, which cannot close meanwhile."""
    located = await locate_structures(conn, [line.siret for line in lines])
    return Known(located, await share_structures(conn, located.ids), {})


def publier_fiche(line: FicheLine, known: Known, writer: Writer) -> Change:
    """Decide a new fiche.

    Raises
    ------
    StructureInconnue, StructureFermee, ContratNonAdmis, CommuneInconnue
        See ``domain``.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    structure_id, _ = known.located.find(line.siret, line.type_structure)
    structure = known.structures[structure_id]
    ensure(writer.caller, Action.ECRIRE_REGISTRE, target_of(structure, writer))
    ensure_ouverte(structure["fermee_le"])
    day = writer.known_on(line)
    state = {
        "id": uuid7(),
        "version": 0,
        "structure_id": structure_id,
        "source": line.source,
        "creee_le": day,
    }
    state |= dict.fromkeys(name for name in COLUMNS if name not in state)
    row, fact = recorded(
        state, FicheDePostePubliee, line, writer, day, mise_a_jour_le=day, **_content(line, structure)
    )
    return Change(row[1]["id"], (row,), (fact,))


def _content(line: Fiche, structure: Stored) -> dict[str, Any]:
    rules.ensure_contrat(structure["type_structure"], line.type_contrat)
    content = {name: getattr(line, name) for name in Fiche.model_fields}
    if line.code_insee:
        content["code_insee"] = locate(line.code_insee).code_insee
    return content


async def load_fiches(
    conn: AsyncConnection, lines: Sequence[FicheRemplacee | FermetureFiche], _: Writer
) -> Known:
    """Return the fiches that the lines name, locked, and their structures."""
    structures, fiches = await lock_held(conn, fiche_de_poste, [line.fiche for line in lines])
    return Known(Located({}), structures, fiches)


def remplacer_fiche(line: FicheRemplacee, known: Known, writer: Writer) -> Change:
    """Decide the new content of a fiche.

    Raises
    ------
    Introuvable
        The fiche does not exist, or its structure is outside the caller's perimeter.
    VersionPerimee, FicheFermee, ContratNonAdmis, CommuneInconnue
    """
    before, structure = _known(line.fiche, known, writer)
    ensure_version(line.version_attendue, before["version"])
    _ensure_open(before)
    day = writer.known_on(line)
    content = _content(line, structure)
    row, fact = recorded(before, FicheDePosteModifiee, line, writer, day, mise_a_jour_le=day, **content)
    return Change(line.fiche, (row,), (fact,))


def fermer_fiche(line: FermetureFiche, known: Known, writer: Writer) -> Change:
    """Decide the closing of a fiche.

    Raises
    ------
    Introuvable
        The fiche does not exist, or its structure is outside the caller's perimeter.
    FicheFermee
        It is closed already.
    """
    before, _ = _known(line.fiche, known, writer)
    _ensure_open(before)
    row, fact = closed(before, line, writer, writer.known_on(line), line.motif)
    return Change(line.fiche, (row,), (fact,))


def _known(fiche_id: UUID, known: Known, writer: Writer) -> tuple[Stored, Stored]:
    before = known.fiches.get(fiche_id)
    if before is None:
        raise Introuvable(UNKNOWN)
    structure = known.structures[before["structure_id"]]
    ensure(writer.caller, Action.ECRIRE_REGISTRE, target_of(structure, writer))
    return before, structure


def _ensure_open(before: Stored) -> None:
    if before["fermee_le"] is not None:
        raise FicheFermee(
            "Cette fiche de poste est fermée.",
            correction="Publiez une nouvelle fiche.",
            source="Registre §6 : fiches de poste",
        )


FICHES = Nature(
    name="fiches_de_poste",
    line=FicheLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_publications,
    decide=publier_fiche,
)
FICHES_REMPLACEES = Nature(
    name="fiches_remplacees",
    line=FicheRemplacee,
    action=Action.ECRIRE_REGISTRE,
    load=load_fiches,
    decide=remplacer_fiche,
)
FERMETURES_FICHES = Nature(
    name="fermetures_fiches",
    line=FermetureFiche,
    action=Action.ECRIRE_REGISTRE,
    load=load_fiches,
    decide=fermer_fiche,
)

"""Registering organisations that send people, correcting them, deciding their habilitation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain import prescripteur as rules
from services.structures.domain.errors import ensure_version, prescripteur_deja_enregistre
from services.structures.domain.structure import ensure_date_effet
from services.structures.queries.prescripteur import lock_prescripteurs
from services.structures.queries.structure import Stored
from services.structures.tables import prescripteur
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.structures import (
    HabilitationDecidee,
    PrescripteurCorrige,
    PrescripteurEnregistre,
    PrescripteurFact,
)
from shared.errors import Introuvable
from shared.types import CodeDepartement, Identifiant, Jour, Reference, Siret, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

COLUMNS = tuple(str(column.name) for column in prescripteur.columns)


def _type(code: str) -> str:
    if rules.type_connu(code) is None:
        raise PydanticCustomError("enum", "unknown type of organisation")
    return code


TypeOrganisation = Annotated[
    str, AfterValidator(_type), Field(json_schema_extra={"enum": list(rules.types_ouverts())})
]
CodeSafir = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]


class Organisation(Input):
    """What identifies an organisation."""

    type: TypeOrganisation
    nom: Texte
    siret: Siret | None = None
    code_safir: CodeSafir | None = None
    conventionne_brsa: bool = Field(
        default=False, description="Conventionnée par le département pour les allocataires du RSA."
    )


class PrescripteurLine(Organisation, Line):
    """An organisation to register; ``code`` is what names it in perimeters and orientations."""

    code: Reference
    departement: CodeDepartement


class PrescripteurRemplace(Organisation, Line):
    """An organisation whose identity replaces what was known."""

    prescripteur: Identifiant
    version_attendue: int


class Decision(Input):
    """A decision on the habilitation of an organisation."""

    statut: Literal["NOT_SET", "VALIDATED", "REFUSED", "NOT_REQUIRED"]
    le: Jour | None = None


class DecisionLine(Decision, Line):
    """A decision on the habilitation of a known organisation."""

    prescripteur: Identifiant


@dataclass(frozen=True, slots=True)
class Known:
    """The organisations that some lines change, locked."""

    prescripteurs: Mapping[UUID, RowMapping]


async def load_none(_: AsyncConnection, __: Sequence[PrescripteurLine], ___: Writer) -> None:
    """Read nothing: the constraints tell who is known already."""


async def load_prescripteurs(
    conn: AsyncConnection, lines: Sequence[PrescripteurRemplace | DecisionLine], _: Writer
) -> Known:
    """Return the organisations of the lines."""
    return Known(await lock_prescripteurs(conn, [line.prescripteur for line in lines]))


def published(state: Mapping[str, Any], kind: type[PrescripteurFact]) -> PrescripteurFact:
    """Return a fact of an organisation, without what would tell a sensitive type."""
    categorie = rules.categorie(state["type"])
    return kind(
        prescripteur_id=state["id"],
        code=rules.code_public(state["id"], state["code"], state["type"]),
        categorie=categorie,
        nom=state["nom"] if categorie == state["type"] else None,
        departement=state["departement"],
        statut=state["statut"],
        habilite_le=state["habilite_le"],
        habilite_jusqu_au=state["habilite_jusqu_au"],
    )


def _change(
    before: Stored, kind: type[PrescripteurFact], line: Line, writer: Writer, **changes: Any
) -> Change:
    after = {name: before[name] for name in COLUMNS} | changes | {"version": before["version"] + 1}
    fact = writer.fact(after["id"], after["version"], published(after, kind), line, writer.known_on(line))
    return Change(after["id"], ((prescripteur, after),), (fact,))


def _identity(line: Organisation) -> dict[str, Any]:
    rules.ensure_coherent(line.type, line.siret, line.code_safir)
    return {name: getattr(line, name) for name in Organisation.model_fields}


def enregistrer_prescripteur(line: PrescripteurLine, _: None, writer: Writer) -> Change:
    """Decide the registration of an organisation.

    Raises
    ------
    PrescripteurIncoherent
        Its identifiers do not fit its type.
    Introuvable
        The département is outside the caller's perimeter.
    """
    ensure(writer.caller, Action.HABILITER, Target(departement=line.departement))
    state = dict.fromkeys(COLUMNS) | {
        "id": uuid7(),
        "version": 0,
        "code": line.code,
        "departement": line.departement,
        "statut": rules.statut_initial(line.type),
    }
    return _change(state, PrescripteurEnregistre, line, writer, **_identity(line))


def _find(prescripteur_id: UUID, known: Known, writer: Writer) -> Stored:
    before = known.prescripteurs.get(prescripteur_id)
    if before is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.HABILITER, Target(departement=before["departement"]))
    return before


def remplacer_prescripteur(line: PrescripteurRemplace, known: Known, writer: Writer) -> Change:
    """Decide the identity of an organisation; another type, or a lost mandate, is examined anew.

    Raises
    ------
    Introuvable
        It does not exist, or is outside the caller's perimeter.
    VersionPerimee, PrescripteurIncoherent
    """
    before = _find(line.prescripteur, known, writer)
    ensure_version(line.version_attendue, before["version"])
    identity = _identity(line)
    anew: dict[str, Any] = {}
    if line.type != before["type"] or (before["conventionne_brsa"] and not line.conventionne_brsa):
        anew = {"statut": rules.statut_initial(line.type), "habilite_le": None, "habilite_jusqu_au": None}
    return _change(before, PrescripteurCorrige, line, writer, **identity, **anew)


def decider_habilitation(line: DecisionLine, known: Known, writer: Writer) -> Change:
    """Decide a habilitation; one by the prefect lasts five years and is renewed by another decision.

    Raises
    ------
    Introuvable
        The organisation does not exist, or is outside the caller's perimeter.
    HabilitationInterdite, DateEffetIncoherente
        See ``domain.prescripteur``; the day is in the future or before the last decision.
    """
    before = _find(line.prescripteur, known, writer)
    le = line.le or writer.today
    ensure_date_effet(le, before["habilite_le"] or le, writer.today)
    decided = rules.habiliter(before["type"], line.statut, le, conventionne_brsa=before["conventionne_brsa"])
    return _change(
        before,
        HabilitationDecidee,
        line,
        writer,
        statut=decided.statut,
        habilite_le=decided.debut,
        habilite_jusqu_au=decided.fin,
    )


CONSTRAINTS = {
    "uq_prescripteur_code": prescripteur_deja_enregistre,
    "uq_prescripteur_code_safir": prescripteur_deja_enregistre,
    "uq_prescripteur_siret_type": prescripteur_deja_enregistre,
}
PRESCRIPTEURS = Nature(
    name="prescripteurs",
    line=PrescripteurLine,
    action=Action.HABILITER,
    load=load_none,
    decide=enregistrer_prescripteur,
    constraints=CONSTRAINTS,
)
PRESCRIPTEURS_REMPLACES = Nature(
    name="prescripteurs_remplaces",
    line=PrescripteurRemplace,
    action=Action.HABILITER,
    load=load_prescripteurs,
    decide=remplacer_prescripteur,
    constraints=CONSTRAINTS,
)
HABILITATIONS = Nature(
    name="habilitations",
    line=DecisionLine,
    action=Action.HABILITER,
    load=load_prescripteurs,
    decide=decider_habilitation,
)

"""Obstacles, actions, immersions and training of a person, noted by a structure that employs or received them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.contrat import TypeStructure, personne_inconnue
from services.parcours.domain.accompagnement import ACTION, FORMATION, FREIN, PMSMP, SOURCE, refus_de_dates
from services.parcours.domain.errors_pass import ChampSansObjet, ensure_none
from services.parcours.queries.accompagnement import Etape, lock_etapes
from services.parcours.queries.personne import Sealed, find_identities
from services.parcours.queries.structure import Located, find_structures, locate_structures
from services.parcours.tables import etape
from services.parcours.vault import Vault
from shared.access.rights import UNKNOWN, Action, ensure
from shared.contracts.parcours import EtapeEnregistree
from shared.errors import Introuvable
from shared.types import Identifiant, Jour, Quantite, Reference, Siret, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

Intensite = Literal["FAIBLE", "MOYEN", "FORT", "NON_RENSEIGNE"]
Frein = Literal[
    "LANGUE", "DEMARCHES", "LOGEMENT", "MOBILITE", "SANTE", "JUSTICE", "SURENDETTEMENT", "DISPONIBILITE"
]
Heures = Annotated[Quantite, Field(le=10_000)]


class Contenu(Input):
    """What a step is made of; each nature has its own fields, and no other."""

    frein: Frein | None = None
    intensite_entree: Intensite | None = None
    intensite: Intensite | None = None
    mode: Literal["INTERNE", "EXTERNE", "MIXTE"] | None = None
    objet: Texte | None = None
    financeur: Texte | None = None
    heures: Heures | None = None
    siret_accueil: Siret | None = None


REQUIRED = {
    FREIN: frozenset({"frein", "intensite_entree"}),
    ACTION: frozenset({"objet", "mode"}),
    PMSMP: frozenset({"objet", "siret_accueil"}),
    FORMATION: frozenset({"objet", "heures", "financeur"}),
}
ALLOWED = {
    FREIN: REQUIRED[FREIN] | {"intensite"},
    ACTION: REQUIRED[ACTION] | {"frein", "heures"},
    PMSMP: REQUIRED[PMSMP] | {"heures"},
    FORMATION: REQUIRED[FORMATION] | {"mode"},
}
"""Fields that each nature needs, and those it admits."""


class EtapeLine(Contenu, Line):
    """A step of the support of a person, by the structure of a SIRET."""

    personne: Reference
    siret: Siret
    type_structure: TypeStructure | None = None
    nature: Literal["FREIN", "ACTION", "PMSMP", "FORMATION"]
    date_debut: Jour
    date_fin: Jour | None = None


class Releve(Line):
    """What a step has become: the intensity of the obstacle now, the hours done, the last day."""

    intensite: Intensite | None = None
    heures: Heures | None = None
    date_fin: Jour | None = None


class ReleveLine(Releve):
    """What a step has become."""

    etape: Identifiant


@dataclass(frozen=True, slots=True)
class Suivies:
    """The persons, the structures and the steps that some lines name."""

    structures: Located
    identities: Mapping[str, Sealed]
    etapes: Mapping[UUID, Etape]
    vault: Vault


async def load_suivies(conn: AsyncConnection, lines: Sequence[EtapeLine], writer: Writer) -> Suivies:
    """Return what the lines name."""
    structures = await locate_structures(conn, {line.siret for line in lines})
    identities = await find_identities(conn, writer, {line.personne for line in lines})
    return Suivies(structures, identities, {}, writer.tools)


def noter_etape(line: EtapeLine, suivies: Suivies, writer: Writer) -> Change:
    """Decide a new step.

    Raises
    ------
    StructureInconnue, Introuvable, PersonneInconnue
    ChampSansObjet
        Fields are missing for this nature, or belong to another.
    PeriodeInversee, ImmersionTropLongue
    """
    structure = suivies.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, structure.target)
    sealed = suivies.identities.get(line.personne)
    if sealed is None:
        raise personne_inconnue()
    content = {name: value for name in Contenu.model_fields if (value := getattr(line, name)) is not None}
    _ensure_fields(line.nature, content.keys())
    ensure_none(refus_de_dates(line.nature, line.date_debut, line.date_fin))
    if line.nature == FREIN:
        content.setdefault("intensite", line.intensite_entree)
    known = Etape(
        uuid7(), 1, sealed.personne_id, structure.id, line.nature, line.date_debut, line.date_fin, b"", b""
    )
    return _change(known, content, suivies.vault, sealed.dek_enveloppee, line, writer)


def _ensure_fields(nature: str, given: Any) -> None:
    wrong = sorted((REQUIRED[nature] - given) | (given - ALLOWED[nature]))
    ensure_none(
        [
            ChampSansObjet(
                f"Ce champ manque à une étape {nature}, ou n'en est pas un.", champ=champ, source=SOURCE
            )
            for champ in wrong
        ]
    )


def _change(
    known: Etape, content: dict[str, Any], vault: Vault, wrapped: bytes, line: Line, writer: Writer
) -> Change:
    safe = vault.safe(known.personne_id, wrapped)
    row = {
        "id": known.id,
        "version": known.version,
        "personne_id": known.personne_id,
        "structure_id": known.structure_id,
        "nature": known.nature,
        "date_debut": known.date_debut,
        "date_fin": known.date_fin,
        "contenu": safe.seal(place(known.id), {name: _plain(value) for name, value in content.items()}),
    }
    fact = EtapeEnregistree(
        etape_id=known.id,
        personne_id=known.personne_id,
        structure_id=known.structure_id,
        nature=known.nature,
        date_debut=known.date_debut,
        date_fin=known.date_fin,
    )
    told = writer.fact(known.id, known.version, fact, line, known.date_debut)
    return Change(known.id, ((etape, row),), (told,))


def place(etape_id: UUID) -> str:
    """Return where the content of a step is sealed: moved to another step, it does not open."""
    return f"etape:{etape_id}"


def _plain(value: object) -> object:
    return value if isinstance(value, str | date) else str(value)


async def load_releves(conn: AsyncConnection, lines: Sequence[ReleveLine], writer: Writer) -> Suivies:
    """Return the steps that the lines change, locked."""
    etapes = await lock_etapes(conn, [line.etape for line in lines])
    structures = await find_structures(conn, {known.structure_id for known in etapes.values()}, ())
    return Suivies(structures, {}, etapes, writer.tools)


def relever_etape(line: ReleveLine, suivies: Suivies, writer: Writer) -> Change:
    """Decide what a step has become.

    Raises
    ------
    Introuvable
        No such step, or of a structure outside the caller's perimeter, or of somebody erased.
    ChampSansObjet, PeriodeInversee, ImmersionTropLongue
    """
    known = suivies.etapes.get(line.etape)
    if known is None:
        raise Introuvable(UNKNOWN)
    ensure(writer.caller, Action.ECRIRE_PARCOURS, suivies.structures.get(known.structure_id).target)
    content = suivies.vault.safe(known.personne_id, known.dek_enveloppee).open(place(known.id), known.contenu)
    content |= {name: value for name in ("intensite", "heures") if (value := getattr(line, name)) is not None}
    _ensure_fields(known.nature, content.keys())
    fin = line.date_fin or known.date_fin
    ensure_none(refus_de_dates(known.nature, known.date_debut, fin))
    changed = known._replace(version=known.version + 1, date_fin=fin)
    return _change(changed, content, suivies.vault, known.dek_enveloppee, line, writer)


ETAPES = Nature(
    name="etapes", line=EtapeLine, action=Action.ECRIRE_PARCOURS, load=load_suivies, decide=noter_etape
)
RELEVES = Nature(
    name="releves", line=ReleveLine, action=Action.ECRIRE_PARCOURS, load=load_releves, decide=relever_etape
)

"""Registering structures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.etats import COLUMNS, changed, located, recorded
from services.structures.commands.exercice import Exercice, declared
from services.structures.domain import structure as rules
from services.structures.domain.errors import (
    StructureInconnue,
    antenne_incoherente,
    asp_deja_connue,
    deja_enregistree,
)
from services.structures.domain.structure import locate
from services.structures.queries.structure import Stored, share_structures
from shared.access.rights import Action, Target, ensure
from shared.contracts.structures import StructureEnregistree
from shared.types import (
    CodeInsee,
    CodePostal,
    CodeRome,
    DivisionNaf,
    Identifiant,
    Jour,
    Quantite,
    Siret,
    Texte,
)
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

MAX_INT = 2**31 - 1
SAME = (
    "raison_sociale", "forme_juridique", "reseau", "activite", "division_naf", "code_rome", "adresse",
    "code_postal", "date_conventionnement", "annee", "permanents",
)  # fmt: skip
"""Columns that bear the name of their field."""

Pair = tuple[str, str]

FIND = text("""
    select id, siret, type_structure, departement from structure
    where siret = any(cast(:sirets as text[]))
""")


TypeStructure = Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE", "GEIQ", "OPCS"]


class StructureLine(Line):
    """A structure to enter in the registry; ``mere`` makes it an antenne."""

    siret: Siret
    type: TypeStructure
    raison_sociale: Texte
    code_insee: CodeInsee
    forme_juridique: Texte | None = None
    reseau: Texte | None = None
    activite: Texte | None = None
    division_naf: DivisionNaf | None = None
    code_rome: CodeRome | None = None
    adresse: Texte | None = None
    code_postal: CodePostal | None = None
    date_conventionnement: Jour | None = None
    annee: int | None = Field(None, ge=1980, le=2100, description="Année des deux chiffres suivants.")
    permanents: int | None = Field(None, ge=0, le=MAX_INT)
    chiffre_affaires_eur: Quantite | None = None
    source: Literal["ASP", "USER_CREATED", "STAFF_CREATED", "GEIQ"] | None = None
    asp_id: int | None = Field(None, ge=1, le=2**62, description="Identifiant dans les fichiers de l'ASP.")
    mere: Identifiant | None = Field(None, description="Structure mère, si c'est une antenne.")


@dataclass(frozen=True, slots=True)
class Registre:
    """What registering takes: the pairs (SIRET, type) already taken, the mothers of antennes."""

    taken: frozenset[Pair]
    meres: Mapping[UUID, Stored]


async def load_structures(conn: AsyncConnection, lines: Sequence[StructureLine], _: Writer) -> Registre:
    """Return what is known of the lines; mothers cannot close meanwhile."""
    rows = await conn.execute(FIND, {"sirets": [line.siret for line in lines]})
    taken = frozenset((row.siret, row.type_structure) for row in rows)
    named = sorted({line.mere for line in lines if line.mere})
    return Registre(taken, await share_structures(conn, named) if named else {})


def enregistrer_structure(line: StructureLine, known: Registre, writer: Writer) -> Change:
    """Decide the registration of a structure.

    Raises
    ------
    StructureDejaEnregistree
        The pair (SIRET, type) is taken.
    CommuneInconnue, SourceIncoherente, FormeJuridiqueNonAdmise
        See ``domain.structure``.
    AntenneIncoherente, StructureFermee
        The mother is not one, differs by its SIREN or type, or is closed.
    Introuvable
        The département, or the mother, is outside the caller's perimeter.
    """
    lieu = locate(line.code_insee)
    ensure(
        writer.caller,
        Action.ECRIRE_REGISTRE,
        Target(structure_id=line.mere, departement=lieu.departement),
    )
    source = line.source or rules.source_usuelle(line.type, antenne=line.mere is not None)
    rules.ensure_source(line.type, source, antenne=line.mere is not None)
    if line.mere:
        ensure_mere(known.meres.get(line.mere), line.siret, line.type)
    if (line.siret, line.type) in known.taken:
        raise deja_enregistree()
    happened = min(line.date_conventionnement or writer.known_on(line), writer.today)
    rules.ensure_forme(line.type, line.forme_juridique, happened)
    identity = uuid7()
    state: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "id": identity,
        "version": 0,
        "siret": line.siret,
        "type_structure": line.type,
        "source": source,
        "asp_id": line.asp_id,
        "mere_id": line.mere,
        "chiffre_affaires": line.chiffre_affaires_eur,
        "visible": True,
        "cree_le": writer.known_on(line),
        **located(lieu),
        **{name: getattr(line, name) for name in SAME},
    }
    rows, fact = recorded(changed(state, happened), StructureEnregistree, line, writer)
    if line.annee is None:
        return Change(identity, rows, (fact,))
    year = declared(
        Exercice(identity, line.annee, line.permanents, line.chiffre_affaires_eur), 1, line, writer
    )
    return Change(identity, (*rows, *year.rows), (fact, *year.facts))


def ensure_mere(mere: Stored | None, siret: str, type_structure: str) -> None:
    """Return if this structure may have an antenne of this SIRET and type.

    Raises
    ------
    AntenneIncoherente
        It does not exist, is an antenne itself, or has another SIREN or type.
    StructureFermee
        It is closed.
    """
    if mere is None or mere["mere_id"] is not None:
        raise antenne_incoherente()
    if (mere["siren"], mere["type_structure"]) != (siret[:9], type_structure):
        raise antenne_incoherente()
    rules.ensure_ouverte(mere["fermee_le"])


STRUCTURES = Nature(
    name="structures",
    line=StructureLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_structures,
    decide=enregistrer_structure,
    constraints={
        "uq_structure_siret_type_structure": deja_enregistree,
        "fk_structure_mere": antenne_incoherente,
        "uq_structure_asp": asp_deja_connue,
    },
)


class Located:
    """The structures that some lines name by SIRET and type."""

    def __init__(self, found: Mapping[Pair, tuple[UUID, str]]) -> None:
        self._found = found

    @property
    def ids(self) -> list[UUID]:
        """Identifiers of all of them."""
        return [structure_id for structure_id, _ in self._found.values()]

    def find(self, siret: str, type_structure: str | None) -> tuple[UUID, str]:
        """Return the identifier and the département of a structure.

        Raises
        ------
        StructureInconnue
            No such pair, or several types at this SIRET and none given.
        """
        if type_structure:
            matches = [self._found[pair] for pair in [(siret, type_structure)] if pair in self._found]
        else:
            matches = [value for (known, _), value in self._found.items() if known == siret]
        if len(matches) != 1:
            raise StructureInconnue(
                "Aucune structure du registre n'a ce SIRET et ce type.",
                champ="siret",
                correction="Enregistrez d'abord la structure, ou précisez type_structure.",
            )
        return matches[0]


async def locate_structures(conn: AsyncConnection, sirets: Sequence[str]) -> Located:
    """Return the structures of some SIRET."""
    rows = await conn.execute(FIND, {"sirets": list(sirets)})
    return Located({(row.siret, row.type_structure): (row.id, row.departement) for row in rows})

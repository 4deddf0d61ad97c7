"""Registering structures."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.errors import StructureInconnue, deja_enregistree
from services.structures.domain.structure import locate
from services.structures.tables import structure
from shared.access.rights import Action, Target, ensure
from shared.contracts.structures import StructureEnregistree
from shared.types import CodeInsee, CodePostal, CodeRome, DivisionNaf, Jour, Quantite, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

Pair = tuple[str, str]

FIND = text("""
    select id, siret, type_structure, departement from structure
    where siret = any(cast(:sirets as text[]))
""")


class StructureLine(Line):
    """A structure to enter in the registry."""

    siret: Siret
    type: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"]
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
    permanents: int | None = Field(None, ge=0)
    chiffre_affaires_eur: Quantite | None = None


async def load_structures(conn: AsyncConnection, lines: Sequence[StructureLine], _: Writer) -> set[Pair]:
    """Return the pairs (SIRET, type) already taken among the lines'."""
    rows = await conn.execute(FIND, {"sirets": [line.siret for line in lines]})
    return {(row.siret, row.type_structure) for row in rows}


def enregistrer_structure(line: StructureLine, taken: set[Pair], writer: Writer) -> Change:
    """Decide the registration of a structure.

    Raises
    ------
    StructureDejaEnregistree
        The pair (SIRET, type) is taken.
    CommuneInconnue
        The INSEE code names no commune.
    Introuvable
        The département is outside the caller's perimeter.
    """
    commune, departement, epci = locate(line.code_insee)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    if (line.siret, line.type) in taken:
        raise deja_enregistree()
    identity = uuid7()
    state: dict[str, Any] = {
        "siret": line.siret,
        "type_structure": line.type,
        "raison_sociale": line.raison_sociale,
        "forme_juridique": line.forme_juridique,
        "reseau": line.reseau,
        "activite": line.activite,
        "division_naf": line.division_naf,
        "code_rome": line.code_rome,
        "adresse": line.adresse,
        "code_postal": line.code_postal,
        "code_insee": commune,
        "departement": departement,
        "epci": epci,
        "date_conventionnement": line.date_conventionnement,
        "annee": line.annee,
        "permanents": line.permanents,
        "chiffre_affaires": line.chiffre_affaires_eur,
    }
    fact = StructureEnregistree(structure_id=identity, **state)
    happened = line.date_conventionnement or writer.known_on(line)
    return Change(
        identity,
        ((structure, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, happened),),
    )


STRUCTURES = Nature(
    name="structures",
    line=StructureLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_structures,
    decide=enregistrer_structure,
    constraints={"uq_structure_siret_type_structure": deja_enregistree},
)


class Located:
    """The structures that some lines name by SIRET and type."""

    def __init__(self, found: Mapping[Pair, tuple[UUID, str]]) -> None:
        self._found = found

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

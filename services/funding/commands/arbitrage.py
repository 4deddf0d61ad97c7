"""What the conférence des financeurs settles, and the trace of what it had settled before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe import TypeStructure
from services.funding.commands.quantites import Euros
from services.funding.commands.structure import Located, locate_structures
from services.funding.commands.versement import Financeur
from services.funding.domain.errors import ArbitrageConcurrent
from services.funding.domain.versement import ensure_code_financeur
from services.funding.tables import arbitrage
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import ArbitrageRendu
from shared.errors import BusinessError
from shared.types import Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

LAST = text("""
    select a.structure_id, a.annee, a.financeur, max(a.numero) as numero
    from arbitrage a join structure s on s.id = a.structure_id
    where s.siret = any(cast(:sirets as text[])) and a.annee = any(cast(:annees as int[]))
    group by a.structure_id, a.annee, a.financeur
""")


class ArbitrageLine(Line):
    """What a funder will give a structure for a year, and why."""

    siret: Siret
    type_structure: TypeStructure
    annee: int = Field(ge=2000, le=2100)
    financeur: Financeur = Field(description="ETAT, CD et le département (CD62), REGION, EPCI, FSE, PLIE…")
    demande: Euros | None = Field(None, description="Montant demandé par la structure.")
    montant: Euros = Field(description="Montant arbitré ; zéro pour un refus.")
    motif: Texte
    le: Jour = Field(description="Jour de la conférence.")


@dataclass(frozen=True, slots=True)
class Situation:
    """The structures that the lines name, and the last number by structure, year and funder."""

    structures: Located
    last: Mapping[tuple[UUID, int, str], int]


async def load_arbitrages(conn: AsyncConnection, lines: Sequence[ArbitrageLine], _: Writer) -> Situation:
    """Return what the lines name."""
    sirets = [line.siret for line in lines]
    rows = await conn.execute(LAST, {"sirets": sirets, "annees": [line.annee for line in lines]})
    last = {(row.structure_id, row.annee, row.financeur): row.numero for row in rows}
    return Situation(await locate_structures(conn, sirets), last)


def rendre_arbitrage(line: ArbitrageLine, known: Situation, writer: Writer) -> Change:
    """Decide an arbitration; the one before stays, under its number.

    Raises
    ------
    StructureInconnue, DepartementInconnu
        The structure is not in the registry; the funder is a département that does not exist.
    Introuvable
        The structure is outside the caller's perimeter: only the whole département settles.
    """
    structure = known.structures.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_FINANCEMENT, Target(departement=structure.departement))
    ensure_code_financeur(line.financeur)
    identity = uuid7()
    state: dict[str, Any] = {
        "departement": structure.departement,
        "annee": line.annee,
        "structure_id": structure.id,
        "financeur": line.financeur,
        "numero": known.last.get((structure.id, line.annee, line.financeur), 0) + 1,
        "demande": line.demande,
        "montant": line.montant,
        "le": line.le,
    }
    fact = ArbitrageRendu(arbitrage_id=identity, **state)
    row = {"id": identity, "motif": line.motif, **state}
    return Change(identity, ((arbitrage, row),), (writer.fact(identity, 1, fact, line, line.le),))


def concurrent() -> BusinessError:
    """Return the refusal of two arbitrations under one number."""
    return ArbitrageConcurrent(
        "Un autre arbitrage vient d'être rendu pour ce financeur.", correction="Relisez-le, puis réessayez."
    )


ARBITRAGES = Nature(
    name="arbitrages",
    line=ArbitrageLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_arbitrages,
    decide=rendre_arbitrage,
    constraints={"uq_arbitrage_structure_id_annee_financeur_numero": concurrent},
    batch=1,  # each takes the number after the one before
)

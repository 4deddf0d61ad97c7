"""Counting hours of a contract of insertion for a contract with a social clause: never the same hour twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.quantites import Heures
from services.funding.domain import marche as rules
from services.funding.domain.errors import HeuresDejaImputees, MarcheInconnu
from services.funding.tables import heures_clause
from shared.access.rights import Action, Target, may
from shared.contracts.funding import HeuresClauseImputees
from shared.errors import BusinessError
from shared.types import Identifiant, Mois
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

MARCHES = text(
    "select id, departement, annee, date_notification, date_fin, structure_id from marche where id = any(cast(:ids as uuid[]))"
)
DECLARED = text("""
    select contrat_id, mois, structure_id, sum(heures) as heures from heures_declarees
    where contrat_id = any(cast(:contrats as uuid[])) group by contrat_id, mois, structure_id
""")
TAKEN = text("select contrat_id, mois from heures_clause where contrat_id = any(cast(:contrats as uuid[]))")


class HeuresClauseLine(Line):
    """Hours of a contract in a month that count for a contract with a clause."""

    marche: Identifiant
    contrat: Identifiant = Field(description="Contrat d'insertion de la personne, celui des déclarations.")
    mois: Mois
    heures: Annotated[Heures, Field(gt=0)]


@dataclass(frozen=True, slots=True)
class Situation:
    """Contracts with a clause, hours declared by contract and month, months that count already."""

    marches: Mapping[UUID, RowMapping]
    declared: Mapping[tuple[UUID, str], tuple[UUID, Decimal]]
    taken: frozenset[tuple[UUID, str]]


async def load_heures_clause(
    conn: AsyncConnection, lines: Sequence[HeuresClauseLine], _: Writer
) -> Situation:
    """Return what the lines name."""
    marches = (await conn.execute(MARCHES, {"ids": list({line.marche for line in lines})})).mappings()
    contrats = {"contrats": list({line.contrat for line in lines})}
    declared = await conn.execute(DECLARED, contrats)
    taken = await conn.execute(TAKEN, contrats)
    return Situation(
        {row["id"]: row for row in marches},
        {(row.contrat_id, row.mois): (row.structure_id, row.heures) for row in declared},
        frozenset((row.contrat_id, row.mois) for row in taken),
    )


def imputer_heures(line: HeuresClauseLine, known: Situation, writer: Writer) -> Change:
    """Decide hours of a clause.

    Raises
    ------
    MarcheInconnu, AnneeAvantNotification, MoisHorsMarche, HeuresNonDeclarees, HeuresDejaImputees
        The contract is not known, or outside the caller's perimeter; the month is none of it; fewer hours were
        declared, or by another structure; they count for a contract already.
    """
    marche = known.marches.get(line.marche)
    if marche is None or not may(
        writer.caller,
        Action.IMPUTER_HEURES,
        Target(structure_id=marche["structure_id"], departement=marche["departement"]),
    ):
        raise MarcheInconnu("Ce marché n'existe pas, ou il est hors de votre périmètre.", champ="marche")
    rules.ensure_mois(line.mois, marche["annee"], marche["date_notification"], marche["date_fin"])
    structure, declared = known.declared.get((line.contrat, line.mois), (None, Decimal(0)))
    if marche["structure_id"] and structure != marche["structure_id"]:
        declared = Decimal(0)
    rules.ensure_declarees(line.heures, declared)
    if (line.contrat, line.mois) in known.taken:
        raise deja_imputees()
    identity = uuid7()
    state: dict[str, Any] = {
        "marche_id": line.marche,
        "contrat_id": line.contrat,
        "mois": line.mois,
        "heures": line.heures,
    }
    fact = HeuresClauseImputees(imputation_id=identity, **state)
    return Change(
        identity,
        ((heures_clause, {"id": identity, **state}),),
        (writer.fact(identity, 1, fact, line, writer.today),),
    )


def deja_imputees() -> BusinessError:
    """Return the refusal of hours that count already."""
    return HeuresDejaImputees(
        "Les heures de ce contrat et de ce mois comptent déjà pour un marché.",
        champ="mois",
        source="heures imputables sur un seul marché à la fois (règle de projet)",
    )


HEURES_CLAUSE = Nature(
    name="heures_clause",
    line=HeuresClauseLine,
    action=Action.IMPUTER_HEURES,
    load=load_heures_clause,
    decide=imputer_heures,
    constraints={"uq_heures_clause_contrat_id_mois": deja_imputees},
)

"""The situation of a person three and six months after an exit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.sortie import contrat_inconnu
from services.parcours.domain.accompagnement import SOURCE_SUIVI, refus_de_suivi
from services.parcours.domain.contrat import Contrat
from services.parcours.domain.errors_pass import SansSortie, SuiviDejaConnu, ensure_none
from services.parcours.queries.contrat import get_contrats, resolve_contrats
from services.parcours.queries.structure import Located, find_structures
from services.parcours.tables import suivi
from shared.access.rights import Action, may
from shared.contracts.parcours import SuiviConstate
from shared.errors import BusinessError
from shared.types import Jour, Reference
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class SuiviLine(Line):
    """A situation after an exit; ``contrat`` is an identifier or the caller's own reference."""

    contrat: Reference
    echeance: Literal[3, 6]
    situation: Literal["EMPLOI", "FORMATION", "SANS_EMPLOI", "AUTRE", "INCONNUE"]
    constate_le: Jour | None = None


@dataclass(frozen=True, slots=True)
class Sortis:
    """The contracts that some lines follow."""

    noms: Mapping[str, UUID]
    contrats: Mapping[UUID, Contrat]
    structures: Located


async def load_sortis(conn: AsyncConnection, lines: Sequence[SuiviLine], writer: Writer) -> Sortis:
    """Return the contracts that the lines name."""
    noms = await resolve_contrats(conn, writer.caller.client_id, {line.contrat for line in lines})
    contrats = await get_contrats(conn, list(noms.values()))
    structures = await find_structures(conn, {known.structure_id for known in contrats.values()}, ())
    return Sortis(noms, contrats, structures)


def constater_situation(line: SuiviLine, sortis: Sortis, writer: Writer) -> Change:
    """Decide a situation after an exit.

    Raises
    ------
    ContratInconnu
        The contract does not exist, or is outside the caller's perimeter.
    SansSortie, SuiviTropTot
    """
    named = sortis.noms.get(line.contrat)
    known = sortis.contrats.get(named) if named else None
    if known is None or not may(
        writer.caller, Action.ECRIRE_PARCOURS, sortis.structures.get(known.structure_id).target
    ):
        raise contrat_inconnu()
    if known.date_sortie is None:
        raise SansSortie("Ce contrat n'a pas de sortie.", champ="contrat", source=SOURCE_SUIVI)
    jour = min(line.constate_le or writer.today, writer.today)
    ensure_none(refus_de_suivi(known.date_sortie, line.echeance, jour))
    identity = uuid7()
    row = {
        "id": identity,
        "contrat_id": known.id,
        "echeance": line.echeance,
        "situation": line.situation,
        "constate_le": jour,
    }
    fact = SuiviConstate(
        suivi_id=identity,
        contrat_id=known.id,
        structure_id=known.structure_id,
        echeance=line.echeance,
        situation=line.situation,
        constate_le=jour,
    )
    return Change(identity, ((suivi, row),), (writer.fact(identity, 1, fact, line, jour),))


def deja_connu() -> BusinessError:
    """Return the refusal of a second situation at one term."""
    return SuiviDejaConnu(
        "La situation à cette échéance est déjà connue.", champ="echeance", source=SOURCE_SUIVI
    )


SUIVIS = Nature(
    name="suivis",
    line=SuiviLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_sortis,
    decide=constater_situation,
    constraints={"uq_suivi_contrat_id_echeance": deja_connu},
)

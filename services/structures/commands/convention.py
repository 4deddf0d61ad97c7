"""Signing conventions between the State and a structure."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.structure import Located, locate_structures
from services.structures.domain.errors import PeriodeInversee, convention_deja_signee
from services.structures.tables import convention
from shared.access.rights import Action, Target, ensure
from shared.contracts.structures import ConventionSignee
from shared.types import Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class ConventionLine(Line):
    """A signed convention."""

    numero: Texte
    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] | None = None
    date_debut: Jour
    date_fin: Jour


async def load_conventions(conn: AsyncConnection, lines: Sequence[ConventionLine], _: Writer) -> Located:
    """Return the structures that the lines name."""
    return await locate_structures(conn, [line.siret for line in lines])


def signer_convention(line: ConventionLine, known: Located, writer: Writer) -> Change:
    """Decide a convention.

    Raises
    ------
    StructureInconnue, PeriodeInversee
        The structure is not in the registry; the convention ends before it starts.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    structure_id, departement = known.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(structure_id=structure_id, departement=departement))
    if line.date_fin < line.date_debut:
        raise PeriodeInversee("La convention finit avant de commencer.", champ="date_fin")
    identity = uuid7()
    state: dict[str, Any] = {
        "structure_id": structure_id,
        "numero": line.numero,
        "date_debut": line.date_debut,
        "date_fin": line.date_fin,
    }
    fact = ConventionSignee(convention_id=identity, **state)
    return Change(
        identity,
        ((convention, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, line.date_debut),),
    )


CONVENTIONS = Nature(
    name="conventions",
    line=ConventionLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_conventions,
    decide=signer_convention,
    constraints={"uq_convention_numero": convention_deja_signee},
)

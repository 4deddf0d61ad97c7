"""Actions of the FDI: what is decided, its advance (F22), the credits that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.engagement import CONSTRAINTS, Engagements, engagement_row, load_engagements
from services.funding.commands.quantites import Euros, Taux
from services.funding.commands.structure import Located, locate_structures
from services.funding.domain import enveloppe, fdi
from services.funding.domain.errors import AvanceIncoherente
from services.funding.tables import action_fdi, mouvement_enveloppe
from shared import french
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import ActionFdiDecidee
from shared.types import Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer


class ActionFdiLine(Line):
    """An action decided by the préfet after the opinion of the CDIAE."""

    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"]
    nature_action: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{2,40}$")] = Field(
        description="CONSOFI, DIVERSACT… : référentiel ouvert."
    )
    objet: Texte
    date_decision: Jour
    montant: Annotated[Euros, Field(gt=0)]
    part_avance: Taux = Field(description="0.4, 0.5, 0.6 ou 1 selon l'action.")
    montant_avance: Euros | None = Field(None, description="Tel qu'inscrit ; sinon calculé.")


@dataclass(frozen=True, slots=True)
class Known:
    """The structures that actions name, and the envelopes of the FDI of their years."""

    structures: Located
    engagements: Engagements


async def load_actions(conn: AsyncConnection, lines: Sequence[ActionFdiLine], _: Writer) -> Known:
    """Return what the lines name."""
    structures = await locate_structures(conn, [line.siret for line in lines])
    years = [line.date_decision.year for line in lines]
    return Known(structures, await load_engagements(conn, years, nature=enveloppe.FDI))


def decider_action(line: ActionFdiLine, known: Known, writer: Writer) -> Change:
    """Decide an action; the envelope of the FDI of its year, when there is one, holds its credits.

    Raises
    ------
    StructureInconnue, AvanceIncoherente
        The structure is not in the registry; the written advance is a euro or more away from its part.
    Introuvable
        The structure is outside the caller's perimeter.
    """
    structure = known.structures.find(line.siret, line.type_structure)
    target = Target(structure_id=structure.id, departement=structure.departement)
    ensure(writer.caller, Action.ECRIRE_FINANCEMENT, target)
    computed = fdi.avance(line.montant, line.part_avance)
    written = computed if line.montant_avance is None else line.montant_avance
    if not fdi.avance_inscrite_conforme(written, line.montant, line.part_avance) or written > line.montant:
        raise AvanceIncoherente(
            f"L'avance calculée est de {french.euros(computed)}.",
            champ="montant_avance",
            correction="Vérifiez le montant et la part d'avance, à un euro près.",
            source="retrouvé sur 13 actions réelles de l'ASP sur 14 (F22)",
        )
    identity = uuid7()
    state: dict[str, Any] = {
        "structure_id": structure.id,
        "nature_action": line.nature_action,
        "date_decision": line.date_decision,
        "montant": line.montant,
        "montant_avance": written,
    }
    fact = ActionFdiDecidee(action_id=identity, **state)
    row = {"id": identity, "objet": line.objet, "part_avance": line.part_avance, **state}
    rows: list[Row] = [(action_fdi, row)]
    if held := known.engagements.enveloppe(structure.departement, line.date_decision.year):
        engaged = engagement_row(held, None, line.montant, "ACTION_FDI", writer.today, identity=identity)
        rows.append((mouvement_enveloppe, engaged))
    return Change(identity, tuple(rows), (writer.fact(identity, 1, fact, line, line.date_decision),))


ACTIONS_FDI = Nature(
    name="actions_fdi",
    line=ActionFdiLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_actions,
    decide=decider_action,
    constraints=CONSTRAINTS,
)

"""Recording the plan of a département or of a region: axes, actions, targets."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.instance import CodeOrganisation
from services.structures.domain.errors import PeriodeInversee
from services.structures.domain.projets import (
    territoire_couvert,
    verifier_annees,
    verifier_cibles,
    verifier_codes,
    verifier_jours,
)
from services.structures.queries.projets import PlanKey, find_plans
from services.structures.tables import plan
from shared.access.rights import Action, Target, ensure
from shared.contracts.projets import PlanArrete
from shared.types import CodeDepartement, Jour, Quantite, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9.-]{0,19}$")]
CodeIndicateur = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{2}$")]
CodeTerritoire = Annotated[str, StringConstraints(pattern=r"^[0-9AB]{2,3}$")]


class ActionPlan(Input):
    """What an axis will do."""

    code: Code
    titre: Texte
    pilote: CodeOrganisation | None = None
    echeance: Jour | None = None
    etat: Literal["PREVUE", "EN_COURS", "FAITE", "ABANDONNEE"] = "PREVUE"


class CiblePlan(Input):
    """A target on an indicator of the catalogue; its value is read, never written here."""

    indicateur: CodeIndicateur
    annee: int = Field(ge=1990, le=2100)
    departement: CodeDepartement | None = None
    cible: Quantite
    sens: Literal["AU_MOINS", "AU_PLUS"] = "AU_MOINS"


class AxePlan(Input):
    """One axis of a plan."""

    code: Code
    titre: Texte
    actions: list[ActionPlan] = Field([], max_length=50)
    indicateurs: list[CiblePlan] = Field([], max_length=20)


class PlanLine(Line):
    """A whole plan; the plan of the same territory from the same day is replaced."""

    maille: Literal["DEPARTEMENT", "REGION"]
    territoire: CodeTerritoire
    titre: Texte
    date_debut: Jour
    date_fin: Jour
    source: Texte | None = None
    axes: list[AxePlan] = Field(min_length=1, max_length=12)

    @property
    def key(self) -> PlanKey:
        """What makes two lines tell of one plan."""
        return self.maille, self.territoire, self.date_debut


async def load_plans(
    conn: AsyncConnection, lines: Sequence[PlanLine], _: Writer
) -> Mapping[PlanKey, RowMapping]:
    """Return the plans that the lines replace."""
    return await find_plans(conn, [line.key for line in lines])


def arreter_plan(line: PlanLine, known: Mapping[PlanKey, RowMapping], writer: Writer) -> Change:
    """Decide a plan.

    Raises
    ------
    TerritoireInconnu, PeriodeInversee, CodeEnDouble, HorsPeriodeDuPlan
    Introuvable
        The whole territory is not in the caller's perimeter.
    """
    covered = territoire_couvert(line.maille, line.territoire)
    for departement in covered:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    if line.date_fin < line.date_debut:
        raise PeriodeInversee("Le plan finit avant de commencer.", champ="date_fin")
    actions = [action for axe in line.axes for action in axe.actions]
    cibles = [cible for axe in line.axes for cible in axe.indicateurs]
    verifier_codes("axes", (axe.code for axe in line.axes))
    verifier_codes("axes", (action.code for action in actions))
    deadlines: list[date] = [action.echeance for action in actions if action.echeance]
    verifier_jours(line.date_debut, line.date_fin, deadlines)
    verifier_annees(line.date_debut, line.date_fin, (cible.annee for cible in cibles))
    verifier_cibles(covered, (cible.departement for cible in cibles if cible.departement))
    before = known.get(line.key)
    identity = before["id"] if before else uuid7()
    version = before["version"] + 1 if before else 1
    state: dict[str, Any] = line.model_dump(exclude={"reference", "connu_le"})
    fact = PlanArrete.model_validate({"plan_id": identity, **state})
    return Change(
        identity,
        ((plan, {"id": identity, "version": version, **state}),),
        (writer.fact(identity, version, fact, line, min(line.date_debut, writer.today)),),
    )


PLANS = Nature(
    name="plans", line=PlanLine, action=Action.ECRIRE_REGISTRE, load=load_plans, decide=arreter_plan
)

"""The screen of a plan: its targets, and the values that the catalogue of indicators gives beside them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fastapi import Request

from services.gateway.catalogue import PAR_CODE
from services.gateway.catalogue.lecture import Compteur
from services.gateway.counting import Counting
from services.gateway.pages.formats import Absence, Valeur, valeur
from services.gateway.pages.models import Nature, situe
from services.gateway.pages.plans import ActionRow, AxeBloc, CibleRow, PlanPage
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.champ import Champ
from services.gateway.queries.registre import read_plan
from services.gateway.reading import snapshot
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.valeurs import value_at
from shared import clock
from shared.errors import Introuvable
from shared.reference.territories import departements, regions

ACTIONS = {
    "PREVUE": "prévue",
    "EN_COURS": "en cours",
    "FAITE": "faite",
    "ABANDONNEE": "abandonnée",
}


DU_MOIS = frozenset({"FIN-01", "FIN-04", "FIN-05"})
"""Indicators of a month: a year has no value of theirs to reach."""
Compteurs = Mapping[str, Compteur]


async def plan_screen(
    request: Request, nature: Nature, code: str, connu_le: date | None = None
) -> tuple[PlanPage, dict[str, int]]:
    """Return the page of the latest plan of a territory, its values with the facts known on a day.

    Raises
    ------
    Introuvable
        It has none.
    """
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        row = await read_plan(conn, nature.upper(), code, connu_le)
    if row is None:
        raise Introuvable("Aucun plan n'est enregistré pour ce territoire.")
    region = code if nature is Nature.REGION else departements()[code].code_region
    targets = [target for axe in row["axes"] for target in axe["indicateurs"]]
    asked = {PAR_CODE[target["indicateur"]] for target in targets if target["indicateur"] in PAR_CODE}
    sources = {source for indicateur in asked for source in indicateur.mesure.sources}
    years = sorted({target["annee"] for target in targets}) if sources else []
    counting: Counting = request.app.state.counting
    found = (
        await counting.read_many([Champ(region, y, connu_le=connu_le) for y in years], sources)
        if years
        else []
    )
    counted = {year: comptage.compteurs for year, comptage in zip(years, found, strict=True)}
    own = None if nature is Nature.REGION else code
    name = regions()[code].nom if nature is Nature.REGION else departements()[code].nom
    page = PlanPage(
        titre=f"Plan d'action {situe(nature, code, name)}",
        adresse=Adresse(f"/{nature}s/{code}/plan", {"connu_le": connu_le.isoformat()} if connu_le else {}),
        fraicheur=sources_freshness(request, connu_le or clock.today(), None),
        intitule=row["titre"],
        debut=row["date_debut"],
        fin=row["date_fin"],
        source=row["source"],
        axes=tuple(_axe(axe, counted, own, name) for axe in row["axes"]),
    )
    return page, positions


def _axe(axe: Mapping[str, Any], counted: Mapping[int, Compteurs], own: str | None, name: str) -> AxeBloc:
    return AxeBloc(
        axe["code"],
        axe["titre"],
        tuple(_action(action) for action in axe["actions"]),
        tuple(_target(target, counted.get(target["annee"], {}), own, name) for target in axe["indicateurs"]),
    )


def _action(action: Mapping[str, Any]) -> ActionRow:
    deadline = action["echeance"]
    return ActionRow(
        action["code"],
        action["titre"],
        action["pilote"] or "",
        None if deadline is None else date.fromisoformat(deadline),
        ACTIONS[action["etat"]],
    )


def _target(target: Mapping[str, Any], compteurs: Compteurs, own: str | None, name: str) -> CibleRow:
    code, departement = target["indicateur"], target["departement"] or own
    place = departements()[target["departement"]].nom if target["departement"] else name
    definition = PAR_CODE.get(code)
    goal, sens = Decimal(target["cible"]), "≥" if target["sens"] == "AU_MOINS" else "≤"
    if definition is None or code in DU_MOIS:
        why = "indicateur inconnu du catalogue" if definition is None else "pas de valeur annuelle"
        link = Lien(definition.libelle if definition else code, f"/indicateurs/{code}")
        return CibleRow(link, code, place, target["annee"], f"{sens} {target['cible']}", "", why, None)
    value = value_at(definition, compteurs, (departement, None))
    verdict, reached = _verdict(value, goal, target["sens"])
    return CibleRow(
        Lien(definition.libelle, f"/indicateurs/{code}"),
        code,
        place,
        target["annee"],
        f"{sens} {valeur(goal, definition.format)}",
        valeur(value, definition.format),
        verdict,
        reached,
    )


def _verdict(value: Valeur, goal: Decimal, sens: str) -> tuple[str, bool | None]:
    """Return in words whether a target is reached, by the exact value and not the one written."""
    if value is None or isinstance(value, Absence):
        return "ne se mesure pas", None
    reached = Fraction(value) >= Fraction(goal) if sens == "AU_MOINS" else Fraction(value) <= Fraction(goal)
    return ("▲ atteinte" if reached else "▼ non atteinte"), reached

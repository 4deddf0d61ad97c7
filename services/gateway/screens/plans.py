"""The screen of a plan: its targets, and the values that the catalogue of indicators gives beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fastapi import Request

from services.gateway.answers import read_territory
from services.gateway.catalogue import PAR_CODE
from services.gateway.catalogue.lecture import lecture_of
from services.gateway.catalogue.mesures import Part
from services.gateway.pages.formats import Absence, Unite, Valeur, valeur
from services.gateway.pages.models import Nature, situe
from services.gateway.pages.plans import ActionRow, AxeBloc, CibleRow, PlanPage
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.champ import Champ
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.registre import read_plan
from services.gateway.queries.reperes import Reperes
from services.gateway.reading import snapshot
from services.gateway.screens.assembly import exact, ratio
from services.gateway.screens.cadre import sources_freshness
from shared import clock
from shared.errors import Introuvable
from shared.reference.territories import departements, regions

ACTIONS = {
    "PREVUE": "prévue",
    "EN_COURS": "en cours",
    "FAITE": "faite",
    "ABANDONNEE": "abandonnée",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """How the value of an indicator over a year and a territory is read, small counts hidden."""

    unite: Unite
    lire: Callable[[Reperes, RegionFigures, str | None], Valeur]


def _exits(_: Reperes, figures: RegionFigures, departement: str | None) -> Valeur:
    return Part("sorties", "dynamiques", "comptees").valeur(lecture_of(figures, departement))


MEASURES: Mapping[str, Measure] = {
    "OFF-01": Measure(Unite.NOMBRE, lambda r, _, __: r.structures),
    "OFF-09": Measure(Unite.NOMBRE, lambda r, _, __: r.permanents),
    "OFF-11": Measure(Unite.EUROS, lambda r, _, __: r.chiffre_affaires),
    "PAR-10": Measure(Unite.NOMBRE, lambda _, f, d: lecture_of(f, d).montre("presents", "personnes")),
    "FIN-02": Measure(Unite.ETP, lambda r, _, __: exact(r.etp_conventionnes)),
    "FIN-03": Measure(Unite.ETP, lambda r, _, __: exact(r.etp_realises)),
    "FIN-06": Measure(Unite.TAUX, lambda r, _, __: ratio(r.etp_realises, r.etp_conventionnes)),
    "VER-01": Measure(Unite.EUROS, lambda r, _, __: r.financement_etat),
    "COF-01": Measure(Unite.NOMBRE, lambda r, _, __: r.postes_cddi_cofinances),
    "CLA-01": Measure(Unite.HEURES, lambda r, _, __: r.heures_clauses),
    "ORI-02": Measure(Unite.NOMBRE, lambda _, f, d: lecture_of(f, d).montre("candidatures", "envoyees")),
    "ORI-04": Measure(
        Unite.TAUX, lambda _, f, d: Part("candidatures", "acceptees", "envoyees").valeur(lecture_of(f, d))
    ),
    "SOR-01": Measure(Unite.TAUX, _exits),
}
"""Indicators of the catalogue that have one value for a year and a territory."""


async def plan_screen(request: Request, nature: Nature, code: str) -> tuple[PlanPage, dict[str, int]]:
    """Return the page of the latest plan of a territory.

    Raises
    ------
    Introuvable
        It has none.
    """
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        row = await read_plan(conn, nature.upper(), code)
    if row is None:
        raise Introuvable("Aucun plan n'est enregistré pour ce territoire.")
    region = code if nature is Nature.REGION else departements()[code].code_region
    years = {target["annee"] for axe in row["axes"] for target in axe["indicateurs"]}
    figures = {year: (await read_territory(request, Champ(region, year))).figures for year in years}
    own = None if nature is Nature.REGION else code
    name = regions()[code].nom if nature is Nature.REGION else departements()[code].nom
    page = PlanPage(
        titre=f"Plan d'action {situe(nature, code, name)}",
        adresse=Adresse(f"/{nature}s/{code}/plan"),
        fraicheur=sources_freshness(request, clock.today(), None),
        intitule=row["titre"],
        debut=row["date_debut"],
        fin=row["date_fin"],
        source=row["source"],
        axes=tuple(_axe(axe, figures, own, name) for axe in row["axes"]),
    )
    return page, positions


def _axe(axe: Mapping[str, Any], figures: Mapping[int, RegionFigures], own: str | None, name: str) -> AxeBloc:
    return AxeBloc(
        axe["code"],
        axe["titre"],
        tuple(_action(action) for action in axe["actions"]),
        tuple(_target(target, figures[target["annee"]], own, name) for target in axe["indicateurs"]),
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


def _target(target: Mapping[str, Any], figures: RegionFigures, own: str | None, name: str) -> CibleRow:
    code, departement = target["indicateur"], target["departement"] or own
    place = departements()[target["departement"]].nom if target["departement"] else name
    definition, measure = PAR_CODE.get(code), MEASURES.get(code)
    goal, sens = Decimal(target["cible"]), "≥" if target["sens"] == "AU_MOINS" else "≤"
    if definition is None or measure is None:
        why = "indicateur inconnu du catalogue" if definition is None else "pas de valeur annuelle"
        link = Lien(definition.libelle if definition else code, f"/indicateurs/{code}")
        return CibleRow(link, place, target["annee"], f"{sens} {target['cible']}", "", why, None)
    value = measure.lire(Reperes(figures, departement), figures, departement)
    verdict, reached = _verdict(value, goal, target["sens"])
    return CibleRow(
        Lien(definition.libelle, f"/indicateurs/{code}"),
        place,
        target["annee"],
        f"{sens} {valeur(goal, measure.unite)}",
        valeur(value, measure.unite),
        verdict,
        reached,
    )


def _verdict(value: Valeur, goal: Decimal, sens: str) -> tuple[str, bool | None]:
    """Return in words whether a target is reached, by the exact value and not the one written."""
    if value is None or isinstance(value, Absence):
        return "ne se mesure pas", None
    reached = Fraction(value) >= Fraction(goal) if sens == "AU_MOINS" else Fraction(value) <= Fraction(goal)
    return ("▲ atteinte" if reached else "▼ non atteinte"), reached

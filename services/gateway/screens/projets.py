"""The screens of plans, innovations and the shared watch: short lists, by territory."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import RowMapping

from services.gateway.pages.models import Filtre, Nature, Option, situe
from services.gateway.pages.projets import ListePage, PlanLine, ProjetLine, VeilleLine
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.projets import read_plans, read_projets, read_veille
from services.gateway.reading import snapshot
from services.gateway.screens.cadre import sources_freshness
from shared import clock
from shared.reference.territories import departements, departements_of_region, regions

STADES = {
    "IDEE": "idée", "ETUDE": "étude", "EXPERIMENTATION": "expérimentation", "DEPLOIEMENT": "déploiement",
    "ARRET": "arrêté",
}  # fmt: skip
READS = {"plans": read_plans, "projets": read_projets, "veille": read_veille}
TITRES = {"plans": "Plans d'action", "projets": "Projets innovants", "veille": "Veille partagée"}


async def liste_screen(request: Request, nom: str, departement: str) -> tuple[ListePage, dict[str, int]]:
    """Return one of the lists (``plans``, ``projets``, ``veille``) of the region, or of a département of it."""
    region = request.app.state.settings.region
    covered = departements_of_region(region)
    own = departement if departement in covered else ""
    places = [f"DEPARTEMENT{code}" for code in ([own] if own else covered)]
    if not own:
        places.append(f"REGION{region}")
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        rows = await READS[nom](conn, places)
    choices = {"": "la région et ses départements", **{code: departements()[code].nom for code in covered}}
    where = (
        situe(Nature.DEPARTEMENT, own, departements()[own].nom)
        if own
        else situe(Nature.REGION, region, regions()[region].nom)
    )
    page = ListePage(
        titre=f"{TITRES[nom]} {where}",
        adresse=Adresse(f"/{nom}", {"departement": own} if own else {}),
        fraicheur=sources_freshness(request, clock.today(), None),
        filtres=(
            Filtre(
                "departement",
                "Territoire",
                tuple(Option(code, label, choisie=code == own) for code, label in choices.items()),
            ),
        ),
        plans=_plans(rows) if nom == "plans" else (),
        projets=tuple(_projet(row) for row in rows) if nom == "projets" else (),
        veille=tuple(_veille(row) for row in rows) if nom == "veille" else (),
    )
    return page, positions


def _name(row: Mapping[Any, Any]) -> str:
    code = row["territoire"]
    known: Mapping[str, Any] = regions() if row["maille"] == "REGION" else departements()
    return str(known[code].nom if code in known else code)


def _plans(rows: Sequence[RowMapping]) -> tuple[PlanLine, ...]:
    """Return plans, the last of each territory first, which is the one that has a page."""
    shown, seen = [], set()
    for row in rows:
        key = (row["maille"], row["territoire"])
        nature = "regions" if row["maille"] == "REGION" else "departements"
        link = None if key in seen else Lien(row["titre"], f"/{nature}/{row['territoire']}/plan")
        seen.add(key)
        shown.append(
            PlanLine(row["titre"], _name(row), row["date_debut"], row["date_fin"], len(row["axes"]), link)
        )
    return tuple(shown)


def _projet(row: Mapping[Any, Any]) -> ProjetLine:
    return ProjetLine(
        row["titre"],
        _name(row),
        row["besoin"],
        STADES.get(row["stade"], row["stade"]),
        "oui" if row["ptce"] else "non",
        ", ".join(row["partenaires"]) or "à trouver",
        row["votes"],
    )


def _veille(row: Mapping[Any, Any]) -> VeilleLine:
    return VeilleLine(
        Lien(row["titre"], row["lien"]), _name(row), row["known_on"], ", ".join(row["etiquettes"])
    )

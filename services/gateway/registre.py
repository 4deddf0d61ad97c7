"""The screens of the registry, laid out for ``pages``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.assembly import exact, nom_commune
from services.gateway.pages.exports import Fichier
from services.gateway.pages.formats import date_courte, date_longue
from services.gateway.pages.models import Bloc, Filtre, MonthlyEtp, Option
from services.gateway.pages.registre import (
    REGISTRE,
    AnnexeRow,
    Champ,
    ConventionRow,
    Etape,
    PosteRow,
    RegistreLine,
    RegistrePage,
    StructurePage,
)
from services.gateway.pages.site import Adresse, Freshness, Lien
from services.gateway.projections.structures import plain
from services.gateway.queries.registre import (
    Filter,
    Found,
    Sheet,
    find_structures,
    find_years,
    read_sheet,
)
from services.gateway.queries.reperes import TYPES
from services.gateway.reading import snapshot
from services.gateway.screens import sources_freshness
from shared import clock
from shared.errors import Introuvable
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, departements_of_region, regions

PAGE = 25
FILE_MAX = 50_000
FAITS = {
    "enregistree": "Entrée au registre",
    "corrigee": "Correction",
    "siret_change": "Changement de SIRET",
    "fusionnee": "Absorption par une autre structure",
    "fermee": "Fermeture",
    "rouverte": "Réouverture",
    "accueil_declare": "Accueil déclaré",
}
LIBELLES = {
    "siret": "SIRET",
    "raison_sociale": "nom",
    "type_structure": "type",
    "forme_juridique": "forme juridique",
    "reseau": "réseau",
    "activite": "activité",
    "adresse": "adresse",
    "code_postal": "code postal",
    "code_insee": "commune",
    "capacite": "capacité",
    "delai_attente_jours": "délai d'attente en jours",
    "fermee_le": "fermée le",
    "motif_fermeture": "motif de fermeture",
}
CONVENTIONS = {
    "DEMANDEE": "demandée", "EN_INSTRUCTION": "en instruction", "AVIS_RENDU": "avis rendu", "REFUSEE": "refusée",
    "SIGNEE": "signée", "ACTIVE": "active", "SUSPENDUE": "suspendue", "TERMINEE": "terminée",
}  # fmt: skip
ANNEXES = {
    "VALIDE": "valide", "PROVISOIRE": "provisoire", "HISTORISE": "historisée", "ANNULE": "annulée",
    "SAISI": "saisie", "BROUILLON": "brouillon", "CLOTURE": "close", "REJETE": "rejetée",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list says; empty texts ask for nothing."""

    q: str
    type: str
    departement: str
    reseau: str
    page: int


async def registre_screen(request: Request, asked: Asked) -> tuple[RegistrePage, dict[str, int]]:
    """Return the list of the structures of the region, and the positions it was read at."""
    region = departements_of_region(request.app.state.settings.region)
    wanted = _wanted(request, asked)
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        found = await find_structures(conn, wanted, PAGE, (asked.page - 1) * PAGE)
    given = {"q": asked.q, "type": asked.type, "departement": asked.departement, "reseau": asked.reseau}
    parameters = {name: value for name, value in given.items() if value}
    if asked.page > 1:
        parameters["page"] = str(asked.page)
    page = RegistrePage(
        Adresse("/structures", parameters),
        _freshness(request),
        _filters(asked, region, found),
        asked.q,
        tuple(_line(row, clock.today()) for row in found.rows),
        asked.page,
        PAGE,
        found.total,
        found.ensemble,
    )
    return page, positions


def _wanted(request: Request, asked: Asked) -> Filter:
    region = departements_of_region(request.app.state.settings.region)
    return Filter(
        [asked.departement] if asked.departement in region else region,
        asked.type or None,
        asked.reseau or None,
        plain(asked.q).strip() or None,
    )


async def registre_file(request: Request, asked: Asked) -> Fichier:
    """Return all the structures that the filter of the list keeps, as a file holds them."""
    async with snapshot(request.app.state.engine) as (conn, _, __):
        found = await find_structures(conn, _wanted(request, asked), FILE_MAX, 0)
    today, code = clock.today(), request.app.state.settings.region
    place = (
        departements()[asked.departement].nom if asked.departement in departements() else regions()[code].nom
    )
    return Fichier(
        Bloc.STRUCTURES,
        "Structures du registre",
        REGISTRE,
        tuple(_line(row, today) for row in found.rows),
        place,
        asked.departement or f"region-{code}",
        today.year,
        asked.type or None,
        today,
    )


def _freshness(request: Request) -> Freshness:
    return sources_freshness(request, clock.today(), None)


def _filters(asked: Asked, region: Sequence[str], found: Found) -> tuple[Filtre, ...]:
    def choices(name: str, label: str, options: Mapping[str, str], chosen: str) -> Filtre:
        known = chosen if chosen in options else ""
        return Filtre(
            name, label, tuple(Option(value, text, choisie=value == known) for value, text in options.items())
        )

    types = {"": "tous les types", **{kind: types_structure()[kind].libelle for kind in TYPES}}
    places = {"": "toute la région", **{code: departements()[code].nom for code in region}}
    networks = {"": "tous les réseaux", **{name: name for name in found.reseaux}}
    return (
        choices("type", "Type de structure", types, asked.type),
        choices("departement", "Département", places, asked.departement),
        choices("reseau", "Réseau", networks, asked.reseau),
    )


def _line(row: Mapping[Any, Any], today: date) -> RegistreLine:
    if row["fermee_le"]:
        etat = f"fermée le {date_courte(row['fermee_le'])}"
    elif row["conventionnee_au"]:
        over = row["conventionnee_au"] < today
        words = "convention échue le" if over else "conventionnée jusqu'au"
        etat = f"{words} {date_courte(row['conventionnee_au'])}"
    else:
        etat = "sans convention en cours"
    return RegistreLine(
        row["raison_sociale"],
        f"/structures/{row['structure_id']}",
        row["type_structure"],
        nom_commune(row["code_insee"]),
        row["departement"],
        row["reseau"] or "",
        int(row["postes"] or 0),
        etat,
    )


async def structure_screen(
    request: Request, structure_id: UUID, annee: int | None
) -> tuple[StructurePage, dict[str, int]]:
    """Return the sheet of a structure.

    Raises
    ------
    Introuvable
        The views do not hold it.
    """
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        years = await find_years(conn, structure_id)
        year = annee or next(iter(years), clock.today().year)
        sheet = await read_sheet(conn, structure_id, year)
    if sheet is None:
        raise Introuvable("Cette structure n'est pas au registre.")
    return _sheet(request, sheet, year), positions


def _sheet(request: Request, sheet: Sheet, year: int) -> StructurePage:
    row, today = sheet.structure, clock.today()
    targets = [month.cible or Decimal(0) for month in sheet.months]
    options = tuple(
        Option(str(y), str(y), choisie=y == year) for y in sorted({*sheet.years, year}, reverse=True)
    )
    gone = f"Fermée le {date_longue(row['fermee_le'])}." if row["fermee_le"] else None
    return StructurePage(
        titre=f"{row['raison_sociale']} ({row['type_structure']})",
        adresse=Adresse(f"/structures/{row['structure_id']}", {"annee": str(year)}),
        fraicheur=_freshness(request),
        filtres=(Filtre("annee", "Année", options),),
        annee=year,
        avis=gone,
        suite=_absorbing(sheet),
        identite=_identity(row, today),
        conventions=tuple(_convention(c) for c in sheet.conventions),
        annexes=tuple(_annexe(a) for a in sheet.annexes),
        mois=tuple(
            MonthlyEtp(date(year, m.mois, 1), None if m.etp is None else exact(m.etp)) for m in sheet.months
        ),
        cible=exact(sum(targets, Decimal(0)) / 12),
        postes=tuple(_post(p, row) for p in sheet.fiches if p["fermee_le"] is None),
        histoire=_history(sheet.histoire),
    )


def _absorbing(sheet: Sheet) -> Lien | None:
    into = sheet.absorbante
    if into is None:
        return None
    return Lien(f"Absorbée par {into['raison_sociale']}", f"/structures/{into['structure_id']}")


def _identity(row: Mapping[Any, Any], today: date) -> tuple[Champ, ...]:
    place = f"{row['code_postal'] or ''} {nom_commune(row['code_insee'])}".strip()
    spontaneous = row["spontanees_jusqu_au"]
    waiting = row["delai_attente_jours"]
    fields = {
        "SIRET": f"{row['siret'][:3]} {row['siret'][3:6]} {row['siret'][6:9]} {row['siret'][9:]}",
        "Type": types_structure()[row["type_structure"]].libelle
        if row["type_structure"] in types_structure()
        else row["type_structure"],
        "Forme": row["forme_juridique"],
        "Réseau": row["reseau"],
        "Activité": row["activite"],
        "Adresse": ", ".join(part for part in (row["adresse"], place) if part),
        "Permanents": f"{row['permanents']} en {row['annee']}" if row["permanents"] is not None else None,
        "Capacité": f"{row['capacite']} postes d'insertion" if row["capacite"] is not None else None,
        "Attente": f"{waiting} jours avant une entrée" if waiting is not None else None,
        "Candidatures": f"spontanées jusqu'au {date_longue(spontaneous)}"
        if spontaneous and spontaneous >= today
        else None,
    }
    return tuple(Champ(label, value) for label, value in fields.items() if value)


def _convention(row: Mapping[Any, Any]) -> ConventionRow:
    etat = CONVENTIONS.get(row["etat"] or "SIGNEE", row["etat"])
    if row["suspendue_le"] and row["etat"] == "SUSPENDUE":
        etat = f"{etat} depuis le {date_courte(row['suspendue_le'])}"
    return ConventionRow(row["numero"] or "sans numéro", row["date_debut"], row["date_fin"], etat)


def _annexe(row: Mapping[Any, Any]) -> AnnexeRow:
    etat = ANNEXES.get(row["etat"], row["etat"])
    return AnnexeRow(
        row["numero"], etat, row["date_debut"], row["date_fin"], row["etp"], row["montant_socle"]
    )


def _post(row: Mapping[Any, Any], structure: Mapping[Any, Any]) -> PosteRow:
    return PosteRow(
        row["appellation"],
        row["code_rome"],
        row["type_contrat"],
        row["postes_ouverts"],
        row["heures_hebdo"],
        nom_commune(row["code_insee"] or structure["code_insee"]),
        row["mise_a_jour_le"],
    )


def _history(steps: Sequence[Mapping[Any, Any]]) -> tuple[Etape, ...]:
    shown, before = [], None
    for step in steps:
        after = step["etat"]
        changes = () if before is None else tuple(_changes(before, after))
        shown.append(Etape(step["date_effet"], FAITS.get(step["fait"], step["fait"]), changes))
        before = after
    return tuple(reversed(shown))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [
        f"{label} : {_told(name, before.get(name))} → {_told(name, after.get(name))}"
        for name, label in LIBELLES.items()
        if before.get(name) != after.get(name)
    ]


def _told(name: str, value: Any) -> str:
    if value is None:
        return "rien"
    if name == "code_insee":
        return nom_commune(value)
    return date_courte(date.fromisoformat(value)) if name == "fermee_le" else str(value)

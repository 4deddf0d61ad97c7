"""The sheet of a structure: read once, laid out for the page and for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.pages.bilans import AnneeRow
from services.gateway.pages.comparaisons import ComparaisonRow
from services.gateway.pages.formats import Valeur, date_courte, date_longue, nombre
from services.gateway.pages.models import Filtre, MonthlyEtp, Option
from services.gateway.pages.registre import AnnexeRow, Champ, ConventionRow, Etape, PosteRow, StructurePage
from services.gateway.pages.site import Adresse, Lien
from services.gateway.queries.bilans import read_attractivite, read_bilans
from services.gateway.queries.registre import Sheet, find_years, read_sheet
from services.gateway.reading import snapshot
from services.gateway.screens.assembly import exact, nom_commune
from services.gateway.screens.bilans import annee_row, attractivite, figures, read_exits
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.comparaison import read_comparison
from shared import clock
from shared.errors import Introuvable
from shared.reference.nomenclatures import types_structure

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
class Fiche:
    """What the views hold of a structure over a year; small counts of persons are hidden.

    ``avant`` is the year before; ``cible`` is the monthly ETP conventionnés averaged over the year; ``attractivite`` is of the day of the reading.
    """

    sheet: Sheet
    annee: int
    bilan: AnneeRow
    avant: AnneeRow
    semblables: tuple[ComparaisonRow, ...]
    mois: tuple[MonthlyEtp, ...]
    cible: Valeur
    attractivite: Mapping[str, Valeur]

    @property
    def chemin(self) -> str:
        """Address of the sheet."""
        return f"/structures/{self.sheet.structure['structure_id']}"


async def read_fiche(request: Request, structure_id: UUID, annee: int | None) -> tuple[Fiche, dict[str, int]]:
    """Return a structure over a year, the last one of its annexes by default, and the positions it was read at.

    Raises
    ------
    Introuvable
        The views do not hold it.
    """
    today = clock.today()
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        years = await find_years(conn, structure_id)
        year = annee or next((y for y in years if y <= today.year), today.year)
        sheet = await read_sheet(conn, structure_id, year)
        if sheet is None:
            raise Introuvable("Cette structure n'est pas au registre.")
        bilans = (await read_bilans(conn, [structure_id], [year - 1, year], today))[structure_id]
        recent = await read_attractivite(conn, structure_id, today)
    targets = [Fraction(month.cible or 0) for month in sheet.months]
    months = tuple(
        MonthlyEtp(date(year, m.mois, 1), None if m.etp is None else exact(m.etp)) for m in sheet.months
    )
    whole = exact(sum(targets, Fraction(0)) / 12)
    exits = await read_exits(request, sheet.structure, [year - 1, year])
    row, before = annee_row(bilans[year], exits[year]), annee_row(bilans[year - 1], exits[year - 1])
    alike = await read_comparison(request, sheet.structure, year)
    return Fiche(sheet, year, row, before, alike, months, whole, attractivite(*recent)), positions


def structure_page(request: Request, fiche: Fiche) -> StructurePage:
    """Return the sheet of a structure."""
    sheet, year = fiche.sheet, fiche.annee
    row, today = sheet.structure, clock.today()
    options = tuple(
        Option(str(y), str(y), choisie=y == year) for y in sorted({*sheet.years, year}, reverse=True)
    )
    gone = f"Fermée le {date_longue(row['fermee_le'])}." if row["fermee_le"] else None
    return StructurePage(
        titre=f"{row['raison_sociale']} ({row['type_structure']})",
        adresse=Adresse(fiche.chemin, {"annee": str(year)}),
        fraicheur=sources_freshness(request, today, declared(fiche.bilan)),
        filtres=(Filtre("annee", "Année", options),),
        annee=year,
        avis=gone,
        suite=_absorbing(sheet),
        chiffres=figures(fiche.bilan, fiche.avant if year < today.year else None),
        identite=_mother(sheet) + identity(row, today, fiche.attractivite),
        conventions=tuple(convention_row(c) for c in sheet.conventions),
        annexes=tuple(_annexe(a) for a in sheet.annexes),
        mois=fiche.mois,
        cible=fiche.cible,
        bilan=fiche.bilan,
        semblables=fiche.semblables,
        postes=tuple(_post(p, row) for p in sheet.fiches if p["fermee_le"] is None),
        histoire=_history(sheet.histoire),
        dialogue=f"{fiche.chemin}/dialogue",
        api=f"/api/vues/v1{fiche.chemin}?annee={year}",
    )


def declared(bilan: AnneeRow) -> Decimal | None:
    """Return the ratio of the months declared to those expected; None when none is expected."""
    return Decimal(bilan.mois_recus) / bilan.mois_attendus if bilan.mois_attendus else None


def _absorbing(sheet: Sheet) -> Lien | None:
    into = sheet.absorbante
    if into is None:
        return None
    return Lien(f"Absorbée par {into['raison_sociale']}", f"/structures/{into['structure_id']}")


def _mother(sheet: Sheet) -> tuple[Champ, ...]:
    mere = sheet.mere
    return (
        ()
        if mere is None
        else (Champ("Antenne de", f"{mere['raison_sociale']}, dont elle partage la convention"),)
    )


def identity(
    row: Mapping[Any, Any], today: date, attraits: Mapping[str, Valeur] | None = None
) -> tuple[Champ, ...]:
    """Return who a structure is, in words; what is not known is left out."""
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
        "Attractivité": attraits and _attraits(attraits),
    }
    return tuple(Champ(label, value) for label, value in fields.items() if value)


def _attraits(attraits: Mapping[str, Valeur]) -> str:
    received, score = attraits["candidatures_trois_semaines"], attraits["score"]
    return f"candidatures reçues en trois semaines : {nombre(received)}, soit par poste ouvert : {nombre(score, 1)}"


def convention_row(row: Mapping[Any, Any]) -> ConventionRow:
    """Return a convention as pages show it."""
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

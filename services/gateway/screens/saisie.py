"""The screens of a structure without software: what the views and ``parcours`` say, laid out for the forms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.pages.saisie import MoisPage, MoisRow, OrientationRow, SaisiePage, StructureSaisie
from services.gateway.pages.site import Lien
from services.gateway.parcours_api import ParcoursApi
from services.gateway.queries.saisie import read_annexes, read_declared, read_structures, read_years
from services.gateway.screens.assembly import nom_commune
from services.gateway.screens.declaration_form import blank_lines, bounds, with_declared
from shared import clock
from shared.access.callers import Caller
from shared.access.rights import UNKNOWN, Action, Target, ensure, may_begin
from shared.errors import Introuvable
from shared.reference.files import UnknownCode
from shared.reference.nomenclatures import motifs_sortie, type_prescripteur

EN_ATTENTE = ("new", "processing", "postponed", "prior_to_hire", "pool")
"""States that still wait for an answer of the structure."""
ETATS = {
    "new": "nouvelle", "processing": "à l'étude", "postponed": "reportée", "prior_to_hire": "action préalable",
    "accepted": "acceptée", "refused": "refusée", "cancelled": "embauche annulée", "obsolete": "embauchée ailleurs",
    "pool": "vivier",
}  # fmt: skip
MOTIFS_REFUS = {
    "did_not_come": "La personne ne s'est pas présentée",
    "did_not_come_to_interview": "La personne ne s'est pas présentée à l'entretien",
    "hired_elsewhere": "La personne est embauchée ailleurs",
    "training": "La personne est en formation",
    "not_interested": "La personne n'est pas intéressée",
    "non_eligible": "La personne n'est pas éligible",
    "not_mobile": "La personne ne peut pas se déplacer jusqu'au poste",
    "lacking_skills": "La personne n'a pas les compétences du poste",
    "incompatible": "Un frein est incompatible avec le poste",
    "prevent_objectives": "L'embauche empêcherait les objectifs du dialogue de gestion",
    "no_position": "Aucun poste n'est ouvert",
    "duplicate": "La candidature est en double",
    "other": "Autre motif",
}
MOTIFS_CHOISIS = tuple(
    (code, motif.libelle, motif.categorie_libelle) for code, motif in motifs_sortie().items()
)


async def own_structures(request: Request, caller: Caller) -> list[StructureSaisie]:
    """Return the structures that the agent names in its perimeter, by name."""
    async with request.app.state.engine.connect() as conn:
        rows = await read_structures(conn, caller.perimetre.structures)
    return [_structure(row) for row in rows]


async def own_structure(request: Request, caller: Caller, structure_id: UUID) -> StructureSaisie:
    """Return a structure for which the agent may write.

    Raises
    ------
    Introuvable
        It is not known, or is outside the perimeter.
    """
    async with request.app.state.engine.connect() as conn:
        rows = await read_structures(conn, [structure_id])
    if not rows:
        raise Introuvable(UNKNOWN)
    ensure(caller, Action.ECRIRE_PARCOURS, Target(structure_id, rows[0]["departement"]))
    return _structure(rows[0])


def _structure(row: Mapping[Any, Any]) -> StructureSaisie:
    return StructureSaisie(
        str(row["structure_id"]),
        row["raison_sociale"],
        row["type_structure"],
        row["siret"],
        nom_commune(row["code_insee"]),
    )


async def start_page(
    request: Request, caller: Caller, api: ParcoursApi, structure: StructureSaisie, annee: int | None
) -> SaisiePage:
    """Return the months of a year, declared or not, and how many orientations wait."""
    structure_id, today = UUID(structure.id), clock.today()
    async with request.app.state.engine.connect() as conn:
        annees = await read_years(conn, structure_id, today) or [today.year]
        chosen = annee or annees[0]
        declared = await read_declared(conn, structure_id, chosen)
    waiting = await api.candidatures(structure_id, EN_ATTENTE, None)
    months = [date(chosen, rank, 1) for rank in range(12, 0, -1) if date(chosen, rank, 1) <= today]
    others = [each for each in await own_structures(request, caller) if each.id != structure.id]
    return SaisiePage(
        structure=structure,
        autres=tuple(Lien(f"{each.nom} ({each.type_structure})", f"/saisie/{each.id}") for each in others),
        annees=tuple(sorted({*annees, chosen}, reverse=True)),
        annee=chosen,
        mois=tuple(MoisRow(month, f"{month:%Y-%m}", month.month in declared) for month in months),
        en_attente=len(waiting),
    )


async def month_page(
    request: Request, caller: Caller, api: ParcoursApi, structure: StructureSaisie, mois: str, cle: str
) -> MoisPage:
    """Return the form of a month: the contracts that run, filled with what is declared already."""
    structure_id = UUID(structure.id)
    premier, dernier = bounds(mois)
    contrats = await api.contrats(structure_id, mois)
    declared = await api.declaration(structure_id, mois)
    lines = blank_lines(contrats, await names_of(caller, api, contrats), mois)
    async with request.app.state.engine.connect() as conn:
        annexes = await read_annexes(conn, structure_id, premier, dernier)
    return MoisPage(
        structure=structure,
        mois=premier,
        code=mois,
        version=declared.version,
        cle=cle,
        lignes=tuple(with_declared(lines, declared.lignes)),
        annexes=annexes if len(annexes) > 1 else (),
    )


async def names_of(caller: Caller, api: ParcoursApi, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of the persons of some rows, if the agent may read identities."""
    if not rows or not may_begin(caller, Action.LIRE_IDENTITE):
        return {}
    return await api.noms(each["personne_id"] for each in rows if each["personne_id"])


def orientation_row(each: Mapping[str, Any], noms: Mapping[str, str]) -> OrientationRow:
    """Return an orientation as its structure reads it."""
    limite = each["refus_automatique_le"]
    return OrientationRow(
        href=f"/saisie/orientations/{each['id']}",
        intitule=noms.get(each["personne_id"], f"Orientation …{each['id'][-6:]}"),
        date_orientation=date.fromisoformat(each["date_orientation"]),
        prescripteur=_sender(each["type_prescripteur"], each["organisation"]),
        etat=ETATS.get(each["etat"], each["etat"]),
        limite=date.fromisoformat(limite) if limite else None,
    )


def _sender(code: str, organisation: str | None) -> str:
    """Return who sends; a type that reveals health, justice or protection is not told."""
    try:
        kind = type_prescripteur(code)
    except UnknownCode:
        return organisation or "non communiqué"
    if kind.sensible:
        return "prescripteur (non communiqué)"
    return f"{kind.libelle} ({organisation})" if organisation else kind.libelle

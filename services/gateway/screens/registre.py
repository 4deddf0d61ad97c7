"""The list of the registry: its page, its file, and its pages by cursor for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.pages.exports import Fichier
from services.gateway.pages.formats import date_courte
from services.gateway.pages.models import Bloc, Filtre, Option
from services.gateway.pages.registre import REGISTRE, RegistreLine, RegistrePage
from services.gateway.pages.site import Adresse
from services.gateway.projections.structures import plain
from services.gateway.queries.registre import Filter, Found, find_structures, list_structures
from services.gateway.queries.reperes import TYPES
from services.gateway.reading import snapshot
from services.gateway.screens.assembly import nom_commune
from services.gateway.screens.cadre import sources_freshness
from shared import clock
from shared.errors import BusinessError
from shared.paging import read_cursor, sign_cursor
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements, departements_of_region, regions

PAGE = 25
FILE_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list says; empty texts ask for nothing."""

    q: str
    type: str
    departement: str
    reseau: str
    page: int
    connu_le: date | None = None

    @property
    def jour(self) -> date:
        """Day at which the list is read: one of the past, or today."""
        return self.connu_le or clock.today()


async def registre_screen(request: Request, asked: Asked) -> tuple[RegistrePage, dict[str, int]]:
    """Return the list of the structures of the region, and the positions it was read at."""
    region = departements_of_region(request.app.state.settings.region)
    wanted = _wanted(request, asked)
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        found = await find_structures(conn, wanted, PAGE, (asked.page - 1) * PAGE)
    given = {"q": asked.q, "type": asked.type, "departement": asked.departement, "reseau": asked.reseau}
    given |= {"connu_le": asked.connu_le.isoformat() if asked.connu_le else ""}
    parameters = {name: value for name, value in given.items() if value}
    if asked.page > 1:
        parameters["page"] = str(asked.page)
    page = RegistrePage(
        Adresse("/structures", parameters),
        sources_freshness(request, asked.jour, None),
        _filters(asked, region, found),
        Adresse("/api/vues/v1/structures", {k: v for k, v in parameters.items() if k != "page"}).avec(),
        asked.q,
        tuple(_line(row, asked.jour) for row in found.rows),
        asked.page,
        PAGE,
        found.total,
        found.ensemble,
        asked.connu_le,
    )
    return page, positions


def _wanted(request: Request, asked: Asked) -> Filter:
    region = departements_of_region(request.app.state.settings.region)
    return Filter(
        [asked.departement] if asked.departement in region else region,
        asked.type or None,
        asked.reseau or None,
        plain(asked.q).strip() or None,
        asked.connu_le,
    )


class CurseurInvalide(BusinessError):
    """A cursor that the gateway did not sign for this list."""

    code = "curseur_invalide"
    status = 422


async def registre_body(
    request: Request, asked: Asked, cursor: str | None, limit: int
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return a page of the list as the API writes it, and the positions it was read at.

    Raises
    ------
    CurseurInvalide
    """
    wanted = _wanted(request, asked)
    key = request.app.state.settings.secret("cursor_key").encode()
    search = f"{asked.q}|{asked.type}|{asked.departement}|{asked.reseau}|{asked.connu_le or ''}"
    after = _place(key, search, cursor) if cursor else None
    async with snapshot(request.app.state.engine) as (conn, positions, _):
        found = await list_structures(conn, wanted, limit + 1, after)
    rows = found.rows[:limit]
    following = None
    if len(found.rows) > limit:
        last = rows[-1]
        following = sign_cursor(key, search, (last["raison_sociale"], str(last["structure_id"])))
    body = {
        "total": found.total,
        "ensemble": found.ensemble,
        "connu_le": asked.connu_le,
        "resultats": [_result(row, asked.jour) for row in rows],
        "suivant": following,
    }
    return body, positions


def _place(key: bytes, search: str, cursor: str) -> tuple[str, UUID]:
    place = read_cursor(key, search, cursor)
    if place is None:
        raise CurseurInvalide(
            "Ce curseur n'est pas celui de cette liste.",
            champ="curseur",
            correction="Reprenez la liste depuis sa première page.",
        )
    return place[0], UUID(place[1])


def _result(row: Mapping[Any, Any], jour: date) -> dict[str, Any]:
    line = _line(row, jour)
    return {
        "id": str(row["structure_id"]),
        "siret": row["siret"],
        "raison_sociale": line.nom,
        "type": line.type,
        "code_insee": row["code_insee"],
        "commune": line.commune,
        "departement": line.departement,
        "reseau": row["reseau"],
        "postes_ouverts": line.postes,
        "conventionnee_jusqu_au": row["conventionnee_au"],
        "fermee_le": row["fermee_le"],
        "situation": line.etat,
        "page": line.href,
    }


async def registre_file(request: Request, asked: Asked) -> Fichier:
    """Return all the structures that the filter of the list keeps, as a file holds them."""
    async with snapshot(request.app.state.engine) as (conn, _, __):
        found = await find_structures(conn, _wanted(request, asked), FILE_MAX, 0)
    today, code = asked.jour, request.app.state.settings.region
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
        asked.connu_le,
    )


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
    elif row["suspendue_le"]:
        etat = f"convention suspendue depuis le {date_courte(row['suspendue_le'])}"
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

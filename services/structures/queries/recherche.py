"""Searching the registry: around a place, by distance, in plain PostgreSQL.

A box of degrees finds the candidates by index, the great-circle distance then decides; positions follow each
other by (distance, identifier), so that what is registered or closed meanwhile moves nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.convention import EN_COURS, GRACE, SUSPENDUE, TERMINEE
from services.structures.domain.structure import GEIQ, OPCS, STAFF_CREATED, plain
from services.structures.queries.structure import Stored
from services.structures.tables import convention, fiche_de_poste, structure
from shared.reference.positions import EARTH_RADIUS_M, Position

DEGREE_M = 111_195.0
"""Metres in one degree of latitude, on the sphere of ``EARTH_RADIUS_M``."""
Place = tuple[int, UUID]
"""Where a search stands: metres, identifier."""


@dataclass(frozen=True, slots=True)
class Criteres:
    """What a search asks for; None and empty ask for nothing. ``rayon_m`` is in metres."""

    centre: Position | None = None
    rayon_m: int = 0
    types: Sequence[str] = ()
    departements: Sequence[str] = ()
    code_rome: str | None = None
    reseau: str | None = None
    texte: str | None = None
    postes_ouverts: bool = False


def search_query(criteres: Criteres, le: date, apres: Place | None = None) -> Select[Any]:
    """Return the query of a search on a day, sorted by distance, after a place."""
    distance = _distance(criteres.centre)
    query = select(structure, distance.label("distance_m")).where(*_shown(le), *_asked(criteres))
    if criteres.centre:
        query = query.where(*_box(criteres.centre, criteres.rayon_m), distance <= criteres.rayon_m)
    if apres:
        query = query.where(tuple_(distance, structure.c.id) > tuple_(literal(apres[0]), literal(apres[1])))
    return query.order_by(distance, structure.c.id)


def _distance(centre: Position | None) -> ColumnElement[int]:
    """Return the haversine distance in whole metres; 0 without a centre."""
    if centre is None:
        return literal(0)
    half_lat = func.radians(structure.c.latitude - centre.latitude) / 2
    half_lon = func.radians(structure.c.longitude - centre.longitude) / 2
    chord = func.power(func.sin(half_lat), 2) + cos(radians(centre.latitude)) * func.cos(
        func.radians(structure.c.latitude)
    ) * func.power(func.sin(half_lon), 2)
    metres = 2 * EARTH_RADIUS_M * func.asin(func.sqrt(func.least(1.0, chord)))
    return cast(func.round(metres), Integer)


def _box(centre: Position, rayon_m: int) -> Sequence[ColumnElement[bool]]:
    lat = rayon_m / DEGREE_M
    lon = lat / cos(radians(min(89.0, abs(centre.latitude) + lat)))
    return (
        structure.c.latitude.between(centre.latitude - lat, centre.latitude + lat),
        structure.c.longitude.between(centre.longitude - lon, centre.longitude + lon),
    )


def _shown(le: date) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of ``domain.activite`` in SQL: open, visible, not deactivated for over 30 days."""
    porteuse = func.coalesce(structure.c.mere_id, structure.c.id)
    own = convention.c.structure_id == porteuse
    lost = exists().where(own, convention.c.etat == SUSPENDUE, convention.c.suspendue_le < le - GRACE)
    # Access was lost by the suspension, whatever ended the convention since.
    lost_on = func.coalesce(convention.c.suspendue_le, convention.c.etat_le)
    ended = exists().where(own, convention.c.etat == TERMINEE, lost_on < le - GRACE)
    recent = exists().where(
        own,
        or_(
            convention.c.etat.in_(EN_COURS),
            and_(convention.c.etat == TERMINEE, lost_on >= le - GRACE),
        ),
    )
    always = or_(structure.c.source == STAFF_CREATED, structure.c.type_structure.in_((GEIQ, OPCS)))
    return (
        structure.c.fermee_le.is_(None),
        structure.c.visible,
        or_(always, ~or_(lost, and_(ended, ~recent))),
    )


def _asked(criteres: Criteres) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    open_post = exists().where(
        fiche_de_poste.c.structure_id == structure.c.id, fiche_de_poste.c.fermee_le.is_(None)
    )
    if criteres.types:
        asked.append(structure.c.type_structure.in_(criteres.types))
    if criteres.departements:
        asked.append(structure.c.departement.in_(criteres.departements))
    if criteres.reseau:
        asked.append(func.lower(structure.c.reseau) == criteres.reseau.lower())
    if criteres.code_rome:
        open_post = open_post.where(fiche_de_poste.c.code_rome == criteres.code_rome)
    if criteres.postes_ouverts:
        asked.append(open_post)
    elif criteres.code_rome:
        asked.append(or_(structure.c.code_rome == criteres.code_rome, open_post))
    asked += [
        structure.c.texte.contains(word, autoescape=True) for word in plain(criteres.texte or "").split()
    ]
    return asked


async def open_posts(conn: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, list[Stored]]:
    """Return the open fiches of some structures."""
    query = (
        select(fiche_de_poste)
        .where(fiche_de_poste.c.structure_id.in_(ids), fiche_de_poste.c.fermee_le.is_(None))
        .order_by(fiche_de_poste.c.id)
    )
    found: dict[UUID, list[Stored]] = {}
    for row in (await conn.execute(query)).mappings():
        found.setdefault(row["structure_id"], []).append(row)
    return found

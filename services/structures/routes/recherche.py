"""Routes of those who look for structures: around a place, all at once, or only what changed."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.structures.commands.structure import TypeStructure
from services.structures.domain.errors import CommuneSansCoordonnees, CurseurInvalide
from services.structures.domain.limitrophes import avec_limitrophes
from services.structures.queries.historique import list_changes
from services.structures.queries.recherche import Criteres, Place, open_posts, search_query
from services.structures.routes.versions import conditional
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import Action
from shared.paging import read_cursor, sign_cursor
from shared.problem_schema import problems
from shared.reference.files import UnknownCode
from shared.reference.positions import Position, position_of_commune
from shared.types import CodeDepartement, CodeInsee, CodeRome, Texte

router = APIRouter(prefix="/v1/structures", tags=["recherche"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
NDJSON = "application/x-ndjson"
BLOCK = 500


class PosteView(BaseModel):
    """Open posts of a structure."""

    id: UUID
    code_rome: str
    appellation: str
    type_contrat: str
    postes_ouverts: int


class Trouvee(BaseModel):
    """A structure found, with what a prescriber chooses by; kilometres have one decimal."""

    id: UUID
    siret: str
    type_structure: str
    raison_sociale: str
    reseau: str | None
    activite: str | None
    code_rome: str | None
    adresse: str | None
    code_postal: str | None
    code_insee: str
    departement: str
    distance_km: str | None = Field(description="Distance à vol d'oiseau ; nulle sans commune.")
    capacite: int | None
    delai_attente_jours: int | None
    candidatures_spontanees: bool
    postes: list[PosteView]


class Autour(BaseModel):
    """Where the search looks."""

    code_insee: str
    rayon_km: int
    precision: str = Field(description="lieu, ou code_postal ou epci quand la position n'est qu'une moyenne.")


class Recherche(BaseModel):
    """A page of a search."""

    autour: Autour | None
    resultats: list[Trouvee]
    suivant: str | None = Field(description="Curseur de la page suivante ; nul à la dernière.")


class Changement(BaseModel):
    """The last change of a structure; one that is closed is to be forgotten, or replaced by what absorbed it."""

    position: int
    id: UUID
    version: int
    fait: str
    fermee: bool
    absorbante_id: UUID | None


class Changements(BaseModel):
    """What changed after a position; ask again from ``jusqu_a``, at once unless ``fin``."""

    changements: list[Changement]
    jusqu_a: int
    fin: bool


class Filtres(BaseModel):
    """What a search asks for."""

    model_config = ConfigDict(extra="forbid")

    commune: CodeInsee | None = Field(None, description="Code INSEE du centre.")
    rayon_km: int = Field(25, ge=2, le=100)
    type_structure: list[TypeStructure] = Field(default_factory=list, max_length=8)
    departement: list[CodeDepartement] = Field(default_factory=list, max_length=20)
    limitrophes: bool = Field(default=False, description="Ajouter les départements limitrophes.")
    code_rome: CodeRome | None = None
    reseau: Texte | None = None
    texte: Texte | None = Field(None, description="Nom, activité ou réseau, sans accents.")
    postes_ouverts: bool = False
    limite: int = Field(50, ge=1, le=200)
    curseur: str | None = Field(None, max_length=400)


@router.get(
    "/recherche",
    response_model=Recherche,
    responses=problems(409, 422)
    | {200: {"content": {NDJSON: {"schema": {"type": "string"}}}}, 304: {"description": "Inchangée"}},
    summary="Chercher des structures autour d'une commune, triées par distance",
)
async def get_recherche(request: Request, _: Reader, filtres: Annotated[Filtres, Query()]) -> Response:
    centre = _centre(filtres.commune)
    criteres = Criteres(
        centre,
        filtres.rayon_km * 1000,
        filtres.type_structure,
        avec_limitrophes(filtres.departement) if filtres.limitrophes else filtres.departement,
        filtres.code_rome,
        filtres.reseau,
        filtres.texte,
        filtres.postes_ouverts,
    )
    today = clock.today()
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_all(request, criteres, today), media_type=NDJSON)
    key, search = request.app.state.digest_key, _named(filtres)
    query = search_query(criteres, today, _place(key, search, filtres.curseur)).limit(filtres.limite + 1)
    async with request.app.state.engine.connect() as conn:
        rows = (await conn.execute(query)).mappings().all()
        page = rows[: filtres.limite]
        posts = await open_posts(conn, [row["id"] for row in page]) if page else {}
    following = None
    if len(rows) > filtres.limite:
        following = sign_cursor(key, search, (page[-1]["distance_m"], str(page[-1]["id"])))
    autour = None
    if filtres.commune and centre:
        autour = Autour(code_insee=filtres.commune, rayon_km=filtres.rayon_km, precision=centre.precision)
    found = Recherche(
        autour=autour,
        resultats=[_found(row, posts, centre, today) for row in page],
        suivant=following,
    )
    return conditional(request, found.model_dump(mode="json"), headers=_next(request, following))


@router.get("/changements", responses=problems(422), summary="Lire ce qui a changé depuis une position")
async def get_changements(
    request: Request, _: Reader, depuis: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> Changements:
    async with request.app.state.engine.connect() as conn:
        rows, jusqu_a, fin = await list_changes(conn, depuis)
    changes = [Changement.model_validate({"id": row["key"], **row}) for row in rows]
    return Changements(changements=changes, jusqu_a=jusqu_a, fin=fin)


def _centre(commune: str | None) -> Position | None:
    if commune is None:
        return None
    try:
        return position_of_commune(commune)
    except UnknownCode as unknown:
        raise CommuneSansCoordonnees(
            "La position de cette commune n'est pas connue ici : la distance ne peut pas être calculée.",
            champ="commune",
            correction="Choisissez une commune voisine des Hauts-de-France, ou cherchez par département.",
            source="Référentiel des communes : positions des Hauts-de-France",
        ) from unknown


def _named(filtres: Filtres) -> str:
    return filtres.model_dump_json(exclude={"curseur", "limite"})


def _place(key: bytes, search: str, cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    place = read_cursor(key, search, cursor)
    if place is None:
        raise CurseurInvalide(
            "Ce curseur n'est pas celui de cette recherche.",
            champ="curseur",
            correction="Reprenez la recherche depuis sa première page.",
        )
    return place[0], UUID(place[1])


def _found(row: Any, posts: Any, centre: Position | None, today: date) -> Trouvee:
    spontaneous = row["spontanees_jusqu_au"]
    return Trouvee.model_validate(
        dict(row)
        | {
            "distance_km": f"{row['distance_m'] / 1000:.1f}" if centre else None,
            "candidatures_spontanees": spontaneous is not None and today <= spontaneous,
            "postes": [dict(post) for post in posts.get(row["id"], ())],
        }
    )


def _next(request: Request, cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "curseur"]
    return {"Link": f'<{request.url.path}?{urlencode([*others, ("curseur", cursor)])}>; rel="next"'}


async def _all(request: Request, criteres: Criteres, today: date) -> AsyncIterator[bytes]:
    """Yield every structure found, one JSON object a line; no connection is held while the caller reads."""
    place: Place | None = None
    while True:
        query = search_query(criteres, today, place).limit(BLOCK)
        async with request.app.state.engine.connect() as conn:
            rows = (await conn.execute(query)).mappings().all()
            posts = await open_posts(conn, [row["id"] for row in rows]) if rows else {}
        yield b"".join(
            orjson.dumps(_found(row, posts, criteres.centre, today).model_dump(mode="json")) + b"\n"
            for row in rows
        )
        if len(rows) < BLOCK:
            return
        place = rows[-1]["distance_m"], rows[-1]["id"]

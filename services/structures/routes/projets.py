"""Routes of plans, innovations and the shared watch."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.structures.commands.plan import PLANS, CodeTerritoire, PlanLine
from services.structures.commands.projet import (
    PROJETS,
    STADES_PROJET,
    VEILLE,
    VOTES,
    Etiquette,
    ProjetLine,
    Stade,
    StadeLine,
    StadeProjet,
    VeilleLine,
    Vote,
    VoteLine,
)
from services.structures.queries.projets import list_plans, list_projets, list_veille
from services.structures.routes.versions import READ, WRITTEN, conditional, etag
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write

router = APIRouter(prefix="/v1", tags=["projets et plans"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Registrar = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


class PlanView(BaseModel):
    """A plan as read; the values of its indicators are on the gateway."""

    id: UUID
    version: int
    maille: str
    territoire: str
    titre: str
    date_debut: date
    date_fin: date
    source: str | None
    axes: list[dict[str, Any]]


class ProjetView(BaseModel):
    """An innovation as read."""

    id: UUID
    version: int
    maille: str
    territoire: str
    titre: str
    besoin: str
    stade: str
    ptce: bool
    partenaires: list[str]
    votes: int


class VeilleView(BaseModel):
    """A reading as read."""

    id: UUID
    maille: str
    territoire: str
    titre: str
    lien: str
    etiquettes: list[str]


@router.post("/plans", summary="Enregistrer le plan d'un territoire", **WRITTEN)
async def post_plan(
    request: Request, line: PlanLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, PLANS, line, caller, cle, prefer=prefer)


@router.get("/plans", responses=problems(422), summary="Lister les plans")
async def get_plans(request: Request, _: Reader, territoire: CodeTerritoire | None = None) -> list[PlanView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_plans(conn, territoire=territoire)
    return [PlanView.model_validate(dict(row)) for row in rows]


@router.get("/plans/{plan_id}", response_model=PlanView, responses=READ, summary="Lire un plan")
async def get_plan(request: Request, _: Reader, plan_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        rows = await list_plans(conn, plan_id=plan_id)
    if not rows:
        raise Introuvable(UNKNOWN)
    view = PlanView.model_validate(dict(rows[0]))
    return conditional(request, view.model_dump(mode="json"), tag=etag(view.version))


@router.post("/projets", summary="Proposer une innovation", **WRITTEN)
async def post_projet(
    request: Request, line: ProjetLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, PROJETS, line, caller, cle, prefer=prefer)


@router.get("/projets", responses=problems(422), summary="Lister les innovations, les plus soutenues d'abord")
async def get_projets(request: Request, _: Reader, stade: StadeProjet | None = None) -> list[ProjetView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_projets(conn, stade=stade)
    return [ProjetView.model_validate(dict(row)) for row in rows]


@router.get(
    "/projets/{projet_id}",
    response_model=ProjetView,
    responses=READ,
    summary="Lire une innovation et le nombre de ses soutiens",
)
async def get_projet(request: Request, _: Reader, projet_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        rows = await list_projets(conn, projet_id=projet_id)
    if not rows:
        raise Introuvable(UNKNOWN)
    # No version: votes change what is read without changing the innovation.
    return conditional(request, ProjetView.model_validate(dict(rows[0])).model_dump(mode="json"))


@router.post("/projets/{projet_id}/stades", summary="Passer à un autre stade", **WRITTEN)
async def post_stade(
    request: Request,
    projet_id: UUID,
    stade: Stade,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = StadeLine(**dict(stade), projet=projet_id)
    answer = await answer_write(request, STADES_PROJET, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/projets/{projet_id}"
    return answer


@router.post("/projets/{projet_id}/votes", summary="Voter pour une innovation", **WRITTEN)
async def post_vote(
    request: Request,
    projet_id: UUID,
    vote: Vote,
    caller: Registrar,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = VoteLine(**dict(vote), projet=projet_id)
    answer = await answer_write(request, VOTES, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/projets/{projet_id}"
    return answer


@router.post("/veille", summary="Partager une lecture", **WRITTEN)
async def post_veille(
    request: Request, line: VeilleLine, caller: Registrar, cle: Cle = None, prefer: Preference = None
) -> Response:
    answer = await answer_write(request, VEILLE, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/veille"
    return answer


@router.get("/veille", responses=problems(422), summary="Lire la veille partagée")
async def get_veille(request: Request, _: Reader, etiquette: Etiquette | None = None) -> list[VeilleView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_veille(conn, etiquette)
    return [VeilleView.model_validate(dict(row)) for row in rows]

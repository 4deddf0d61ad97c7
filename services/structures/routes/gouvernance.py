"""Routes of the governance: instances, séances, files, opinions, and the relevé of a séance."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.structures.commands.dossier import DOSSIERS, DossierLine
from services.structures.commands.inscription import (
    AVIS_RENDUS,
    INSCRIPTIONS,
    Avis,
    AvisLine,
    Inscription,
    InscriptionLine,
)
from services.structures.commands.instance import INSTANCES, InstanceLine, NatureInstance
from services.structures.commands.seance import ACTES_SEANCE, SEANCES, Acte, ActeLine, SeanceLine
from services.structures.queries.gouvernance import (
    find_instances_by_id,
    list_dossiers,
    list_instances,
    list_seances,
)
from services.structures.routes.versions import READ, WRITTEN, conditional, etag
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.errors import Introuvable
from shared.problem_schema import problems
from shared.single import Cle, Preference, answer_write
from shared.types import CodeDepartement, Jour

router = APIRouter(prefix="/v1", tags=["gouvernance"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_REGISTRE))]
Member = Annotated[Caller, Depends(requires(Action.LIRE_GOUVERNANCE))]
Secretary = Annotated[Caller, Depends(requires(Action.ECRIRE_REGISTRE))]


class InstanceView(BaseModel):
    """An instance as read."""

    id: UUID
    version: int
    nature: str
    maille: str
    territoire: str
    secteur: str
    libelle: str
    membres: list[dict[str, Any]]
    quorum: int
    delai_convocation_jours: int
    source_regles: str


class SeanceView(BaseModel):
    """A séance as read; ``situations`` are numbers and counts."""

    id: UUID
    version: int
    instance_id: UUID
    nature: str
    libelle: str
    territoire: str
    date_seance: date
    convoquee_le: date
    etat: str
    questions: list[str]
    situations: list[dict[str, Any]]
    presents: list[str] | None
    voix_presentes: int | None
    quorum: int | None
    quorum_atteint: bool | None
    conclusions: list[str]
    motif_annulation: str | None


class DossierView(BaseModel):
    """A file of an agenda; no opinion yet: ``avis`` is null."""

    id: UUID
    version: int
    seance_id: UUID | None
    structure_id: UUID
    siret: str
    type_structure: str
    raison_sociale: str
    suite_de: UUID | None
    objet: str
    etp_demandes: Decimal
    etp_accordes: Decimal | None
    montant_demande: Decimal | None
    montant_accorde: Decimal | None
    avis: str | None
    motifs: str | None


class ReleveView(BaseModel):
    """All that a séance has to say: who was there, what was judged, what was concluded."""

    seance: SeanceView
    membres_presents: list[dict[str, Any]]
    membres_absents: list[dict[str, Any]]
    dossiers: list[DossierView]


@router.post("/instances", summary="Créer une instance, ou changer sa composition", **WRITTEN)
async def post_instance(
    request: Request, line: InstanceLine, caller: Secretary, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, INSTANCES, line, caller, cle, prefer=prefer)


@router.get("/instances", responses=problems(422), summary="Lister les instances et leur composition")
async def get_instances(
    request: Request,
    _: Reader,
    nature: NatureInstance | None = None,
    departement: CodeDepartement | None = None,
) -> list[InstanceView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_instances(conn, nature, departement)
    return [InstanceView.model_validate(dict(row)) for row in rows]


@router.get(
    "/instances/{instance_id}",
    response_model=InstanceView,
    responses=READ,
    summary="Lire une instance et sa composition",
)
async def get_one_instance(request: Request, _: Reader, instance_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        row = (await find_instances_by_id(conn, [instance_id])).get(instance_id)
    if row is None:
        raise Introuvable(UNKNOWN)
    view = InstanceView.model_validate(dict(row))
    return conditional(request, view.model_dump(mode="json"), tag=etag(view.version))


@router.post("/seances", summary="Convoquer une instance", **WRITTEN)
async def post_seance(
    request: Request, line: SeanceLine, caller: Secretary, cle: Cle = None, prefer: Preference = None
) -> Response:
    return await answer_write(request, SEANCES, line, caller, cle, prefer=prefer)


@router.get("/seances", responses=problems(422), summary="Lister les séances de son périmètre")
async def get_seances(
    request: Request, caller: Member, instance_id: UUID | None = None, apres: Jour | None = None
) -> list[SeanceView]:
    async with request.app.state.engine.connect() as conn:
        rows = await list_seances(conn, caller, instance_id=instance_id, apres=apres)
    return [SeanceView.model_validate(dict(row)) for row in rows]


@router.get("/seances/{seance_id}", response_model=SeanceView, responses=READ, summary="Lire une séance")
async def get_seance(request: Request, caller: Member, seance_id: UUID) -> Response:
    read = (await _releve(request, caller, seance_id)).seance
    return conditional(request, read.model_dump(mode="json"), tag=etag(read.version))


@router.get(
    "/seances/{seance_id}/releve", responses=problems(404, 422), summary="Lire le relevé d'une séance"
)
async def get_releve(request: Request, caller: Member, seance_id: UUID) -> ReleveView:
    return await _releve(request, caller, seance_id)


async def _releve(request: Request, caller: Caller, seance_id: UUID) -> ReleveView:
    async with request.app.state.engine.connect() as conn:
        rows = await list_seances(conn, caller, seance_id=seance_id)
        if not rows:
            raise Introuvable(UNKNOWN)
        dossiers = await list_dossiers(conn, seance_id=seance_id)
    held = rows[0]
    present = set(held["presents"] or ())
    return ReleveView(
        seance=SeanceView.model_validate(dict(held)),
        membres_presents=[m for m in held["membres"] if m["organisation"] in present],
        membres_absents=[m for m in held["membres"] if m["organisation"] not in present],
        dossiers=[DossierView.model_validate(dict(row)) for row in dossiers],
    )


@router.post("/seances/{seance_id}/actes", summary="Ouvrir, clore ou annuler une séance", **WRITTEN)
async def post_acte(
    request: Request,
    seance_id: UUID,
    acte: Acte,
    caller: Secretary,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = ActeLine(**dict(acte), seance=seance_id)
    answer = await answer_write(request, ACTES_SEANCE, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/seances/{seance_id}"
    return answer


@router.post("/seances/{seance_id}/dossiers", summary="Inscrire un dossier à l'ordre du jour", **WRITTEN)
async def post_inscription(
    request: Request,
    seance_id: UUID,
    inscription: Inscription,
    caller: Secretary,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = InscriptionLine(**dict(inscription), seance=seance_id)
    answer = await answer_write(request, INSCRIPTIONS, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = answer.headers["Location"].replace(f"/seances/{seance_id}", "")
    return answer


@router.get(
    "/dossiers/{dossier_id}",
    response_model=DossierView,
    responses=READ,
    summary="Lire un dossier et l'avis rendu",
)
async def get_dossier(request: Request, caller: Member, dossier_id: UUID) -> Response:
    async with request.app.state.engine.connect() as conn:
        rows = await list_dossiers(conn, dossier_id=dossier_id)
    if not rows:
        raise Introuvable(UNKNOWN)
    target = Target(structure_id=rows[0]["structure_id"], departement=rows[0]["departement"])
    ensure(caller, Action.LIRE_GOUVERNANCE, target)
    view = DossierView.model_validate(dict(rows[0]))
    return conditional(request, view.model_dump(mode="json"), tag=etag(view.version))


@router.post("/dossiers/{dossier_id}/avis", summary="Rendre un avis motivé", **WRITTEN)
async def post_avis(
    request: Request,
    dossier_id: UUID,
    avis: Avis,
    caller: Secretary,
    cle: Cle = None,
    prefer: Preference = None,
) -> Response:
    line = AvisLine(**dict(avis), dossier=dossier_id)
    answer = await answer_write(request, AVIS_RENDUS, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = f"{router.prefix}/dossiers/{dossier_id}"
    return answer


@router.post("/dossiers-cdiae", summary="Enregistrer l'avis d'un CDIAE d'avant la plateforme", **WRITTEN)
async def post_dossier(
    request: Request, line: DossierLine, caller: Secretary, cle: Cle = None, prefer: Preference = None
) -> Response:
    answer = await answer_write(request, DOSSIERS, line, caller, cle, prefer=prefer)
    answer.headers["Location"] = answer.headers["Location"].replace("/dossiers-cdiae/", "/dossiers/")
    return answer

"""The views in JSON: key figures and territories, each with its positions and the age of its sources."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.answers import answer_json, read_territory
from services.gateway.catalogue.lecture import Lecture, lecture_of
from services.gateway.pages.secrecy import PAS
from services.gateway.queries.champ import Champ
from services.gateway.queries.reperes import Reperes, rounded
from services.gateway.rate import anonymous_rate
from services.gateway.screens.territory_json import territory_body
from shared.access.edge import open_to_all
from shared.errors import Introuvable
from shared.messaging.waiting import wait_for_positions
from shared.reference.territories import departements, regions

router = APIRouter(
    prefix="/api/vues/v1", tags=["vues"], dependencies=[Depends(open_to_all), Depends(anonymous_rate)]
)
Annee = Annotated[int, Query(ge=1990, le=2100)]
TypeStructure = Annotated[Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] | None, Query(alias="type")]
AuMoins = Annotated[str | None, Query()]
ConnuLe = Annotated[
    date | None,
    Query(description="Les chiffres avec les seuls faits connus ce jour-là, inclus (AAAA-MM-JJ)."),
]


@router.get("/reperes", summary="Chiffres clés d'une région ou d'un département")
async def get_reperes(
    request: Request,
    region: str,
    annee: Annee,
    departement: str | None = None,
    type_structure: TypeStructure = None,
    connu_le: ConnuLe = None,
    au_moins: AuMoins = None,
) -> Response:
    check_territory(region, departement)
    await wait_for_positions(request, au_moins)
    reading = await read_territory(request, Champ(region, annee, type_structure, connu_le))
    reperes = Reperes(reading.figures, departement)
    body: dict[str, Any] = {"region": region}
    if departement:
        body["departement"] = departement
    body |= {"annee": annee, **figures(reperes, lecture_of(reading.figures, departement))}
    if type_structure:
        body["type"] = type_structure
    if connu_le:
        body |= {"connu_le": connu_le.isoformat(), "effectifs_arrondis_a": PAS}
    if departement:
        heures = reperes.heures_clauses
        body["postes_cddi_cofinances"] = reperes.postes_cddi_cofinances
        body["heures_clauses"] = None if heures is None else str(rounded(heures))
    return answer_json(request, body, reading.positions)


def figures(reperes: Reperes, lecture: Lecture) -> dict[str, Any]:
    """Return the key figures as the API writes them; a small count of persons is null."""
    turnover = reperes.chiffre_affaires
    return {
        "structures": {"total": reperes.structures, **reperes.structures_par_type},
        "personnes_employees": _count(lecture.montre("presents", "personnes")),
        "etp_realises": str(rounded(reperes.etp_realises)),
        "etp_conventionnes": str(rounded(reperes.etp_conventionnes)),
        "permanents": reperes.permanents,
        "chiffre_affaires_eur": None if turnover is None else str(rounded(turnover)),
        "orientations": _count(lecture.montre("candidatures", "envoyees")),
        "financement_etat_eur": str(rounded(reperes.financement_etat)),
    }


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


@router.get("/territoires/{maille}/{code}", summary="Une région ou un département, par type et par mois")
async def get_territory(
    request: Request,
    maille: Literal["region", "departement"],
    code: str,
    annee: Annee,
    type_structure: TypeStructure = None,
    connu_le: ConnuLe = None,
    au_moins: AuMoins = None,
) -> Response:
    region, departement = territory(maille, code)
    await wait_for_positions(request, au_moins)
    reading = await read_territory(request, Champ(region, annee, type_structure, connu_le))

    body = territory_body(reading.figures, maille, code, departement)
    return answer_json(request, body, reading.positions)


def territory(maille: str, code: str) -> tuple[str, str | None]:
    """Return the region and, for a département, its code.

    Raises
    ------
    Introuvable
        No such territory.
    """
    if maille == "region" and code in regions():
        return code, None
    if maille == "departement" and code in departements():
        return departements()[code].code_region, code
    raise Introuvable("Ce territoire n'existe pas.")


def check_territory(region: str, departement: str | None) -> None:
    """Return if the région exists and holds the département.

    Raises
    ------
    Introuvable
        No such territory.
    """
    if region not in regions() or (departement and departements().get(departement, None) is None):
        raise Introuvable("Ce territoire n'existe pas.")
    if departement and departements()[departement].code_region != region:
        raise Introuvable("Ce département n'est pas dans cette région.")

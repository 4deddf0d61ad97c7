"""Routes that reconcile annexes: declared, computed, paid, written, and what the ASP says beside."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.funding.domain import echeancier
from services.funding.domain.rapprochement import Rapprochement, rapprocher
from services.funding.domain.realisation import du_cumule
from services.funding.queries.asp import donnees_asp
from services.funding.queries.financement import get_annexe
from services.funding.queries.realisation import Heures, annexes_in_force, hours_of, mois_clos, payments_of
from services.funding.routes.suivi import SOCLE, dus_par_mois
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.rights import UNKNOWN, Action, Target, ensure, may
from shared.errors import Introuvable

router = APIRouter(prefix="/v1", tags=["rapprochement"])
Reader = Annotated[Caller, Depends(requires(Action.LIRE_FINANCEMENT))]


class Explication(BaseModel):
    """A cause of a gap, euros."""

    cause: str
    montant: Decimal


class RapprochementView(BaseModel):
    """An annexe to the last month over, euros; ``inexplique`` is what no known cause makes up."""

    annexe_id: UUID
    numero: str
    structure_id: UUID
    departement: str
    inscrit: Decimal
    declare: Decimal
    calcule: Decimal
    verse: Decimal
    ecart: Decimal
    conforme: bool
    explications: list[Explication]
    inexplique: Decimal
    mois_manquants: int


class RapprochementsView(BaseModel):
    """A département and a year: the sums, and each annexe, those that nothing explains first."""

    annexes: int
    conformes: int
    expliques: int
    inexpliques: int
    inscrit: Decimal
    declare: Decimal
    calcule: Decimal
    verse: Decimal
    ecart: Decimal
    lignes: list[RapprochementView]


@router.get("/rapprochements", summary="Déclaré, calculé, versé, inscrit : les écarts d'un département")
async def get_rapprochements(
    request: Request,
    caller: Reader,
    departement: Annotated[str, Query(pattern=r"^([0-9]{2}|2[AB]|9[78][0-9])$")],
    annee: Annotated[int, Query(ge=2000, le=2100)],
) -> RapprochementsView:
    async with request.app.state.engine.connect() as conn:
        rows = await annexes_in_force(conn, [departement], annee)
        held = [row for row in rows if may(caller, Action.LIRE_FINANCEMENT, _target(row))]
        ids = [row["id"] for row in held]
        hours, paid = await hours_of(conn, ids), await payments_of(conn, ids)
    closed = mois_clos(clock.today())
    lines = [_line(row, hours.get(row["id"], []), paid.get(row["id"], []), closed) for row in held]
    lines.sort(key=lambda x: (-abs(x.inexplique), -abs(x.ecart), x.numero))

    def total(name: str) -> Decimal:
        return sum((getattr(line, name) for line in lines), Decimal(0))

    unexplained = sum(line.inexplique != 0 for line in lines)
    same = sum(line.conforme for line in lines)
    return RapprochementsView(
        annexes=len(lines),
        conformes=same,
        expliques=len(lines) - same - unexplained,
        inexpliques=unexplained,
        inscrit=total("inscrit"),
        declare=total("declare"),
        calcule=total("calcule"),
        verse=total("verse"),
        ecart=total("ecart"),
        lignes=lines,
    )


@router.get("/annexes/{annexe_id}/asp", summary="Ce que le fichier de l'ASP dit encore d'une annexe")
async def get_asp(request: Request, caller: Reader, annexe_id: UUID) -> dict[str, str]:
    async with request.app.state.engine.connect() as conn:
        row = await get_annexe(conn, annexe_id)
        if row is None:
            raise Introuvable(UNKNOWN)
        ensure(caller, Action.LIRE_FINANCEMENT, _target(row))
        return await donnees_asp(conn, annexe_id)


def _target(row: RowMapping) -> Target:
    return Target(structure_id=row["structure_id"], departement=row["departement"])


def _line(row: RowMapping, hours: list[Heures], paid: list[RowMapping], closed: str) -> RapprochementView:
    socle = row["montant_socle"]
    plan = echeancier.echeancier(
        socle, row["date_debut"], row["date_fin"], dus_par_mois(row, hours, socle).get
    )
    eligible = sum((h.eligibles for h in hours), Decimal(0))
    declared = {h.mois for h in hours}
    months = echeancier.mois_de(row["date_debut"], row["date_fin"])
    told = rapprocher(
        plan,
        inscrit=socle,
        declare=du_cumule(eligible, row["heures_par_etp"], row["montant_unitaire"], socle),
        verse=sum((p["montant"] for p in paid if p["nature"] == SOCLE), Decimal(0)),
        cofinance=row["montant_cofinance"],
        manquants=sum(mois <= closed and mois not in declared for mois in months),
        dernier_mois=closed,
    )
    return _view(row, told)


def _view(row: RowMapping, told: Rapprochement) -> RapprochementView:
    return RapprochementView(
        annexe_id=row["id"],
        numero=row["numero"],
        structure_id=row["structure_id"],
        departement=row["departement"],
        inscrit=told.inscrit,
        declare=told.declare,
        calcule=told.calcule,
        verse=told.verse,
        ecart=told.ecart,
        conforme=told.conforme,
        explications=[Explication(cause=c, montant=m) for c, m in told.explications.items()],
        inexplique=told.inexplique,
        mois_manquants=told.manquants,
    )

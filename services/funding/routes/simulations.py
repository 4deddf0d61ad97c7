"""The rules of the money as a calculator, open to all: nothing is stored, no token is asked.

A refused case answers 200 with the reason and all that does not depend on it.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.funding.domain import annexe, bareme, echeancier, formules, simulation
from shared.access.edge import open_to_all
from shared.errors import BusinessError
from shared.types import Jour, Quantite
from shared.validation import Input

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=[Depends(open_to_all)])

TypeSimule = Literal["ACI", "AI", "EI", "ETTI", "EITI", "GEIQ"]
Etp = Annotated[Quantite, Field(le=100_000)]
Euros = Annotated[Quantite, Field(le=10_000_000_000)]
MILLIONIEME = Decimal("0.000001")


class Regle(BaseModel):
    """A rule that served, with where it comes from."""

    code: str
    libelle: str
    source: str


class Refus(BaseModel):
    """Why the case is refused."""

    code: str
    detail: str


class BaremeDemande(Input):
    """A type of structure and a day."""

    type_structure: TypeSimule
    le: Jour


class BaremeSimule(BaseModel):
    """The socle of one ETP over a year, euros, general case."""

    acceptee: bool
    refus: list[Refus] = []
    montant_socle: str | None = None
    source: str | None = None
    regles: list[Regle]


class AnnexeDemande(Input):
    """An annexe to be: without ``montant_unitaire``, the barème gives it month by month."""

    type_structure: TypeSimule
    date_debut: Jour
    date_fin: Jour
    etp: Etp
    montant_unitaire: Euros | None = None
    heures_par_etp: Annotated[Quantite, Field(le=100_000)] | None = None
    cofinancement: Euros | None = None


class PeriodeSimulee(BaseModel):
    """Months under one unit amount."""

    debut: date
    fin: date
    montant_unitaire: str
    montant: str


class AnnexeSimulee(BaseModel):
    """What an annexe would be worth."""

    acceptee: bool
    refus: list[Refus] = []
    duree_mois: int | None = None
    etp_annuel: str | None = None
    jalons: list[str] | None = None
    mois_solde: str | None = None
    montant_total: str | None = None
    acomptes: list[str] | None = None
    periodes: list[PeriodeSimulee] | None = None
    part_cd: str | None = None
    etp_cd: str | None = None
    etp_etat: str | None = None
    regles: list[Regle]


REGLE_BAREME = "Montant socle d'un ETP, par an"


@router.post("/bareme", summary="Montant socle d'un ETP à une date")
async def post_bareme(demande: BaremeDemande) -> BaremeSimule:
    try:
        montant = bareme.montant_unitaire(demande.type_structure, demande.le)
    except BusinessError as refusal:
        return BaremeSimule(acceptee=False, refus=[_refus(refusal)], regles=[])
    return BaremeSimule(
        acceptee=True,
        montant_socle=_euros(montant.euros),
        source=montant.source,
        regles=[Regle(code="bareme", libelle=REGLE_BAREME, source=montant.source)],
    )


@router.post("/annexe", summary="Montant, acomptes et jalons d'une annexe")
async def post_annexe(demande: AnnexeDemande) -> AnnexeSimulee:
    debut, fin = demande.date_debut, demande.date_fin
    try:
        annexe.ensure_periode(debut, fin)
    except BusinessError as refusal:
        return AnnexeSimulee(acceptee=False, refus=[_refus(refusal)], regles=[])
    duree = formules.duree_mois(debut, fin)
    simulee = AnnexeSimulee(
        acceptee=True,
        duree_mois=duree,
        etp_annuel=_decimales(formules.etp_annuel(demande.etp, duree), 2),
        jalons=echeancier.jalons(debut, fin),
        mois_solde=echeancier.mois_apres(fin, 1),
        regles=[_regle(code) for code in ("F03", "F04")],
    )
    if calendrier := echeancier.calendrier(debut):
        simulee.regles.append(
            Regle(code="jalons", libelle="Mois de régularisation", source=calendrier.source)
        )
    try:
        annexe.ensure_type(demande.type_structure)
        cut = simulation.periodes(demande.type_structure, debut, fin, demande.montant_unitaire)
    except BusinessError as refusal:
        return simulee.model_copy(update={"acceptee": False, "refus": [_refus(refusal)]})
    return simulee.model_copy(update=_montants(demande, cut, simulee.regles))


def _montants(
    demande: AnnexeDemande, cut: list[simulation.Periode], regles: list[Regle]
) -> dict[str, object]:
    montants = simulation.chiffrer(demande.etp, cut, demande.cofinancement or Decimal(0))
    served = ["F05" if len(cut) == 1 else "F06", "F07", "F12", "F13"]
    sources = dict.fromkeys(p.source for p in cut)
    return {
        "montant_total": _euros(montants.total),
        "acomptes": [_euros(amount) for amount in montants.acomptes],
        "periodes": [
            PeriodeSimulee(
                debut=p.debut, fin=p.fin, montant_unitaire=_euros(p.montant_unitaire), montant=_euros(amount)
            )
            for p, amount in montants.periodes
        ],
        "part_cd": _decimales(montants.part_cd, 4),
        "etp_cd": _decimales(montants.etp_cd, 2),
        "etp_etat": _decimales(montants.etp_etat, 2),
        "regles": [
            *regles,
            *(_regle(code) for code in served),
            *(Regle(code="bareme", libelle=REGLE_BAREME, source=source) for source in sources),
        ],
    }


def _regle(code: str) -> Regle:
    libelle, source = formules.FORMULES[code]
    return Regle(code=code, libelle=libelle, source=source)


def _refus(refusal: BusinessError) -> Refus:
    return Refus(code=refusal.code, detail=refusal.detail)


def _euros(montant: Decimal) -> str:
    return f"{formules.arrondir(montant):f}"


def _decimales(value: Decimal, least: int) -> str:
    """Write a ratio or ETP with six decimals at most and ``least`` at least."""
    whole, _, rest = f"{value.quantize(MILLIONIEME, ROUND_HALF_UP):f}".partition(".")
    return f"{whole}.{rest.rstrip('0'):0<{least}}"

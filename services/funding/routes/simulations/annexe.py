"""The simulators of the barème and of an annexe to be."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.funding.domain import annexe, bareme, echeancier, formules, realisation, simulation
from services.funding.routes.simulations.answers import (
    Etp,
    Euros,
    Heures,
    Regle,
    Reponse,
    TypeSimule,
    essayer,
    etp,
    euros,
    refuser,
    regles,
    taux,
)
from services.funding.routes.simulations.saisis import Entered
from shared.errors import BusinessError
from shared.types import Jour
from shared.validation import Input

router = APIRouter()

REGLE_BAREME = "Montant socle d'un ETP, par an"


class Zone(Input):
    """Where a barème applies: the general case unless said otherwise."""

    mayotte: bool = False
    milieu_penitentiaire: bool = False

    @property
    def cas(self) -> bareme.Cas:
        """The barème of the case."""
        return bareme.cas(mayotte=self.mayotte, penitentiaire=self.milieu_penitentiaire)


class BaremeDemande(Zone):
    """A type of structure and a day."""

    type_structure: TypeSimule
    le: Jour


class BaremeSimule(Reponse):
    """The socle of one ETP over a year, euros; of an ACI, what it holds for coaching; the contrat passerelle."""

    montant_socle: str | None = None
    source: str | None = None
    dont_accompagnement: str | None = None
    contrat_passerelle: str | None = None


class AnnexeDemande(Zone):
    """An annexe to be: without ``montant_unitaire``, the barème gives it month by month."""

    type_structure: TypeSimule
    date_debut: Jour
    date_fin: Jour
    etp: Etp
    montant_unitaire: Euros | None = None
    heures_par_etp: Heures | None = None
    cofinancement: Euros | None = None


class PeriodeSimulee(BaseModel):
    """Months under one unit amount."""

    debut: date
    fin: date
    montant_unitaire: str
    montant: str


class Alerte(BaseModel):
    """What looks odd, without being refused."""

    code: str
    detail: str


class AnnexeSimulee(Reponse):
    """What an annexe would be worth."""

    alertes: list[Alerte]
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


@router.post("/bareme", summary="Montant socle d'un ETP à une date")
async def post_bareme(demande: BaremeDemande, saisis: Entered) -> BaremeSimule:
    try:
        montant = bareme.montant_unitaire(demande.type_structure, demande.le, demande.cas, saisis)
    except BusinessError as refusal:
        regle = Regle(code="bareme", libelle=REGLE_BAREME, source=formules.ARRETES)
        return BaremeSimule(**refuser([refusal]), regles=[regle])
    passerelle = bareme.contrat_passerelle(demande.type_structure, demande.le, demande.cas)
    return BaremeSimule(
        **refuser([]),
        montant_socle=euros(montant.euros),
        source=montant.source,
        dont_accompagnement=None if montant.accompagnement is None else euros(montant.accompagnement),
        contrat_passerelle=None if passerelle is None else euros(passerelle),
        regles=[Regle(code="bareme", libelle=REGLE_BAREME, source=montant.source)],
    )


@router.post("/annexe", summary="Montant, acomptes et jalons d'une annexe")
async def post_annexe(demande: AnnexeDemande, saisis: Entered) -> AnnexeSimulee:
    debut, fin = demande.date_debut, demande.date_fin
    if reversed_ := essayer(lambda: annexe.ensure_ordre(debut, fin)):
        return AnnexeSimulee(**refuser(reversed_), alertes=[], regles=regles("F03"))
    duree = formules.duree_mois(debut, fin)
    refusals = essayer(lambda: annexe.ensure_duree(duree), lambda: _ensure_heures(demande.heures_par_etp))
    told: dict[str, Any] = {
        "duree_mois": duree,
        "etp_annuel": etp(formules.etp_annuel(demande.etp, duree)),
        "jalons": echeancier.jalons(debut, fin),
        "mois_solde": echeancier.mois_apres(fin, 1),
        "alertes": _alertes(demande),
    }
    served = [*regles("F03", "F04"), *_calendrier(debut)]
    try:
        annexe.ensure_type(demande.type_structure)
        cut = simulation.periodes(
            demande.type_structure, debut, fin, demande.montant_unitaire, demande.cas, saisis
        )
        montants = simulation.chiffrer(demande.etp, cut)
        told |= _montants(montants)
        served += _regles_montants(cut)
        told |= _parts(demande, montants.total, duree)
        served += regles("F12", "F13")
    except BusinessError as refusal:
        refusals.append(refusal)
    return AnnexeSimulee(**refuser(refusals), **told, regles=served)


def _ensure_heures(heures_par_etp: Decimal | None) -> None:
    if heures_par_etp is not None:  # no amount of an annexe depends on them
        annexe.ensure_heures(heures_par_etp)


def _montants(montants: simulation.Montants) -> dict[str, Any]:
    return {
        "montant_total": euros(montants.total),
        "acomptes": [euros(amount) for amount in montants.acomptes],
        "periodes": [
            PeriodeSimulee(
                debut=p.debut, fin=p.fin, montant_unitaire=euros(p.montant_unitaire), montant=euros(amount)
            )
            for p, amount in montants.periodes
        ],
    }


def _parts(demande: AnnexeDemande, total: Decimal, duree: int) -> dict[str, Any]:
    parts = simulation.partager(demande.etp, total, demande.cofinancement or Decimal(0), duree)
    return {"part_cd": taux(parts.part_cd), "etp_cd": etp(parts.etp_cd), "etp_etat": etp(parts.etp_etat)}


def _calendrier(debut: date) -> list[Regle]:
    calendrier = echeancier.calendrier(debut)
    if calendrier is None:
        return []
    return [Regle(code="jalons", libelle="Mois de régularisation", source=calendrier.source)]


def _regles_montants(cut: Sequence[simulation.Periode]) -> list[Regle]:
    sources = dict.fromkeys(p.source for p in cut)
    return [
        *regles("F05" if len(cut) == 1 else "F06", "F07"),
        *(Regle(code="bareme", libelle=REGLE_BAREME, source=source) for source in sources),
    ]


def _alertes(demande: AnnexeDemande) -> list[Alerte]:
    usual = realisation.heures_vraisemblables(demande.type_structure, demande.date_debut)
    if not demande.heures_par_etp or usual is None or demande.heures_par_etp == usual:
        return []
    detail = f"Les annexes de ce type portent en général {usual} heures par ETP à cette date."
    return [Alerte(code="heures_etp_inhabituelles", detail=detail)]

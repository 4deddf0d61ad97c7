"""The rules of the contracts as a calculator, open to all, read at the dates sent (``domaine/parcours.md`` §7).

A refused case answers 200 with all the reasons.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.parcours.domain import cdi_inclusion, contrat, mise_a_disposition
from services.parcours.domain.regles import Citation, en_vigueur
from services.parcours.domain.siae import refus_d_experimentation
from services.parcours.routes.simulation_answers import Among, Simule, TypeSimule, verdict
from shared.access.edge import open_to_all
from shared.errors import BusinessError
from shared.types import Jour, Quantite
from shared.validation import Input

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=[Depends(open_to_all)])

Heures = Annotated[Quantite, Field(le=1_000_000)]


class ContratDemande(Input):
    """A contract of insertion to be; ``derogation`` is why a CDDI would pass 24 months."""

    type_structure: TypeSimule
    type_contrat: Annotated[str, Among(contrat.TYPES)]
    date_debut: Jour
    date_fin: Jour
    heures_hebdo: Heures | None = None
    derogation: Annotated[str, Among(contrat.DEROGATIONS)] | None = None
    peine_amenagee: bool = False

    @field_validator("derogation")
    @classmethod
    def _of_a_cddi(cls, derogation: str | None, info: ValidationInfo) -> str | None:
        if derogation is not None and info.data.get("type_contrat") not in (None, contrat.CDDI):
            raise PydanticCustomError("extra_forbidden", "derogation of a CDDI")
        return derogation


class ContratSimule(Simule):
    """Whether the contract may be signed; under ``heures_mini`` a week, a CDDI needs a derogation."""

    heures_mini: str | None


def _refus(check: Callable[..., None], *args: Any, **options: Any) -> list[BusinessError]:
    try:
        check(*args, **options)
    except BusinessError as refusal:
        return [refusal]
    return []


@router.post("/contrat", summary="Type, durée et horaire d'un contrat d'insertion")
async def post_contrat(demande: ContratDemande) -> ContratSimule:
    kind, signed, debut, fin = (
        demande.type_structure,
        demande.type_contrat,
        demande.date_debut,
        demande.date_fin,
    )
    refus = refus_d_experimentation(kind, debut)
    refus += _refus(contrat.verifier_type, kind, signed, debut)
    derogation = demande.derogation
    refus += _refus(
        contrat.verifier_duree,
        signed,
        debut,
        fin,
        peine_amenagee=demande.peine_amenagee,
        libre=derogation is not None,
    )
    if derogation is not None:
        refus += _refus(contrat.verifier_derogation, derogation, kind, debut, fin)
    if demande.heures_hebdo is not None:
        refus += _refus(contrat.verifier_horaire, demande.heures_hebdo, debut)
    floor = en_vigueur((contrat.HEURES_MINI,), debut) if signed == contrat.CDDI and kind != "ETTI" else None
    return ContratSimule(
        **verdict(refus, _citations(kind, signed, debut)), heures_mini=str(floor.valeur) if floor else None
    )


def _citations(kind: str, signed: str, debut: date) -> list[Citation]:
    admitted = en_vigueur(contrat.ADMIS.get(kind, ()), debut)
    length = en_vigueur(contrat.DUREES.get(signed, ()), debut)
    week = en_vigueur(contrat.HEURES_SEMAINE, debut)
    return [
        Citation(
            "contrat_type",
            "Chaque type de structure a ses types de contrat",
            admitted.source if admitted else contrat.SOURCE,
        ),
        Citation(
            "contrat_duree", "Chaque type de contrat a sa durée", length.source if length else contrat.SOURCE
        ),
        Citation("contrat_horaire", "48 heures par semaine au plus", week.source if week else contrat.SOURCE),
        Citation(
            "contrat_horaire_mini",
            "20 heures par semaine en CDDI, sauf dérogation",
            contrat.HEURES_MINI.source,
        ),
    ]


class CdiInclusionDemande(Input):
    """A CDI inclusion to be; what is not given is not judged, ``postes_en_cdi`` counts it."""

    type_structure: TypeSimule
    date_debut: Jour
    date_naissance: Jour | None = None
    entree_en_parcours: Jour | None = None
    postes_conventionnes: Heures
    postes_en_cdi: Heures
    decision_du_prefet: bool = False


class CdiInclusionSimule(Simule):
    """Whether the CDI inclusion may be signed, and how many posts may be, in ETP."""

    postes_maxi: str


@router.post("/cdi-inclusion", summary="CDI inclusion : âge, ancienneté et part des postes")
async def post_cdi_inclusion(demande: CdiInclusionDemande) -> CdiInclusionSimule:
    jour, prefet = demande.date_debut, demande.decision_du_prefet
    refus = cdi_inclusion.refus_du_type(demande.type_structure, jour)
    refus += cdi_inclusion.refus_de_la_personne(demande.date_naissance, demande.entree_en_parcours, jour)
    refus += cdi_inclusion.refus_de_la_part(
        demande.postes_en_cdi, demande.postes_conventionnes, decision_du_prefet=prefet
    )
    most = cdi_inclusion.postes_maxi(demande.postes_conventionnes, decision_du_prefet=prefet)
    return CdiInclusionSimule(
        **verdict(refus, cdi_inclusion.CITATIONS), postes_maxi=str(most.quantize(Decimal("0.01")))
    )


class MiseADispositionDemande(Input):
    """Hours of a person for a user in the 24 months that end on the day ``au``."""

    utilisateur: Annotated[str, Among(mise_a_disposition.UTILISATEURS)]
    heures: Heures
    derogation_depuis: Jour | None = None
    au: Jour


@router.post("/mise-a-disposition", summary="Heures d'un salarié d'une AI dans une même entreprise")
async def post_mise_a_disposition(demande: MiseADispositionDemande) -> Simule:
    refus = mise_a_disposition.refus_de_mise_a_disposition(
        demande.utilisateur, demande.heures, demande.derogation_depuis, demande.au
    )
    return Simule(**verdict(refus, mise_a_disposition.CITATIONS))

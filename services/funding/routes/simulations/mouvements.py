"""The simulators of a redéploiement and of a social clause."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.funding.domain import marche, redeploiement
from services.funding.routes.simulations.answers import (
    Etp,
    Euros,
    Part,
    Regle,
    Reponse,
    TypeSimule,
    etp,
    euros,
    refuser,
    regles,
)
from shared.errors import BusinessError
from shared.validation import Input

router = APIRouter()


class LigneDemandee(Input):
    """ETP taken from, or given to, structures of a type, and what one costs over a year."""

    type_structure: TypeSimule
    etp: Etp
    montant_unitaire: Euros


Lignes = Annotated[list[LigneDemandee], Field(max_length=1000)]


class RedeploiementDemande(Input):
    """What is taken and what is given."""

    retraits: Lignes
    attributions: Lignes


class RedeploiementSimule(Reponse):
    """What is left once all is given, over a year; negative when more is given than taken."""

    solde_etp: str
    solde_eur: str


class ClauseDemande(Input):
    """A contract: euros, share of labour, rate of effort, both ratios, and euros an hour."""

    montant: Euros
    part_main_oeuvre: Part
    taux_effort: Part
    cout_horaire: Euros


class ClauseSimulee(Reponse):
    """Hours of insertion, and the yearly ETP they make."""

    heures: str | None = None
    etp: str | None = None


@router.post("/redeploiement", summary="Équilibre d'un redéploiement, en euros et en ETP")
async def post_redeploiement(demande: RedeploiementDemande) -> RedeploiementSimule:
    retraits = [redeploiement.Ligne(x.type_structure, x.etp, x.montant_unitaire) for x in demande.retraits]
    attributions = [
        redeploiement.Ligne(x.type_structure, x.etp, x.montant_unitaire) for x in demande.attributions
    ]
    solde = redeploiement.equilibre(retraits, attributions)
    return RedeploiementSimule(
        **refuser(redeploiement.refusals(retraits, attributions)),
        solde_etp=etp(solde.etp),
        solde_eur=euros(solde.euros),
        regles=[
            Regle(
                code="equilibre",
                libelle="Équilibre en euros, pas en ETP",
                source=redeploiement.SOURCE_EQUILIBRE,
            )
        ],
    )


@router.post("/clause", summary="Heures d'une clause sociale")
async def post_clause(demande: ClauseDemande) -> ClauseSimulee:
    served = regles("F24", "F25")
    try:
        heures: Fraction = marche.heures_clause(
            demande.montant, demande.part_main_oeuvre, demande.taux_effort, demande.cout_horaire
        )
    except BusinessError as refusal:
        return ClauseSimulee(**refuser([refusal]), regles=served)
    return ClauseSimulee(**refuser([]), heures=etp(heures), etp=etp(marche.etp_clause(heures)), regles=served)

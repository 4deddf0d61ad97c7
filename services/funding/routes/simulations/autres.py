"""The simulators of the aid for a travailleur indépendant and of what helps a structure beside the posts."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from services.funding.domain import aides, annexe, bareme, realisation
from services.funding.routes.simulations.answers import (
    Euros,
    Heures,
    Regle,
    Reponse,
    TypeSimule,
    essayer,
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

CHAMP = Regle(code="champ", libelle="Structures d'insertion par l'activité économique", source="CT L. 5132-4")


class EitiDemande(Input):
    """The hours of a travailleur indépendant in a year; without ``montant_maximal``, the barème of the day gives it."""

    heures: Heures
    le: Jour
    montant_maximal: Euros | None = None


class EitiSimulee(Reponse):
    """The aid, euros, and the most that it can be; null where no text gives it."""

    montant: str | None = None
    montant_maximal: str | None = None


class AidesDemande(Input):
    """A type of structure and a day."""

    type_structure: TypeSimule
    le: Jour


class AideOuverte(BaseModel):
    """An aid; ``plafond`` in euros, ``part`` a ratio, days included; null where no source tells them."""

    code: str
    libelle: str
    du: date | None
    au: date | None
    plafond: str | None
    part: str | None
    source: str


class AidesOuvertes(Reponse):
    """What is open that day, beside the *aide au poste*."""

    aides: list[AideOuverte]


@router.post("/eiti", summary="Aide pour un travailleur indépendant, d'après ses heures")
async def post_eiti(demande: EitiDemande, saisis: Entered) -> EitiSimulee:
    most, served = demande.montant_maximal, regles("F29")
    if most is None:
        try:
            found = bareme.montant_unitaire("EITI", demande.le, saisis=saisis)
        except BusinessError as refusal:
            return EitiSimulee(**refuser([refusal]), regles=served)
        most = found.euros
        served.append(Regle(code="bareme", libelle="Montant maximal, par an", source=found.source))
    return EitiSimulee(
        **refuser([]),
        montant=euros(realisation.aide_eiti(demande.heures, most)),
        montant_maximal=euros(most),
        regles=served,
    )


@router.post("/aides", summary="Exonérations, crédit d'impôt, formation et conseil ouverts à une date")
async def post_aides(demande: AidesDemande) -> AidesOuvertes:
    found = aides.aides_de(demande.type_structure, demande.le)
    return AidesOuvertes(
        **refuser(essayer(lambda: annexe.ensure_type(demande.type_structure))),
        aides=[
            AideOuverte(
                code=aide.code,
                libelle=aide.libelle,
                du=aide.du,
                au=aide.au,
                plafond=None if aide.plafond is None else euros(aide.plafond),
                part=None if aide.part is None else taux(aide.part),
                source=aide.source,
            )
            for aide in found
        ],
        regles=[CHAMP, *(Regle(code=aide.code, libelle=aide.libelle, source=aide.source) for aide in found)],
    )

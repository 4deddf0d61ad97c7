"""The simulators of the part modulée, of the département's part and of the CITS."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.funding.domain import cits, cofinancement, modulation
from services.funding.routes.simulations.answers import (
    Decimale,
    Euros,
    Part,
    Regle,
    Reponse,
    essayer,
    euros,
    refuser,
    regles,
    taux,
)
from services.funding.routes.simulations.saisis import Entered
from shared.errors import BusinessError
from shared.types import Mois
from shared.validation import Input

router = APIRouter()


class ScoresDemandes(Input):
    """Scores from 0 to 1."""

    publics: Part
    effort: Part
    resultats: Part


class ModulationDemande(Input):
    """The socle due, and either scores or the rate decided."""

    socle_du: Euros
    scores: ScoresDemandes | None = None
    taux: Annotated[Decimale | None, Field(validate_default=True)] = None
    milieu_penitentiaire: bool = False

    @field_validator("taux")
    @classmethod
    def _one_of_two(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if "scores" in info.data and (value is None) == (info.data["scores"] is None):
            raise PydanticCustomError("scores_ou_taux", "Donnez les scores ou le taux, l'un des deux.")
        return value


class ModulationSimulee(Reponse):
    """The rate, a ratio, its ceiling, and the euros."""

    taux: str
    plafond: str
    montant: str | None = None


def _once(months: list[str]) -> list[str]:
    if len(set(months)) < len(months):
        raise PydanticCustomError("mois_en_double", "Un mois est donné deux fois.")
    return months


class CofinancementDemande(Input):
    """Posts in CDDI held by persons on RSA in an ACI, the same number each month."""

    postes: Annotated[int, Field(ge=0, le=100_000)]
    mois: Annotated[list[Mois], Field(max_length=1200), AfterValidator(_once)]


class CofinancementDuMois(BaseModel):
    """The flat RSA of a single person in a month, and the département's part of it; null when not known."""

    mois: str
    rsa: str | None = None
    montant: str | None = None


class CofinancementSimule(Reponse):
    """The département's part; the total is rounded once, so it may differ by some cents from the sum of the months."""

    montant: str | None = None
    detail: list[CofinancementDuMois]


class CitsDemande(Input):
    """The wages up to 2.5 SMIC of a year."""

    masse_salariale: Euros
    annee: Annotated[int, Field(ge=1, le=9999)]


class CitsSimule(Reponse):
    """The credit, euros."""

    montant: str


@router.post("/modulation", summary="Part modulée d'un socle")
async def post_modulation(demande: ModulationDemande) -> ModulationSimulee:
    penitentiaire = demande.milieu_penitentiaire
    rate = demande.taux
    if demande.scores:
        scores = modulation.Scores(demande.scores.publics, demande.scores.effort, demande.scores.resultats)
        rate = modulation.taux_module(scores, penitentiaire=penitentiaire)
    assert rate is not None  # one of the two is given
    refusals = essayer(lambda: modulation.ensure_taux(rate, penitentiaire=penitentiaire))
    grille = Regle(
        code="grille",
        libelle="Grille de modulation : 40 % publics, 35 % effort, 25 % résultats, au dixième de point",
        source=modulation.GRILLE_PAR_DEFAUT.source,
    )
    plafond = Regle(code="plafond", libelle="Plafond de la part modulée", source=modulation.SOURCE_MODULATION)
    return ModulationSimulee(
        **refuser(refusals),
        taux=taux(rate),
        plafond=taux(modulation.plafond(penitentiaire=penitentiaire)),
        montant=None if refusals else euros(modulation.part_modulee(demande.socle_du, rate)),
        regles=[*regles("F11"), plafond, *([grille] if demande.scores else [])],
    )


@router.post("/cofinancement-departemental", summary="Participation du département, 88 % du RSA")
async def post_cofinancement(demande: CofinancementDemande, saisis: Entered) -> CofinancementSimule:
    detail: list[CofinancementDuMois] = []
    refusals: list[BusinessError] = []
    for mois in demande.mois:
        try:
            rsa = cofinancement.rsa_du_mois(mois, saisis)
        except BusinessError as refusal:
            refusals.append(refusal)
            detail.append(CofinancementDuMois(mois=mois))
            continue
        part = cofinancement.participation_du_mois(Decimal(demande.postes), mois, saisis)
        detail.append(CofinancementDuMois(mois=mois, rsa=euros(rsa), montant=euros(part)))
    montant = None
    if not refusals:
        months = [(Decimal(demande.postes), m) for m in demande.mois]
        montant = euros(cofinancement.participation(months, saisis))
    rsa_regle = Regle(
        code="rsa", libelle="RSA forfaitaire d'une personne seule, par mois", source=cofinancement.SOURCE_RSA
    )
    return CofinancementSimule(
        **refuser(refusals), montant=montant, detail=detail, regles=[*regles("F14"), rsa_regle]
    )


@router.post("/cits", summary="Crédit d'impôt de taxe sur les salaires")
async def post_cits(demande: CitsDemande) -> CitsSimule:
    montant = cits.credit_impot(demande.masse_salariale, demande.annee)
    return CitsSimule(**refuser([]), montant=euros(montant), regles=regles("F26"))

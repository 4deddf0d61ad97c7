"""The other rules of a pathway as a calculator, open to all: eligibility, candidatures, exits, identifiers.

A refused case answers 200 with all the reasons and all that does not depend on them.
"""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.parcours.domain import criteres, eligibilite, identifiants, sortie, transitions
from services.parcours.domain.errors import PeriodeInversee, TransitionInterdite
from services.parcours.domain.regles import REFORME
from services.parcours.domain.siae import refus_du_type
from services.parcours.routes.simulation_answers import (
    Among,
    Regle,
    Simule,
    TypeSimule,
    ratio,
    regles,
    verdict,
)
from shared.access.edge import open_to_all
from shared.reference.nomenclatures import criteres_eligibilite, motif_sortie, motifs_sortie
from shared.types import Jour, Quantite
from shared.validation import Input

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=[Depends(open_to_all)])

Compte = Annotated[int, Field(ge=0, le=1_000_000_000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,10}_[A-Z]{2}$")]


class EligibiliteDemande(Input):
    """A diagnosis to be, made on the day ``le``."""

    type_structure: TypeSimule
    auteur: Annotated[str, Among(eligibilite.AUTEURS)]
    criteres: Annotated[list[Annotated[str, Among(criteres_eligibilite())]], Field(max_length=100)]
    le: Jour


class EligibiliteSimulee(Simule):
    """Whether the diagnosis is enough; ``valable_jusqu_au`` is its last valid day."""

    niveau_1: int
    niveau_2: int
    valable_jusqu_au: date | None


@router.post("/eligibilite", summary="Diagnostic d'éligibilité : critères et validité")
async def post_eligibilite(demande: EligibiliteDemande) -> EligibiliteSimulee:
    refus = eligibilite.refus_de_diagnostic(demande.type_structure, demande.auteur, demande.criteres)
    niveau_1, niveau_2 = eligibilite.compter(demande.criteres)
    return EligibiliteSimulee(
        **verdict(refus, eligibilite.CITATIONS),
        niveau_1=niveau_1,
        niveau_2=niveau_2,
        valable_jusqu_au=None if refus else eligibilite.fin_de_validite(demande.auteur, demande.le),
    )


class CriteresDemande(Input):
    """A profile on the day ``au``; levels and times are codes of the ASP."""

    date_naissance: Jour | None = None
    niveau_formation: Annotated[str, StringConstraints(pattern=r"^\d{2}$")] | None = None
    anciennete_france_travail: Literal["00", "01", "02", "03", "04"] | None = None
    au: Jour


class CritereVu(BaseModel):
    """A criterion; its piece is younger than ``age_maximal_mois``, null where it must hold or never ages."""

    code: str
    libelle: str
    niveau: int
    piece: str
    age_maximal_mois: int | None
    certifiable: bool


class CriteresProposes(BaseModel):
    """The criteria that the profile suggests, and all of them with what proves them."""

    proposes: list[str]
    criteres: list[CritereVu]
    regles: list[Regle]


@router.post("/criteres", summary="Critères d'éligibilité : pièces attendues et critères proposés")
async def post_criteres(demande: CriteresDemande) -> CriteresProposes:
    certified = criteres.certifiables(demande.au)
    return CriteresProposes(
        proposes=criteres.proposer(
            demande.date_naissance, demande.niveau_formation, demande.anciennete_france_travail, demande.au
        ),
        criteres=[
            CritereVu(
                code=code,
                libelle=critere.libelle,
                niveau=critere.niveau,
                piece=criteres.PIECES.valeur[code].libelle,
                age_maximal_mois=criteres.PIECES.valeur[code].mois,
                certifiable=code in certified,
            )
            for code, critere in criteres_eligibilite().items()
        ],
        regles=regles(criteres.CITATIONS),
    )


class CandidatureDemande(Input):
    """A state of a candidature and, to judge it, a transition."""

    etat: Annotated[str, Among(transitions.ETATS)]
    transition: Annotated[str, Among(transitions.TRANSITIONS)] | None = None


class CandidatureSimulee(Simule):
    """The transitions that the state allows; without one to judge, nothing is refused."""

    transitions: dict[str, str]


@router.post("/candidature", summary="Transitions d'une candidature")
async def post_candidature(demande: CandidatureDemande) -> CandidatureSimulee:
    refus = []
    if demande.transition is not None:
        try:
            transitions.apply(demande.etat, demande.transition)
        except TransitionInterdite as refusal:
            refus.append(refusal)
    return CandidatureSimulee(
        **verdict(refus, [transitions.CITATION]), transitions=transitions.possibles(demande.etat)
    )


class SortieDemande(Input):
    """An exit, by its reason or by its category; ``mesure`` is that of the annexe, by its code of the ASP."""

    type_structure: TypeSimule
    categorie: Annotated[str, Among(sortie.CATEGORIES)] | None = None
    motif: Annotated[str, Among(motifs_sortie())] | None = Field(None, validate_default=True)
    heures: Annotated[Quantite, Field(le=1_000_000)]
    date_entree: Jour
    date_sortie: Jour
    mesure: Code | None = None

    @field_validator("motif")
    @classmethod
    def _one_of_the_two(cls, motif: str | None, info: ValidationInfo) -> str | None:
        # On a field and not on the whole: all the faults are told at once.
        if "categorie" in info.data and (motif is None) == (info.data["categorie"] is None):
            kind = "missing" if motif is None else "extra_forbidden"
            raise PydanticCustomError(kind, "motif or categorie")
        return motif


class SortieSimulee(Simule):
    """Category of an exit, and whether it counts in the rates; ``raison`` is a code."""

    categorie: str
    dynamique: bool
    comptee: bool
    raison: str


@router.post("/sortie", summary="Catégorie d'une sortie, comptée ou non et pourquoi")
async def post_sortie(demande: SortieDemande) -> SortieSimulee:
    # The rules of today, whatever the dates: older exits have no simulator.
    jour = max(demande.date_sortie, REFORME)
    categorie = demande.categorie or motif_sortie(demande.motif or "", jour).categorie
    refus = refus_du_type(demande.type_structure)
    jours = (demande.date_sortie - demande.date_entree).days
    if jours < 0:
        refus.append(
            PeriodeInversee("La sortie précède l'entrée.", champ="date_sortie", source="Parcours §10.3")
        )
    raison = (
        refus[0].code
        if refus
        else sortie.juger(demande.type_structure, categorie, jour, jours, demande.heures, demande.mesure)
    )
    return SortieSimulee(
        **verdict(refus, sortie.CITATIONS),
        categorie=categorie,
        dynamique=categorie in sortie.DYNAMIQUES,
        comptee=raison == sortie.COMPTEE,
        raison=raison,
    )


class TauxDemande(Input):
    """Exits that the thresholds count, by category, and withdrawals."""

    durable: Compte
    transition: Compte
    positive: Compte
    autre: Compte
    retrait: Compte


class TauxSimules(BaseModel):
    """Rates as ratios; null when the denominator is 0."""

    taux_dynamique: str | None
    taux_durable: str | None
    denominateur: int
    regles: list[Regle]


@router.post("/taux-sorties", summary="Taux de sorties dynamiques et d'emploi durable")
async def post_taux_sorties(demande: TauxDemande) -> TauxSimules:
    taux = sortie.taux_de_sorties(demande.durable, demande.transition, demande.positive, demande.autre)
    return TauxSimules(
        taux_dynamique=ratio(taux.dynamique),
        taux_durable=ratio(taux.durable),
        denominateur=taux.denominateur,
        regles=regles(sortie.CITATIONS_TAUX),
    )


class IdentifiantsDemande(Input):
    """Identifiers to judge: any text is."""

    nir: str | None = None
    ntt: str | None = None
    siret: str | None = None
    siren: str | None = None
    naf: str | None = None
    numero_annexe: str | None = None
    identifiant_france_travail: str | None = None
    code_postal: str | None = None


@router.post("/identifiants", summary="Identifiants : valides ou non, pourquoi, décomposés")
async def post_identifiants(demande: IdentifiantsDemande) -> dict[str, Any]:
    given = [kind for kind in identifiants.JUGES if kind in demande.model_fields_set]
    answer: dict[str, Any] = {kind: _juge(kind, getattr(demande, kind)) for kind in given}
    return {**answer, "regles": regles(identifiants.JUGES[kind][1] for kind in given)}


def _juge(kind: str, texte: str | None) -> dict[str, Any]:
    jugement = identifiants.juger(kind, texte)
    raison = {} if jugement.raison is None else {"raison": jugement.raison}
    return {"valide": jugement.valide, **raison, **jugement.parties}

"""The rules of the PASS IAE as a calculator, open to all: nothing is stored, no token is asked.

A refused case answers 200 with all the reasons and all that does not depend on them.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.parcours.domain import embauche, pass_iae, prolongation, suspension
from services.parcours.domain.regles import Periode
from services.parcours.routes.simulation_answers import (
    Among,
    Paire,
    PeriodeDemandee,
    Simule,
    TypeSimule,
    verdict,
)
from shared.access.edge import open_to_all
from shared.errors import BusinessError
from shared.types import Jour
from shared.validation import Input

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=[Depends(open_to_all)])

LISTE_MAXI = 200


class PassDemande(Input):
    """A PASS IAE on the day ``au``.

    ``date_fin`` is the end as recorded, suspensions and prolongations counted in it; absent, it is computed.
    """

    date_debut: Jour
    date_fin: Jour | None = None
    au: Jour
    suspensions: Annotated[list[PeriodeDemandee], Field(max_length=LISTE_MAXI)]
    prolongations: Annotated[list[PeriodeDemandee], Field(max_length=LISTE_MAXI)]


class Carence(BaseModel):
    """The carence after the PASS; ``fin`` is its last day."""

    en_cours: bool
    fin: date


class PassSimule(Simule):
    """What a PASS IAE is worth on a day; only ``date_fin`` is told of contradictory dates."""

    date_fin: date | None = None
    duree_jours: int | None = None
    jours_restants: int | None = None
    reste_affiche: str | None = None
    etat: str | None = None
    valide: bool | None = None
    carence: Carence | None = None


@router.post("/pass-iae", summary="Durée, reliquat, état et carence d'un PASS IAE")
async def post_pass_iae(demande: PassDemande) -> PassSimule:
    suspensions = [each.periode for each in demande.suspensions]
    prolongations = [each.periode for each in demande.prolongations]
    try:
        fin = demande.date_fin or pass_iae.fin_repoussee(demande.date_debut, suspensions + prolongations)
    except BusinessError as refusal:
        return PassSimule(**verdict([refusal], pass_iae.CITATIONS))
    known = Periode(demande.date_debut, fin)
    refus = pass_iae.refus_des_dates(known, suspensions, prolongations)
    answer = PassSimule(**verdict(refus, pass_iae.CITATIONS), date_fin=fin)
    if refus:
        return answer
    left = pass_iae.reliquat(known, suspensions, demande.au)
    carence = Carence(en_cours=pass_iae.en_carence(fin, demande.au), fin=pass_iae.fin_de_carence(fin))
    return answer.model_copy(
        update={
            "duree_jours": pass_iae.duree_jours(known),
            "jours_restants": left,
            "reste_affiche": pass_iae.afficher_reste(left),
            "etat": pass_iae.etat(known, suspensions, demande.au),
            "valide": pass_iae.est_valide(known, demande.au),
            "carence": carence,
        }
    )


class SuspensionDemande(Input):
    """A suspension to be, declared on the day ``au``; ``autres`` are those of the PASS already declared."""

    pass_iae: PeriodeDemandee = Field(alias="pass")
    au: Jour
    derniere_embauche: Jour | None = None
    autres: Annotated[list[Paire], Field(max_length=LISTE_MAXI)]
    debut: Jour
    fin: Jour
    motif: Annotated[str, Among(suspension.MOTIFS)] | None = None
    type_structure: TypeSimule | None = None


class SuspensionSimulee(Simule):
    """Whether the suspension may be declared, when it may start, how long it may last, and the new end of the PASS.

    From ``debut_minimal`` on it is accepted, from ``debut_cible`` on it is declared in time.
    """

    debut_minimal: date
    debut_cible: date
    fin_maximale: date
    nouvelle_fin_pass: date | None


@router.post("/suspension", summary="Suspension d'un PASS IAE")
async def post_suspension(demande: SuspensionDemande) -> SuspensionSimulee:
    known, wanted = demande.pass_iae.periode, Periode(demande.debut, demande.fin)
    others = [Periode(*pair) for pair in demande.autres]
    refus = suspension.refus_de_suspension(known, wanted, others, demande.derniere_embauche, demande.au)
    refus += suspension.refus_du_declarant(demande.motif, demande.type_structure)
    return SuspensionSimulee(
        **verdict(refus, suspension.CITATIONS),
        debut_minimal=suspension.debut_minimal(others, demande.derniere_embauche, demande.au),
        debut_cible=suspension.debut_cible(others, demande.derniere_embauche, demande.au),
        fin_maximale=suspension.fin_maximale(demande.debut),
        nouvelle_fin_pass=None if refus else pass_iae.repousser(known.fin, wanted),
    )


class ProlongationDemande(Input):
    """A prolongation to be, asked for on the day ``au``; ``jours_deja_prolonges`` counts all the others."""

    pass_iae: PeriodeDemandee = Field(alias="pass")
    au: Jour
    debut: Jour
    fin: Jour
    motif: Annotated[str, Among(prolongation.MOTIFS)]
    type_structure: TypeSimule | None = None
    jours_deja_prolonges: Annotated[int, Field(ge=0, le=100_000)]


class ProlongationSimulee(Simule):
    """Whether the prolongation may be asked for, its window and ceiling, and the new end of the PASS."""

    fenetre_ouverte: bool
    fin_maximale: date
    prescripteur_requis: bool
    nouvelle_fin_pass: date | None


@router.post("/prolongation", summary="Prolongation d'un PASS IAE")
async def post_prolongation(demande: ProlongationDemande) -> ProlongationSimulee:
    known, wanted = demande.pass_iae.periode, Periode(demande.debut, demande.fin)
    motif, deja = demande.motif, demande.jours_deja_prolonges
    refus = prolongation.refus_de_prolongation(known, wanted, motif, deja, demande.au)
    refus += prolongation.refus_du_motif(motif, demande.type_structure, demande.au)
    return ProlongationSimulee(
        **verdict(refus, prolongation.CITATIONS),
        fenetre_ouverte=prolongation.fenetre_ouverte(known.fin, demande.au),
        fin_maximale=prolongation.fin_maximale(motif, demande.debut, deja),
        prescripteur_requis=prolongation.MOTIFS[motif].valeur.prescripteur,
        nouvelle_fin_pass=None if refus else pass_iae.repousser(known.fin, wanted),
    )


class EmbaucheDemande(Input):
    """A hire to be, decided on the day ``au``; ``pass_fin`` is the last day of the PASS of the person."""

    au: Jour
    date_embauche: Jour
    date_fin: Jour | None = None
    type_structure: TypeSimule
    pass_fin: Jour | None = None


@router.post("/embauche", summary="Dates d'une embauche")
async def post_embauche(demande: EmbaucheDemande) -> Simule:
    refus = embauche.refus_d_embauche(
        demande.type_structure, demande.date_embauche, demande.date_fin, demande.pass_fin, demande.au
    )
    return Simule(**verdict(refus, embauche.CITATIONS))

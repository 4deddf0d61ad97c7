"""The simulator of what declared hours are worth."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.funding.domain import annexe, echeancier, realisation
from services.funding.domain.errors import MoisHorsAnnexe
from services.funding.routes.simulations.answers import (
    Etp,
    Euros,
    Heures,
    Reponse,
    essayer,
    etp,
    euros,
    refuser,
    regles,
    taux,
)
from shared.types import mois_valide
from shared.validation import Input

router = APIRouter()

RANG_MAX = 120


def _mois_ou_rang(value: Any) -> Any:
    if isinstance(value, str) and mois_valide(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= RANG_MAX:
        return value
    raise PydanticCustomError(
        "mois_invalide", "Le mois s'écrit AAAA-MM, ou par son rang dans l'annexe (1, 2…)."
    )


MoisOuRang = Annotated[str | int, BeforeValidator(_mois_ou_rang)]
"""A month, ``AAAA-MM``, or its rank in the annexe, from 1."""


class HeuresDuMois(Input):
    """Hours declared for a month; several lines of one month add up."""

    mois: MoisOuRang
    heures: Heures


class RealisationDemande(Input):
    """The terms of an annexe and the hours of the months declared so far, eligible to the aid."""

    etp: Etp
    montant_unitaire: Euros
    heures_par_etp: Heures
    duree_mois: Annotated[int, Field(ge=1, le=RANG_MAX)]
    heures: Annotated[list[HeuresDuMois], Field(max_length=1000)]

    @model_validator(mode="after")
    def _one_writing(self) -> Self:
        if len({type(line.mois) for line in self.heures}) > 1:
            raise PydanticCustomError(
                "mois_melanges", "Les mois s'écrivent tous AAAA-MM, ou tous par leur rang."
            )
        return self


class EtpDuMois(BaseModel):
    """Monthly ETP."""

    mois: str | int
    etp: str


class RealisationSimulee(Reponse):
    """Where the annexe stands; what no declared month tells is null."""

    etp_annuel: str | None = None
    mois: list[EtpDuMois] | None = None
    trous: list[str | int]
    moyenne_mensuelle: str | None = None
    taux_cumule: str | None = None
    classement: realisation.Classement | None = None
    du_cumule: str | None = None
    verse_cumule: str
    regularisation: str | None = None
    atterrissage: str | None = None
    etp_reprenables: str | None = None


SERVIES = ("F01", "F02", "F05", "F07", "F08", "F09", "F17", "F18", "F19", "F21", "ETP_REPRENABLES")


@router.post("/realisation", summary="ETP, taux, dû et atterrissage d'après les heures")
async def post_realisation(demande: RealisationDemande) -> RealisationSimulee:
    heures = _par_mois(demande.heures)
    terms = realisation.Annexe(
        demande.etp, demande.montant_unitaire, demande.heures_par_etp, demande.duree_mois
    )
    trous = _trous(list(heures))
    refusals = essayer(
        lambda: annexe.ensure_duree(demande.duree_mois),
        lambda: annexe.ensure_heures(demande.heures_par_etp),
        lambda: _ensure_mois(list(heures), demande.duree_mois),
    )
    if not demande.heures_par_etp:
        verse = realisation.verse_theorique(terms.montant, terms.duree_mois, len(heures))
        return RealisationSimulee(
            **refuser(refusals), trous=trous, verse_cumule=euros(verse), regles=regles("F05", "F07")
        )
    done = realisation.realiser(terms, list(heures.values()))
    return RealisationSimulee(
        **refuser(refusals),
        etp_annuel=etp(done.etp_annuel),
        mois=[EtpDuMois(mois=mois, etp=etp(value)) for mois, value in zip(heures, done.mois, strict=True)],
        trous=trous,
        moyenne_mensuelle=None if done.moyenne_mensuelle is None else etp(done.moyenne_mensuelle),
        taux_cumule=None if done.taux_cumule is None else taux(done.taux_cumule),
        classement=done.classement,
        du_cumule=euros(done.du_cumule),
        verse_cumule=euros(done.verse_cumule),
        regularisation=euros(done.regularisation),
        atterrissage=None if done.atterrissage is None else etp(done.atterrissage),
        etp_reprenables=None if done.etp_reprenables is None else etp(done.etp_reprenables),
        regles=regles(*SERVIES),
    )


def _par_mois(lines: Sequence[HeuresDuMois]) -> dict[str | int, Fraction]:
    """Return the hours of each month declared, in order."""
    months: dict[str | int, Fraction] = {}
    for line in lines:
        months[line.mois] = months.get(line.mois, Fraction(0)) + Fraction(line.heures)
    return dict(sorted(months.items(), key=lambda item: _rang(item[0])))


def _rang(mois: str | int) -> int:
    return mois if isinstance(mois, int) else echeancier.rang_du_mois(mois)


def _trous(months: list[str | int]) -> list[str | int]:
    """Return the months between the first and the last that nobody declared, as they are written."""
    if not months:
        return []
    first, last = _rang(months[0]), _rang(months[-1])
    declared = set(map(_rang, months))
    missing = [rang for rang in range(first, last + 1) if rang not in declared]
    return [rang if isinstance(months[0], int) else echeancier.mois_du_rang(rang) for rang in missing]


def _ensure_mois(months: list[str | int], duree: int) -> None:
    """Return if the months declared hold within an annexe of this length."""
    if not months:
        return
    first = 1 if isinstance(months[0], int) else _rang(months[0])
    if _rang(months[-1]) - first + 1 > duree:
        raise MoisHorsAnnexe("Des heures sont déclarées hors de la durée de l'annexe.", champ="heures")

"""Plans, innovations and the shared watch, as data and pure rules."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from services.structures.domain.gouvernance import couverture
from services.structures.domain.gouvernance_errors import TerritoireInconnu
from shared.errors import BusinessError

IDEE, ETUDE, ESSAI, DEPLOIEMENT, ARRET = "IDEE", "ETUDE", "EXPERIMENTATION", "DEPLOIEMENT", "ARRET"
STADES = (IDEE, ETUDE, ESSAI, DEPLOIEMENT, ARRET)
SUITES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        IDEE: frozenset({ETUDE, ARRET}),
        ETUDE: frozenset({ESSAI, ARRET}),
        ESSAI: frozenset({ETUDE, DEPLOIEMENT, ARRET}),
        DEPLOIEMENT: frozenset({ARRET}),
        ARRET: frozenset({IDEE}),
    }
)
"""Stage of an innovation -> the stages that may follow: a trial may send back to the study."""


class StadeInterdit(BusinessError):
    """An innovation does not go from its stage to this one."""

    code = "stade_interdit"


class VoteDejaExprime(BusinessError):
    """The organisation already supports the innovation."""

    code = "vote_deja_exprime"


class CodeEnDouble(BusinessError):
    """Two axes, or two actions, of a plan bear the same code."""

    code = "code_en_double"


class HorsPeriodeDuPlan(BusinessError):
    """A deadline or a target falls outside the period of the plan."""

    code = "hors_periode_du_plan"


def territoire_couvert(maille: str, territoire: str) -> tuple[str, ...]:
    """Return the départements of a territory.

    Raises
    ------
    TerritoireInconnu
    """
    covered = couverture(maille, territoire)
    if not covered:
        raise TerritoireInconnu("Ce territoire n'existe pas.", champ="territoire")
    return covered


def verifier_codes(champ: str, codes: Iterable[str]) -> None:
    """Return if no code comes twice.

    Raises
    ------
    CodeEnDouble
    """
    twice = [code for code, count in Counter(codes).items() if count > 1]
    if twice:
        raise CodeEnDouble(f"Le code « {twice[0]} » est donné deux fois.", champ=champ)


def verifier_jours(debut: date, fin: date, jours: Iterable[date]) -> None:
    """Return if days are in a period, both ends included.

    Raises
    ------
    HorsPeriodeDuPlan
    """
    if any(not debut <= jour <= fin for jour in jours):
        raise HorsPeriodeDuPlan("Une échéance est hors de la période du plan.", champ="axes")


def verifier_annees(debut: date, fin: date, annees: Iterable[int]) -> None:
    """Return if years meet a period.

    Raises
    ------
    HorsPeriodeDuPlan
    """
    if any(not debut.year <= annee <= fin.year for annee in annees):
        raise HorsPeriodeDuPlan("La cible d'un indicateur est hors de la période du plan.", champ="axes")


def verifier_cibles(couverts: Collection[str], departements: Iterable[str]) -> None:
    """Return if the targets of a plan are set on départements that it covers.

    Raises
    ------
    TerritoireInconnu
    """
    outside = sorted(set(departements).difference(couverts))
    if outside:
        raise TerritoireInconnu(
            f"La cible d'un indicateur porte sur le département {outside[0]}, hors du territoire du plan.",
            champ="axes",
            correction=f"Départements du plan : {', '.join(couverts)}.",
        )


def verifier_stade(stade: str, suivant: str) -> None:
    """Return if an innovation may go from a stage to another.

    Raises
    ------
    StadeInterdit
    """
    if suivant not in SUITES[stade]:
        raise StadeInterdit(
            f"Un projet au stade « {stade} » ne passe pas au stade « {suivant} ».",
            champ="stade",
            correction=f"Stades possibles : {', '.join(sorted(SUITES[stade]))}.",
        )


def deja_vote() -> BusinessError:
    """Return the refusal of a second vote of one organisation."""
    return VoteDejaExprime("Cette organisation a déjà voté pour ce projet.", champ="organisation")

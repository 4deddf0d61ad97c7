"""The values of an indicator: a territory, its départements, and the year before at the same date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fastapi import Request

from services.gateway.catalogue import Indicateur
from services.gateway.catalogue.lecture import Compteur, Lecture
from services.gateway.counting import Counting
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.secrecy import SEUIL
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import ENTIER, Cellule
from shared.errors import BusinessError


class MoisDePersonnes(BusinessError):
    """A count of persons was asked for some months of a year."""

    code = "mois_de_personnes"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "Cet indicateur compte des personnes : il est publié à l'année, pour que la différence de deux mois "
            "n'en révèle pas quelques-unes.",
            champ="mois",
            correction="Retirez le mois ; les ETP et les heures, eux, sont publiés par mois.",
        )


@dataclass(frozen=True, slots=True)
class Ligne:
    """The value of one territory.

    Attributes
    ----------
    comparee
        Value over the months of the comparison: those of the whole period when it is over.
    avant
        The same months of the year before; « sans objet » when that year is not held.
    """

    code: str
    valeur: Valeur
    comparee: Valeur
    avant: Valeur

    @property
    def ecart(self) -> Valeur:
        """Difference with the year before; « sans objet » or « secret » as soon as one of the two is."""
        for value in (self.avant, self.comparee):
            if value is None or isinstance(value, Absence):
                return value
        return Decimal(self.comparee) - Decimal(self.avant)  # type: ignore[arg-type] # neither is absent


@dataclass(frozen=True, slots=True)
class Valeurs:
    """An indicator over a period: the territory asked for, and the départements of its région.

    ``mois`` are the first and last months of the comparison; ``complete`` tells whether they are the period.
    """

    indicateur: Indicateur
    champ: Champ
    ligne: Ligne
    region: Ligne
    departements: Sequence[Ligne]
    mois: tuple[int, int]
    complete: bool
    positions: dict[str, int]


async def read_values(
    request: Request, indicateur: Indicateur, champ: Champ, departement: str | None
) -> Valeurs:
    """Return the values of an indicator.

    Raises
    ------
    MoisDePersonnes
        It speaks of persons and the period is not a whole year.
    """
    if indicateur.mesure.personnes and champ.mois != (1, 12):
        raise MoisDePersonnes
    plain = replace(champ, type=None)
    mois = compared_months(plain)
    compared = replace(plain, mois=mois)
    before = replace(compared, annee=champ.annee - 1)
    counting: Counting = request.app.state.counting
    sources = {*indicateur.mesure.sources, "offre"}
    now, same, then = await counting.read_many([plain, compared, before], sources)
    held = bool(then.compteurs["offre"].comptes.get(ENTIER, {}).get("structures"))

    def line(code: str | None) -> Ligne:
        cell = (code, champ.type)
        value, part, old = (value_at(indicateur, c.compteurs, cell) for c in (now, same, then))
        if not held or mois[1] < mois[0]:
            old = Absence.SANS_OBJET
        if indicateur.mesure.personnes and _near(value, part):
            part = Absence.SECRET
        return Ligne(code or champ.region, value, part, old)

    return Valeurs(
        indicateur,
        champ,
        line(departement),
        line(None),
        tuple(line(code) for code in champ.departements),
        mois,
        mois == champ.mois,
        now.positions,
    )


def value_at(indicateur: Indicateur, compteurs: Mapping[str, Compteur], cell: Cellule) -> Valeur:
    """Return the value of an indicator for one cell, as it may be published."""
    return indicateur.mesure.valeur(Lecture(compteurs, cell))


def compared_months(champ: Champ) -> tuple[int, int]:
    """Return the months that are over in the period: two years are compared at the same date."""
    first, last = champ.mois
    if champ.arret == champ.fin:
        return first, last
    if champ.arret.year < champ.annee:
        return first, first
    return first, max(first, champ.arret.month - 1)


def _near(value: Valeur, part: Valeur) -> bool:
    """Tell whether the months left out hold a few persons only, whom a subtraction would reveal."""
    return isinstance(value, int) and isinstance(part, int) and 0 < abs(value - part) < SEUIL

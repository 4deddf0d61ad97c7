"""The values of an indicator: a structure or a territory, its départements, and the year before at the same date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Request

from services.gateway.catalogue import Indicateur
from services.gateway.catalogue.lecture import Compteur, Lecture
from services.gateway.catalogue.structures import REALISES, raison_sans_structure
from services.gateway.counting import Comptage, Counting
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.secrecy import SEUIL
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import ENTIER, Cellule
from services.gateway.screens.semblables import TAILLE, Semblables, quartiles
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


class IndicateurSansStructure(BusinessError):
    """An indicator that is not told of one structure was asked for one."""

    code = "indicateur_sans_structure"
    status = 409

    def __init__(self, raison: str) -> None:
        super().__init__(
            f"Cet indicateur ne se lit pas pour une structure : {raison}.",
            champ="structure",
            correction="Retirez la structure ; /api/vues/v1/indicateurs dit lesquels se lisent par structure.",
        )


@dataclass(frozen=True, slots=True)
class Ligne:
    """The value of one territory, or of one structure (by its SIRET).

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
class UneStructure:
    """A structure whose own value is asked for."""

    structure_id: UUID
    nom: str
    siret: str
    type: str
    departement: str

    @property
    def cellule(self) -> Cellule:
        """Its cell in the counts."""
        return (self.departement, self.type, self.structure_id)


def structure_of(row: Mapping[Any, Any]) -> UneStructure:
    """Return a structure of the registry as the one whose value is asked for."""
    return UneStructure(
        row["structure_id"], row["raison_sociale"], row["siret"], row["type_structure"], row["departement"]
    )


@dataclass(frozen=True, slots=True)
class Valeurs:
    """An indicator over a period: what was asked for, and the départements of its région.

    ``ligne`` is the structure, or the territory; ``mois`` are the first and last months of the comparison,
    ``complete`` tells whether they are the period.
    """

    indicateur: Indicateur
    champ: Champ
    ligne: Ligne
    region: Ligne
    departements: Sequence[Ligne]
    mois: tuple[int, int]
    complete: bool
    positions: dict[str, int]
    semblables: Semblables | None = None


async def read_values(
    request: Request,
    indicateur: Indicateur,
    champ: Champ,
    departement: str | None,
    structure: UneStructure | None = None,
) -> Valeurs:
    """Return the values of an indicator; of a structure, beside the territories counted for its type.

    Raises
    ------
    MoisDePersonnes
        It speaks of persons and the period is not a whole year.
    IndicateurSansStructure
        It is not told of one structure.
    """
    if indicateur.mesure.personnes and champ.mois != (1, 12):
        raise MoisDePersonnes
    reason = raison_sans_structure(indicateur) if structure else None
    if reason:
        raise IndicateurSansStructure(reason)
    plain = replace(champ, type=None)
    mois = compared_months(plain)
    before = replace(plain, annee=champ.annee - 1)
    counting: Counting = request.app.state.counting
    sources = {*indicateur.mesure.sources, "offre", *(TAILLE if structure else ())}
    now, same, then, whole = await counting.read_many(
        [plain, replace(plain, mois=mois), replace(before, mois=mois), before],
        sources,
        structure.type if structure else None,
    )
    held = bool(then.compteurs["offre"].comptes.get(ENTIER, {}).get("structures"))

    def line(cell: Cellule, code: str) -> Ligne:
        value, part, old = (value_at(indicateur, c.compteurs, cell) for c in (now, same, then))
        if not held or mois[1] < mois[0]:
            old = Absence.SANS_OBJET
        if _near(indicateur, cell, now, same):
            part = Absence.SECRET
        if _near(indicateur, cell, whole, then):
            old = Absence.SECRET
        return Ligne(code, value, part, old)

    return Valeurs(
        indicateur,
        champ,
        line(structure.cellule, structure.siret)
        if structure
        else line((departement, champ.type), departement or champ.region),
        line((None, champ.type), champ.region),
        tuple(line((code, champ.type), code) for code in champ.departements),
        mois,
        mois == champ.mois,
        now.positions,
        quartiles(lambda cell: value_at(indicateur, now.compteurs, cell), now.compteurs, structure.cellule)
        if structure
        else None,
    )


def value_at(indicateur: Indicateur, compteurs: Mapping[str, Compteur], cell: Cellule) -> Valeur:
    """Return the value of an indicator for one cell, as it may be published."""
    lecture = Lecture(compteurs, cell)
    silent = indicateur.code in REALISES and len(cell) > len(ENTIER) and not lecture.brut("annexes", "heures")
    return None if silent else indicateur.mesure.valeur(lecture)


def compared_months(champ: Champ) -> tuple[int, int]:
    """Return the months that are over in the period: two years are compared at the same date."""
    first, last = champ.mois
    if champ.arret == champ.fin:
        return first, last
    if champ.arret.year < champ.annee:
        return first, first
    return first, max(first, champ.arret.month - 1)


def _near(indicateur: Indicateur, cell: Cellule, whole: Comptage, part: Comptage) -> bool:
    """Tell whether the months left out of a part hold a few persons only, whom a subtraction would reveal."""
    ways = Lecture(whole.compteurs, cell), Lecture(part.compteurs, cell)
    for source, name in indicateur.mesure.effectifs:
        all_of_it, some = (lecture.montre(source, name) for lecture in ways)
        if isinstance(all_of_it, int) and isinstance(some, int) and 0 < abs(all_of_it - some) < SEUIL:
            return True
    return False

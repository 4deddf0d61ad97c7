"""The dated barème of the *aide au poste*: euros of socle for one ETP over a year.

Amounts are those of the arrêtés, never computed by indexation: published roundings follow no rule. A cell that
no text or real annexe gives is absent, and asking for it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from services.funding.domain import saisi
from services.funding.domain.errors import BaremeAbsent, BaremeDejaEnregistre


class Cas(StrEnum):
    """Which barème applies to an annexe."""

    GENERAL = "general"
    MAYOTTE = "mayotte"
    PENITENTIAIRE = "penitentiaire"
    MAYOTTE_PENITENTIAIRE = "mayotte_penitentiaire"


def cas(*, mayotte: bool, penitentiaire: bool) -> Cas:
    """Return which barème applies."""
    if mayotte:
        return Cas.MAYOTTE_PENITENTIAIRE if penitentiaire else Cas.MAYOTTE
    return Cas.PENITENTIAIRE if penitentiaire else Cas.GENERAL


@dataclass(frozen=True, slots=True)
class Palier:
    """Amounts from a day until the next palier, by type of structure; ``source`` names the text.

    ``accompagnement`` is the part of the ACI's amount meant for coaching; None where no source gives it.
    """

    a_compter_du: date
    source: str
    montants: Mapping[str, Decimal]
    accompagnement: Decimal | None = None


def _palier(jour: str, source: str, *, dont: int | None = None, **montants: int) -> Palier:
    amounts = {type_structure: Decimal(montant) for type_structure, montant in montants.items()}
    accompagnement = None if dont is None else Decimal(dont)
    return Palier(date.fromisoformat(jour), source, MappingProxyType(amounts), accompagnement)


def _depuis_2022(paliers: tuple[Palier, ...]) -> tuple[Palier, ...]:
    return tuple(palier for palier in paliers if palier.a_compter_du >= date(2022, 1, 1))


_AF_REELLES = "montants relevés dans des annexes financières réelles"

GENERAL = (
    _palier("2013-01-01", "arrêté du 3 octobre 2013", EI=10000),
    _palier("2014-01-01", "arrêté du 6 mars 2014", EI=10000, ETTI=4250),
    _palier("2014-07-01", "arrêté du 6 mars 2014", EI=10000, ETTI=4250, AI=1300, ACI=19200),
    _palier("2015-01-01", "arrêté du 18 février 2015", EI=10080, ETTI=4284, AI=1310, ACI=19354, dont=979),
    _palier("2016-01-01", "arrêté du 14 janvier 2016", EI=10143, ETTI=4311, AI=1319, ACI=19474, dont=985),
    _palier("2017-01-01", "arrêté du 28 février 2017", EI=10237, ETTI=4351, AI=1331, ACI=19655, dont=995),
    _palier("2018-01-01", "arrêté du 5 février 2018", EI=10363, ETTI=4405, AI=1347, ACI=19897, dont=1007),
    _palier("2019-01-01", "arrêté du 27 février 2019", EI=10520, ETTI=4472, AI=1367, ACI=20199, EITI=5548, dont=1022),
    _palier("2020-01-01", "arrêté du 7 février 2020", EI=10646, ETTI=4299, AI=1383, ACI=20441, EITI=5614, dont=1034),
    _palier("2021-01-01", _AF_REELLES, EI=10751, AI=1397, ACI=20642),
    _palier("2021-10-01", "arrêté du 21 décembre 2021", EI=10988, ETTI=4437, AI=1428, ACI=21096, EITI=5794, dont=1067),
    _palier("2022-01-01", "arrêté du 5 juillet 2022", EI=11087, ETTI=4253, AI=1441, ACI=21286),
    _palier("2022-05-01", "arrêté du 5 juillet 2022", EI=11381, ETTI=4366, AI=1479, ACI=21850, EITI=6001, dont=1106),
    _palier("2022-08-01", "arrêté du 5 décembre 2022", EI=11609, ETTI=4454, AI=1509, ACI=22289, EITI=6001, dont=1128),
    _palier("2023-01-01", "arrêté du 28 juillet 2023", EI=11819, ETTI=4535, AI=1536, ACI=22692, dont=1169),
    _palier("2023-05-01", "arrêté du 28 juillet 2023", EI=12081, ETTI=4636, AI=1570, ACI=23196, dont=1195),
    # No text was found for January to October 2024; those of November are these times the ratio of the SMIC.
    _palier(
        "2024-01-01", "arrêté du 28 juillet 2023, poursuivi en 2024 (recoupé)", EI=12081, ETTI=4636, AI=1570, ACI=23196, dont=1195,
    ),
    _palier("2024-11-01", "arrêté du 4 décembre 2024", EI=12459, ETTI=4781, AI=1619, ACI=23921, EITI=6570, dont=1233),
    _palier("2025-01-01", "arrêté du 4 décembre 2024", EI=13304, ETTI=4781, AI=1619, ACI=23921, EITI=6570, dont=1233),
    _palier("2026-01-01", _AF_REELLES, ACI=23921),
    _palier("2027-01-01", "aucun texte connu"),
)  # fmt: skip
"""General case, outside Mayotte and prisons."""

A_MAYOTTE = (
    _palier("2020-01-01", "arrêté du 7 février 2020", EI=8035, ETTI=3245, AI=1044, ACI=15428, dont=780),
    _palier("2021-01-01", "aucun texte connu"),
    _palier("2021-10-01", "arrêté du 21 décembre 2021", EI=8294, ETTI=3349, AI=1077, ACI=15924, EITI=4373),
    _palier("2022-01-01", "aucun texte connu"),
    _palier("2022-05-01", "arrêté du 5 juillet 2022", EI=8590, ETTI=3295, AI=1115, ACI=16493, EITI=4529),
    _palier("2022-08-01", "arrêté du 5 décembre 2022", EI=8763, ETTI=3361, AI=1138, ACI=16825, dont=850),
    _palier("2023-01-01", "arrêté du 28 juillet 2023", EI=8922, ETTI=3422, AI=1159, ACI=17130, dont=899),
    _palier("2023-05-01", "arrêté du 28 juillet 2023", EI=9120, ETTI=3498, AI=1185, ACI=17510, dont=919),
    _palier("2024-01-01", "aucun texte connu"),
    _palier("2024-11-01", "arrêté du 4 décembre 2024", EI=9412, ETTI=3610, AI=1223, ACI=18070, EITI=4961),
    _palier("2025-01-01", "arrêté du 4 décembre 2024", EI=10050, ETTI=3610, AI=1223, ACI=18070, EITI=4961),
    _palier("2026-01-01", "aucun texte connu"),
)
"""Mayotte."""

PENITENTIAIRE = (
    _palier("2017-01-01", "60 % du droit commun, arrêté du 28 février 2017", EI=6142, ACI=11793),
    _palier("2018-01-01", "60 % du droit commun, arrêté du 5 février 2018", EI=6218, ACI=11938),
    _palier("2019-01-01", "60 % du droit commun, arrêté du 27 février 2019", EI=6312, ACI=12119),
    _palier("2020-01-01", "60 % du droit commun, arrêté du 7 février 2020", EI=6388, ACI=12265),
    _palier("2021-01-01", "aucun texte connu"),
    _palier("2021-10-01", "60 % du droit commun, arrêté du 21 décembre 2021", EI=6593, ACI=12658),
    *_depuis_2022(GENERAL),
)
"""Prisons, outside Mayotte: the general amounts since 2022."""

_PASSERELLE = "montants publiés du contrat passerelle"

PASSERELLE = (
    _palier("2021-09-01", _PASSERELLE, EI=2050, ACI=2050),
    _palier("2022-01-01", _PASSERELLE, EI=2114, ACI=2114),
    _palier("2022-05-01", _PASSERELLE, EI=2170, ACI=2170),
    _palier("2022-08-01", _PASSERELLE, EI=2214, ACI=2214),
    _palier("2023-05-01", _PASSERELLE, EI=2304, ACI=2304),
    _palier("2024-11-01", _PASSERELLE, EI=2376, ACI=2376),
    _palier("2026-01-01", "aucun texte connu"),
)
"""Contrat passerelle, general case: euros for a full-time post over six months."""

PASSERELLE_MAYOTTE = (
    _palier("2022-05-01", _PASSERELLE, EI=1639, ACI=1639),
    _palier("2022-08-01", _PASSERELLE, EI=1672, ACI=1672),
    _palier("2023-01-01", "aucun texte connu"),
    _palier("2024-11-01", _PASSERELLE, EI=1796, ACI=1796),
    _palier("2025-01-01", "aucun texte connu"),
)

_TABLES = MappingProxyType(
    {
        Cas.GENERAL: GENERAL,
        Cas.MAYOTTE: A_MAYOTTE,
        Cas.PENITENTIAIRE: PENITENTIAIRE,
        Cas.MAYOTTE_PENITENTIAIRE: _depuis_2022(A_MAYOTTE),
    }
)

_PASSERELLES = MappingProxyType({Cas.GENERAL: PASSERELLE, Cas.MAYOTTE: PASSERELLE_MAYOTTE})


@dataclass(frozen=True, slots=True)
class MontantUnitaire:
    """Euros for one ETP over twelve months, and the text that says so; ``accompagnement`` is part of an ACI's."""

    euros: Decimal
    source: str
    accompagnement: Decimal | None = None


def montant_unitaire(
    type_structure: str, jour: date, cas: Cas = Cas.GENERAL, saisis: saisi.Saisis = ()
) -> MontantUnitaire:
    """Return the socle of one ETP of a type of structure on a day.

    An amount that an administrator entered holds from its day until the next one of the table.

    Raises
    ------
    BaremeAbsent
        The type has no *aide au poste*, or no amount is known for that day.
    """
    palier = _en_vigueur(_TABLES[cas], jour)
    entered = saisi.en_vigueur(saisis, saisi.AIDE_POSTE, cas, type_structure, jour)
    if entered and (palier is None or entered.a_compter_du >= palier.a_compter_du):
        return MontantUnitaire(entered.montant, entered.source)
    if palier is None or type_structure not in palier.montants:
        raise BaremeAbsent(
            f"Aucun montant n'est connu pour le type {type_structure} au {jour:%d/%m/%Y}.",
            champ="montant_unitaire",
            correction="Vérifiez le type et la date de début, ou faites enregistrer le barème de cette période.",
        )
    accompagnement = palier.accompagnement if type_structure == "ACI" else None
    return MontantUnitaire(palier.montants[type_structure], palier.source, accompagnement)


def ensure_nouveau(type_structure: str, jour: date, cas: Cas) -> None:
    """Return if the table gives no amount from this very day: what a text says is never overwritten.

    Raises
    ------
    BaremeDejaEnregistre
        It gives one.
    """
    if any(p.a_compter_du == jour and type_structure in p.montants for p in _TABLES[cas]):
        raise deja_enregistre()


def deja_enregistre() -> BaremeDejaEnregistre:
    """Return the refusal of a second amount from the same day."""
    return BaremeDejaEnregistre(
        "Un montant est déjà enregistré à compter de ce jour : il ne se remplace pas.",
        champ="a_compter_du",
        correction="Donnez la date d'effet du nouveau texte.",
    )


def contrat_passerelle(type_structure: str, jour: date, cas: Cas = Cas.GENERAL) -> Decimal | None:
    """Return the euros of a contrat passerelle on a day; None for other types than EI and ACI, in prisons, or unknown."""
    palier = _en_vigueur(_PASSERELLES.get(cas, ()), jour)
    return palier.montants.get(type_structure) if palier else None


def _en_vigueur(paliers: tuple[Palier, ...], jour: date) -> Palier | None:
    return next((p for p in reversed(paliers) if p.a_compter_du <= jour), None)

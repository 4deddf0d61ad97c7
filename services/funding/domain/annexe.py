"""What an annexe financière must satisfy: measure, number, period, barème, amounts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from services.funding.domain import formules
from services.funding.domain.bareme import Cas, montant_unitaire
from services.funding.domain.errors import (
    AnnexeDejaActive,
    HeuresEtpManquantes,
    MesureHorsChamp,
    MesureIncoherente,
    ModulationExcessive,
    MontantSocleIncoherent,
    MontantUnitaireHorsBareme,
    NumeroIncoherent,
    PeriodeInversee,
    PeriodeTropLongue,
    TypeHorsIae,
)
from shared.errors import BusinessError

MAYOTTE = "976"
AUTRE = "AUTRE"
DUREE_MAX_MOIS = 12
"""An annexe is a yearly act."""
SOURCE_DUREE = "annexe financière : acte annuel, renouvelé par avenant dans la limite de la convention"


@dataclass(frozen=True, slots=True)
class Mesure:
    """A measure that funds insertion posts: the type of structure, the prefix of its numbers, prison or not."""

    type_structure: str
    prefixe: str
    penitentiaire: bool = False


MESURES: Mapping[str, Mesure] = MappingProxyType(
    {
        "ACI_DC": Mesure("ACI", "ACI"),
        "AI_DC": Mesure("AI", "AI"),
        "EI_DC": Mesure("EI", "EI"),
        "ETTI_DC": Mesure("ETTI", "ETTI"),
        "EITI_DC": Mesure("EITI", "EITI"),
        "ACI_MP": Mesure("ACI", "ACI", penitentiaire=True),
        "EI_MP": Mesure("EI", "EI", penitentiaire=True),
        AUTRE: Mesure(AUTRE, "AUT"),  # the source does not say the type: no barème applies
    }
)
"""Source: list of measures of the ASP (``ref_mesure_v2``), without those that fund no post."""

MESURES_HORS_CHAMP = ("FDI_DC", "ACIPA_DC", "EIPA_DC")
"""Measures of the ASP that are no annexe of posts, or whose barème no text gives."""

ETATS = ("BROUILLON", "SAISI", "REJETE", "PROVISOIRE", "VALIDE", "HISTORISE", "CLOTURE", "ANNULE")
ACTIFS = ("VALIDE", "PROVISOIRE")
"""An active annexe is signed, or carried over until it is signed (ASP states)."""

MODULATION_MAX = MappingProxyType({False: Decimal("0.10"), True: Decimal("0.05")})
"""Ceiling of the part modulée, ratio of the socle, in prisons (True) or elsewhere."""
SOURCE_MODULATION = "décret n° 2014-197 ; arrêtés annuels fixant les montants des aides au poste"
SOURCE_F05 = "montants des annexes financières de l'ASP (F05)"
SOURCE_NUMERO = "forme des numéros d'annexe de l'ASP"

NUMERO = re.compile(
    r"(?P<prefixe>ACI|AI|EITI|EI|ETTI|AUT)(?P<departement>[0-9]{2}[A-Z0-9])[0-9]{6}A[0-9]M[0-9]"
)


def mesure_de(code: str) -> Mesure:
    """Return a measure by its code.

    Raises
    ------
    MesureHorsChamp
        It funds no insertion post.
    """
    if code not in MESURES:
        raise MesureHorsChamp(
            f"La mesure {code} ne finance pas de postes d'insertion.",
            champ="mesure",
            correction="Enregistrez ici les seules annexes de postes.",
        )
    return MESURES[code]


def ensure_type(type_structure: str) -> None:
    """Return if this type of structure has annexes financières of its own measure.

    Raises
    ------
    TypeHorsIae
        It is no SIAE.
    """
    if all(type_structure != mesure.type_structure for mesure in MESURES.values()):
        raise TypeHorsIae(
            f"Une structure {type_structure} n'a pas d'annexe financière.",
            champ="type_structure",
            source="CT L. 5132-4",
        )


def ensure_mesure(mesure: Mesure, type_structure: str) -> None:
    """Return if the measure is one of the structure's type.

    Raises
    ------
    MesureIncoherente
        It is another type's.
    """
    if mesure.type_structure != type_structure:
        raise MesureIncoherente(
            f"La mesure est celle d'une structure {mesure.type_structure}, la structure est {type_structure}.",
            champ="mesure",
            correction="Vérifiez la mesure, ou le type de la structure.",
        )


def departement_du_numero(code: str) -> str:
    """Return the département that the three characters of a number tell: 051 → 51, 02A → 2A, 59L → 59, 971."""
    if code.startswith("59"):  # the Nord is cut in units
        return "59"
    return code.removeprefix("0")


def ensure_numero(numero: str, mesure: Mesure, departement: str) -> None:
    """Return if a number (well formed, without blanks) tells the measure and the structure's département.

    Raises
    ------
    NumeroIncoherent
        It tells others.
    """
    parts = NUMERO.fullmatch(numero)
    if parts is None or parts["prefixe"] != mesure.prefixe:
        raise NumeroIncoherent(
            f"Le numéro d'une annexe de cette mesure commence par {mesure.prefixe}.",
            champ="numero",
            source=SOURCE_NUMERO,
        )
    told = departement_du_numero(parts["departement"])
    if told != departement:
        raise NumeroIncoherent(
            f"Le numéro désigne le département {told}, la structure est dans le {departement}.",
            champ="numero",
            source=SOURCE_NUMERO,
        )


def ensure_periode(debut: date, fin: date) -> None:
    """Return if a period, both days included, is in order and touches twelve months at most.

    Raises
    ------
    PeriodeInversee, PeriodeTropLongue
        It ends before it starts; it touches more months.
    """
    if fin < debut:
        raise PeriodeInversee("L'annexe finit avant de commencer.", champ="date_fin")
    if formules.duree_mois(debut, fin) > DUREE_MAX_MOIS:
        raise PeriodeTropLongue(
            "Une annexe financière couvre douze mois au plus.",
            champ="date_fin",
            correction="Enregistrez une annexe par année.",
            source=SOURCE_DUREE,
        )


def ensure_heures(heures_par_etp: Decimal | None) -> Decimal:
    """Return the yearly hours of one ETP of an annexe.

    Raises
    ------
    HeuresEtpManquantes
        They are absent or zero: no table replaces them, the annexe carries its own.
    """
    if not heures_par_etp:
        raise HeuresEtpManquantes(
            "L'annexe ne dit pas combien d'heures font un ETP.",
            champ="heures_par_etp",
            correction="Reprenez la durée annuelle inscrite à l'annexe.",
            source="référentiel des montants de l'ASP, code DUR_AN_ETP",
        )
    return heures_par_etp


def ensure_bareme(mesure: Mesure, departement: str, debut: date, unitaire: Decimal) -> None:
    """Return if the amount of one ETP is the one of the barème on the first day; AUTRE has no barème.

    Raises
    ------
    BaremeAbsent, MontantUnitaireHorsBareme
        No amount is known; it is another one.
    """
    if mesure.type_structure == AUTRE:
        return
    bareme = montant_unitaire(mesure.type_structure, debut, _cas(mesure, departement))
    if unitaire != bareme.euros:
        raise MontantUnitaireHorsBareme(
            f"Le barème fixe {bareme.euros} € par ETP au {debut:%d/%m/%Y}.",
            champ="montant_unitaire",
            correction="Reprenez le montant du barème, ou corrigez la date de début.",
            source=bareme.source,
        )


def _cas(mesure: Mesure, departement: str) -> Cas:
    if departement == MAYOTTE:
        return Cas.MAYOTTE_PENITENTIAIRE if mesure.penitentiaire else Cas.MAYOTTE
    return Cas.PENITENTIAIRE if mesure.penitentiaire else Cas.GENERAL


def ensure_socle(socle: Decimal, etp: Decimal, unitaire: Decimal, mois: int) -> None:
    """Return if the socle is, to the cent, what ETP, unit amount and length give.

    Raises
    ------
    MontantSocleIncoherent
        It is another amount.
    """
    expected = formules.montant_annexe(etp, unitaire, mois)
    if socle != expected:
        raise MontantSocleIncoherent(
            f"{etp} ETP à {unitaire} € sur {mois} mois font {expected} €.",
            champ="montant_socle",
            correction="Sur douze mois : ETP × montant unitaire, au centime. "
            "Sinon : le douzième arrondi au centime, multiplié par le nombre de mois.",
            source=SOURCE_F05,
        )


def ensure_modulation(mesure: Mesure, socle: Decimal, module: Decimal | None) -> None:
    """Return if the part modulée is under its ceiling.

    Raises
    ------
    ModulationExcessive
        It passes 10 % of the socle, 5 % in prisons.
    """
    ceiling = MODULATION_MAX[mesure.penitentiaire]
    if module is not None and module > formules.arrondir(socle * ceiling):
        raise ModulationExcessive(
            f"La part modulée dépasse {ceiling * 100:.0f} % du montant socle.",
            champ="montant_module",
            source=SOURCE_MODULATION,
        )


def deja_active() -> BusinessError:
    """Return the refusal of a second active annexe with the same number."""
    return AnnexeDejaActive(
        "Une annexe active porte déjà ce numéro.",
        champ="numero",
        correction="Vérifiez le numéro, ou l'état de l'annexe envoyée.",
        source="numéro unique parmi les annexes VALIDE et PROVISOIRE",
    )

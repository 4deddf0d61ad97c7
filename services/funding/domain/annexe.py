"""What an annexe financière must satisfy: measure, number, period, barème, amounts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from services.funding.domain import formules, modulation
from services.funding.domain.bareme import cas, montant_unitaire
from services.funding.domain.errors import (
    AnnexeDejaActive,
    AnnexeSansEffet,
    AvenantImpossible,
    HeuresEtpManquantes,
    MesureHorsChamp,
    MesureIncoherente,
    ModulationExcessive,
    MontantSocleIncoherent,
    MontantUnitaireHorsBareme,
    NumeroIncoherent,
    PeriodeInversee,
    PeriodeTropLongue,
    PrevisionsIncoherentes,
    TransitionInterdite,
    TypeHorsIae,
)
from services.funding.domain.saisi import Saisis
from shared import french
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

TRANSITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "BROUILLON": ("SAISI",),
        "SAISI": ("REJETE", "PROVISOIRE", "VALIDE"),
        "PROVISOIRE": ("VALIDE",),
        "VALIDE": ("HISTORISE", "CLOTURE", "ANNULE"),
    }
)
"""States that an annexe may take from another; HISTORISE comes with the avenant that replaces it."""
SOURCE_ETATS = "états des annexes financières de l'ASP"
CIRCUITS = ("ASP", "DIRECT")
"""How a cofunder pays: through the ASP, or to the structure."""
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
    ensure_ordre(debut, fin)
    ensure_duree(formules.duree_mois(debut, fin))


def ensure_ordre(debut: date, fin: date) -> None:
    """Return if a period, both days included, is in order.

    Raises
    ------
    PeriodeInversee
        It ends before it starts.
    """
    if fin < debut:
        raise PeriodeInversee("L'annexe finit avant de commencer.", champ="date_fin")


def ensure_duree(mois: int) -> None:
    """Return if an annexe touches twelve months at most.

    Raises
    ------
    PeriodeTropLongue
        It touches more.
    """
    if mois > DUREE_MAX_MOIS:
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


def ensure_bareme(
    mesure: Mesure, departement: str, debut: date, unitaire: Decimal, saisis: Saisis = ()
) -> None:
    """Return if the amount of one ETP is the one of the barème on the first day; AUTRE has no barème.

    Raises
    ------
    BaremeAbsent, MontantUnitaireHorsBareme
        No amount is known; it is another one.
    """
    if mesure.type_structure == AUTRE:
        return
    applicable = cas(mayotte=departement == MAYOTTE, penitentiaire=mesure.penitentiaire)
    bareme = montant_unitaire(mesure.type_structure, debut, applicable, saisis)
    if unitaire != bareme.euros:
        raise MontantUnitaireHorsBareme(
            f"Le barème fixe {french.euros(bareme.euros)} par ETP au {debut:%d/%m/%Y}.",
            champ="montant_unitaire",
            correction="Reprenez le montant du barème, ou corrigez la date de début.",
            source=bareme.source,
        )


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
            f"{french.written(etp, 2)} ETP à {french.euros(unitaire)} sur {mois} mois font {french.euros(expected)}.",
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
    ceiling = modulation.plafond(penitentiaire=mesure.penitentiaire)
    if module is not None and module > modulation.part_modulee(socle, ceiling):
        raise ModulationExcessive(
            f"La part modulée dépasse {ceiling * 100:.0f} % du montant socle.",
            champ="montant_module",
            source=modulation.SOURCE_MODULATION,
        )


def module_plafonne(mesure: Mesure, socle: Decimal, module: Decimal | None) -> Decimal | None:
    """Return the part modulée that an annexe keeps when an avenant changes its socle: never above its ceiling."""
    if module is None:
        return None
    return min(module, modulation.part_modulee(socle, modulation.plafond(penitentiaire=mesure.penitentiaire)))


def ensure_previsions(dynamique: Decimal | None, parts: Sequence[Decimal | None]) -> None:
    """Return if the forecast rates of exit (durable, transition, positive) add up to the dynamic one, when given.

    Raises
    ------
    PrevisionsIncoherentes
        They do not, or some are missing.
    """
    if dynamique is None and not any(part is not None for part in parts):
        return
    total = sum((part or Decimal(0) for part in parts), Decimal(0))
    if total > 1 or (dynamique is not None and total != dynamique):
        raise PrevisionsIncoherentes(
            "Le taux de sorties dynamiques prévu est la somme des trois autres, au plus 1.",
            champ="taux_dynamique_prevu",
            source="annexes financières de l'ASP : vrai sur 71 lignes sur 71",
        )


def ensure_modulable(etat: str) -> None:
    """Return if a part modulée may be decided on an annexe in this state.

    Raises
    ------
    AnnexeSansEffet
        It was never signed, or an avenant replaced it: the avenant is the one to decide on.
    """
    if etat not in (*ACTIFS, "CLOTURE"):
        raise AnnexeSansEffet(
            "La part modulée se décide sur une annexe en vigueur ou close.",
            champ="annexe",
            correction="Donnez l'annexe signée, ou l'avenant qui la remplace.",
            source=SOURCE_ETATS,
        )


def ensure_transition(etat: str, vers: str) -> None:
    """Return if an annexe may go from a state to another.

    Raises
    ------
    TransitionInterdite
        It may not.
    """
    allowed = TRANSITIONS.get(etat, ())
    if vers not in allowed:
        raise TransitionInterdite(
            f"Une annexe {etat} ne passe pas à l'état {vers}.",
            champ="etat",
            correction=f"États possibles : {', '.join(allowed)}." if allowed else "Cet état est définitif.",
            source=SOURCE_ETATS,
        )


def est_active(etat: str, date_fin: date, le: date) -> bool:
    """Tell whether an annexe is active on a day: signed or carried over, and not in its last day."""
    return etat in ACTIFS and date_fin > le


def numero_modifie(numero: str) -> str:
    """Return the number of the next modification of an annexe: M0 → M1.

    Raises
    ------
    AvenantImpossible
        The one digit is used up.
    """
    return numero[:-1] + _next_digit(numero[-1], "modification")


def numero_renouvele(numero: str) -> str:
    """Return the number of the renewal of an annexe for the next year: A0M2 → A1M0.

    Raises
    ------
    AvenantImpossible
        The one digit is used up.
    """
    return numero[:-3] + _next_digit(numero[-3], "renouvellement") + "M0"


def _next_digit(digit: str, avenant: str) -> str:
    if digit == "9":
        raise AvenantImpossible(
            f"Le numéro ne laisse pas de place à un autre avenant de {avenant}.",
            champ="annexe",
            source=SOURCE_NUMERO,
        )
    return str(int(digit) + 1)


def deja_active() -> BusinessError:
    """Return the refusal of a second active annexe with the same number."""
    return AnnexeDejaActive(
        "Une annexe active porte déjà ce numéro.",
        champ="numero",
        correction="Vérifiez le numéro, ou l'état de l'annexe envoyée.",
        source="numéro unique parmi les annexes VALIDE et PROVISOIRE",
    )

"""The PASS IAE: how long it lasts, what is left of it, in which state it is, and the carence that follows it.

``domaine/parcours.md`` §5.1, §5.2 and §5.4. Since 1 September 2021 only: see `agrement` for what was before.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from services.parcours.domain.errors import PeriodeInversee
from services.parcours.domain.errors_pass import HorsCalendrier, PassInvalide
from services.parcours.domain.regles import REFORME, Citation, Periode, Regle, plus_mois
from shared.errors import BusinessError

FUTURE, VALID, SUSPENDED, EXPIRED = "FUTURE", "VALID", "SUSPENDED", "EXPIRED"
ETATS = (FUTURE, VALID, SUSPENDED, EXPIRED)

DUREE = Regle(730, "CT R5132-1-2 (24 mois)", REFORME)
"""Days of a PASS IAE, both ends included."""

CARENCE = Regle(24, "CT R5132-1-4", REFORME)
"""Months after the last day of a PASS IAE in which another is not delivered, the last day included."""

ESTIMATION = Regle(7, "Parcours §5.2, affichage", REFORME)
"""Days left from which they are also told in weeks, months or years."""

DERNIER_JOUR = date(2999, 12, 31)
"""Last day that a date of the platform may be."""

CITATIONS = (
    Citation("pass_duree", "730 jours : dernier jour = début + 730 jours − 1", DUREE.source),
    Citation(
        "pass_dates_repoussees",
        "Chaque suspension ou prolongation repousse le dernier jour de (fin − début) jours",
        "Parcours §5.5 et §5.6 ; CT R5132-1-3 et R5132-1-8",
    ),
    Citation(
        "pass_reliquat",
        "Jours restants du PASS, moins les jours restants de ses suspensions",
        "Parcours §5.2, reliquat",
    ),
    Citation("pass_affichage", "Estimation à partir de 7 jours, en semaines, mois ou ans", ESTIMATION.source),
    Citation("pass_etat", "EXPIRED, puis SUSPENDED, puis VALID, puis FUTURE", "Parcours §5.2, état"),
    Citation("pass_carence", "Carence jusqu'à 2 ans après le dernier jour, inclus", CARENCE.source),
)


def fin_de_droit_commun(debut: date) -> date:
    """Return the last day, included, of a PASS IAE that nothing has moved."""
    return debut + timedelta(DUREE.valeur - 1)


def jours_ajoutes(periode: Periode) -> int:
    """Return by how many days a suspension or a prolongation pushes the end: last day minus first, no more."""
    return (periode.fin - periode.debut).days


def repousser(fin: date, ajout: Periode) -> date:
    """Return the last day of a PASS IAE that ended on a day, after one more suspension or prolongation."""
    return fin + timedelta(jours_ajoutes(ajout))


def fin_repoussee(debut: date, ajouts: Iterable[Periode]) -> date:
    """Return the last day of a PASS IAE once its suspensions and prolongations are counted.

    Raises
    ------
    HorsCalendrier
        It would be after the year 2999.
    """
    days = DUREE.valeur - 1 + sum(jours_ajoutes(ajout) for ajout in ajouts)
    if debut.toordinal() + days > DERNIER_JOUR.toordinal():
        raise HorsCalendrier(
            "La fin du PASS IAE dépasse l'année 2999.", champ="date_debut", source="Parcours §5.2, durée"
        )
    return debut + timedelta(days)


def duree_jours(pass_iae: Periode) -> int:
    """Return the length shown, both days included."""
    return (pass_iae.fin - pass_iae.debut).days + 1


def reste(periode: Periode, jour: date) -> int:
    """Return the days of a period from a day on, that day included: none when it is over, all before it starts."""
    return max((periode.fin - jour).days + 1, 0) - max((periode.debut - jour).days, 0)


def reliquat(pass_iae: Periode, suspensions: Iterable[Periode], jour: date) -> int:
    """Return the days left in a PASS IAE on a day, those of its suspensions taken away."""
    return reste(pass_iae, jour) - sum(reste(suspension, jour) for suspension in suspensions)


def afficher_reste(jours: int) -> str:
    """Return days left as shown: ``6 jours``, ``13 jours (1 semaine et 6 jours)``, ``123 jours (Environ 4 mois)``."""
    shown = _compte(max(jours, 0), "jour")
    if jours < ESTIMATION.valeur:
        return shown
    annees, left = divmod(jours, 365)
    mois = left * 12 // 365
    semaines, days = divmod(left - mois * 365 // 12, 7)
    units = ((annees, "an"), (mois, "mois"), (semaines, "semaine"), (days, "jour"))
    first = next(rank for rank, (count, _) in enumerate(units) if count)
    told = " et ".join(_compte(count, unit) for count, unit in units[first : first + 2] if count)
    return f"{shown} (Environ {told})" if annees or mois else f"{shown} ({told})"


def _compte(count: int, unit: str) -> str:
    return f"{count} {unit}" + ("s" if count > 1 and unit != "mois" else "")


def fin_estimee(pass_iae: Periode, suspensions: Iterable[Periode], jour: date) -> date:
    """Return the last day if suspensions ended today: the days left, spent from a day on."""
    left = reliquat(pass_iae, suspensions, jour)
    return min(max(pass_iae.debut, jour) + timedelta(left - 1), pass_iae.fin)


def est_valide(pass_iae: Periode, jour: date) -> bool:
    """Tell whether a PASS IAE is valid: one that has not begun is."""
    return jour <= pass_iae.fin


def est_en_cours(pass_iae: Periode, jour: date) -> bool:
    """Tell whether a PASS IAE has begun and is not over."""
    return pass_iae.debut <= jour <= pass_iae.fin


def est_suspendu(suspensions: Iterable[Periode], jour: date) -> bool:
    """Tell whether a suspension covers a day."""
    return any(suspension.debut <= jour <= suspension.fin for suspension in suspensions)


def etat(pass_iae: Periode, suspensions: Iterable[Periode], jour: date) -> str:
    """Return the state of a PASS IAE on a day; the first that holds of EXPIRED, SUSPENDED, VALID and FUTURE."""
    if not est_valide(pass_iae, jour):
        return EXPIRED
    if est_suspendu(suspensions, jour):
        return SUSPENDED
    return VALID if est_en_cours(pass_iae, jour) else FUTURE


def fin_de_carence(fin: date) -> date:
    """Return the last day, included, of the carence that follows a PASS IAE."""
    return plus_mois(fin, CARENCE.valeur)


def en_carence(fin: date, jour: date) -> bool:
    """Tell whether a day is in the carence that follows the last day of a PASS IAE."""
    return fin < jour <= fin_de_carence(fin)


def refus_des_dates(
    pass_iae: Periode, suspensions: Sequence[Periode] = (), prolongations: Sequence[Periode] = ()
) -> list[BusinessError]:
    """Return what contradicts itself in the dates of a PASS IAE, its suspensions and its prolongations."""
    refus: list[BusinessError] = []
    if pass_iae.fin <= pass_iae.debut:
        refus.append(
            PassInvalide(
                "Le PASS IAE doit finir après son premier jour (le même jour, il est annulé).",
                champ="date_fin",
                source="Parcours §5.2 : début < fin",
            )
        )
    if any(suspension.fin < suspension.debut for suspension in suspensions):
        refus.append(
            PeriodeInversee(
                "Une suspension finit avant de commencer.",
                champ="suspensions",
                source="Parcours §5.5, durée",
            )
        )
    if any(prolongation.fin <= prolongation.debut for prolongation in prolongations):
        refus.append(
            PeriodeInversee(
                "Une prolongation dure un jour au moins.",
                champ="prolongations",
                source="Parcours §5.6, durée min",
            )
        )
    return refus

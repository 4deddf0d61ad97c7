"""Postponing a PASS IAE that has not begun, cancelling one, closing one that was long suspended (``domaine/parcours.md`` §5.7)."""

from dataclasses import replace
from datetime import date

from services.parcours.domain import pass_iae as rules
from services.parcours.domain.dossier import ADMIN, DEFAULT, Dossier, PassIae, Suspension
from services.parcours.domain.embauche import refus_d_embauche
from services.parcours.domain.errors_pass import (
    AnnulationImpossible,
    ClotureImpossible,
    PassPasEnCours,
    ReportImpossible,
)
from services.parcours.domain.regles import REFORME, Regle
from shared.errors import BusinessError

SOURCE_ANNULATION = "Parcours §5.7, suppression et annulation"
SOURCE_REPORT = "Parcours §5.7, report du début"
SUSPENSION_LONGUE = Regle(365, "Parcours §5.7 ; CT R5132-1-3 : plus de 12 mois consécutifs", REFORME)
"""Days of a suspension past which the pathway may be closed."""


def refus_de_report(
    dossier: Dossier, known: PassIae, debut: date, type_structure: str, jour: date
) -> list[BusinessError]:
    """Return why a PASS IAE may not begin on another day."""
    if known.date_debut <= jour:
        return [
            ReportImpossible(
                "Le PASS IAE a commencé : son début ne se reporte plus.",
                champ="date_debut",
                correction="Suspendez-le.",
                source=SOURCE_REPORT,
            )
        ]
    refus = refus_d_embauche(type_structure, debut, None, None, jour)
    if any(known.date_debut <= contrat.jour < debut for contrat in dossier.contrats):
        refus.append(
            ReportImpossible(
                "Un contrat commence avant ce jour : le PASS IAE ne le couvrirait plus.",
                champ="date_debut",
                source=SOURCE_REPORT,
            )
        )
    return refus


def reporter(known: PassIae, debut: date) -> PassIae:
    """Return a PASS IAE that begins on another day, for its whole length."""
    return replace(
        known, version=known.version + 1, date_debut=debut, date_fin=rules.fin_de_droit_commun(debut)
    )


def est_annulable(known: PassIae) -> bool:
    """Tell whether a PASS IAE may be cancelled: one that was delivered elsewhere is not ours to take away."""
    return known.origine in (DEFAULT, ADMIN)


def refus_d_annulation(dossier: Dossier, known: PassIae, embauches: int) -> list[BusinessError]:
    """Return why a PASS IAE may not be cancelled.

    Parameters
    ----------
    embauches
        How many accepted candidatures rest on it.
    """
    refus: list[BusinessError] = []
    if not est_annulable(known):
        refus.append(
            AnnulationImpossible(
                "Ce PASS IAE a été délivré ailleurs : il n'est pas annulé ici.", source=SOURCE_ANNULATION
            )
        )
    if embauches != 1:
        refus.append(
            AnnulationImpossible(
                "Un PASS IAE s'annule quand une embauche, et une seule, repose sur lui.",
                correction="Annulez d'abord les autres embauches, ou suspendez le PASS IAE.",
                source=SOURCE_ANNULATION,
            )
        )
    if any(contrat.jour >= known.date_debut for contrat in dossier.contrats):
        refus.append(
            AnnulationImpossible(
                "Un contrat est signé sous ce PASS IAE.",
                correction="Déclarez la sortie du contrat.",
                source=SOURCE_ANNULATION,
            )
        )
    return refus


def refus_de_cloture(dossier: Dossier, known: PassIae, jour: date) -> list[BusinessError]:
    """Return why a PASS IAE may not be closed on a day: it must be running, after a long suspension without a hire."""
    if not rules.est_en_cours(known.periode, jour):
        return [PassPasEnCours("Le PASS IAE n'est pas en cours.", source=SUSPENSION_LONGUE.source)]
    if any(_longue(each, dossier, jour) for each in dossier.suspensions_de(known.id)):
        return []
    return [
        ClotureImpossible(
            f"Aucune suspension de plus de {SUSPENSION_LONGUE.valeur} jours n'est en cours ou restée sans embauche.",
            correction="Attendez que la suspension ait duré plus de 12 mois.",
            source=SUSPENSION_LONGUE.source,
        )
    ]


def _longue(suspension: Suspension, dossier: Dossier, jour: date) -> bool:
    """Tell whether a suspension is long enough, until today when it runs, and no hire followed it."""
    end = min(suspension.date_fin, jour)
    if (end - suspension.date_debut).days <= SUSPENSION_LONGUE.valeur:
        return False
    hires = (*dossier.embauches, *dossier.contrats)
    return suspension.date_fin >= jour or not any(hire.jour > suspension.date_fin for hire in hires)


def clore(dossier: Dossier, known: PassIae, jour: date) -> tuple[PassIae, Suspension | None]:
    """Return a PASS IAE whose last day is today, and the suspension that ends with it."""
    closed = replace(known, version=known.version + 1, date_fin=jour)
    current = dossier.suspension_en_cours(known.id, jour)
    if current is None or current.date_fin == jour:
        return closed, None
    return closed, replace(current, version=current.version + 1, date_fin=jour)

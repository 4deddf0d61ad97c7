"""Suspensions of a PASS IAE (``domaine/parcours.md`` §5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.parcours.domain.errors import PeriodeInversee
from services.parcours.domain.errors_pass import (
    MotifFerme,
    MotifReserve,
    PassPasEnCours,
    PassSuspendu,
    SuspensionChevauchante,
    SuspensionFuture,
    SuspensionHorsPass,
    SuspensionTropAncienne,
    SuspensionTropLongue,
)
from services.parcours.domain.pass_iae import est_en_cours, est_suspendu, refus_des_dates
from services.parcours.domain.regles import REFORME, Citation, Periode, Regle, plus_mois
from services.parcours.domain.siae import SIAE, refus_du_type, type_de_regle
from shared.errors import BusinessError

DUREE_MAXI = Regle(36, "Parcours §5.5 : 36 mois par suspension", REFORME)
"""Months of one suspension; the last day is the eve of the same day of the month."""

SOURCE = "Parcours §5.5"
SOURCE_DEBUT = f"{SOURCE} ; CT R5132-1-3"

RETROACTIVITE = Regle(365, "Parcours §5.5, rétroactivité", REFORME)
"""Days that a suspension may go back, at most."""

CIBLE = Regle(30, "Parcours §5.5, rétroactivité : cible affichée de 30 jours", REFORME)
"""Days in which a suspension is expected to be declared: shown, and never refused."""


@dataclass(frozen=True, slots=True)
class Motif:
    """A reason of suspension.

    Attributes
    ----------
    types
        Types of structure that may give it.
    ouvert
        Whether a new suspension may give it: the old ones are only kept.
    levable
        Whether a hire ends the suspension; else it blocks candidatures.
    """

    types: tuple[str, ...] = SIAE
    ouvert: bool = True
    levable: bool = True


SOURCE_MOTIFS = "Parcours §5.5, motifs de suspension"
_OUVERT = Regle(Motif(), SOURCE_MOTIFS, REFORME)
_ANCIEN = Regle(Motif(ouvert=False, levable=False), SOURCE_MOTIFS, REFORME)
MOTIFS = {
    "CONTRACT_SUSPENDED": _OUVERT,
    "CONTRACT_BROKEN": _OUVERT,
    "FINISHED_CONTRACT": _OUVERT,
    "APPROVAL_BETWEEN_CTA_MEMBERS": _OUVERT,
    "CONTRAT_PASSERELLE": Regle(Motif(types=("ACI", "EI")), SOURCE_MOTIFS, REFORME),
    "SICKNESS": _ANCIEN,
    "MATERNITY": _ANCIEN,
    "INCARCERATION": _ANCIEN,
    "TRIAL_OUTSIDE_IAE": _ANCIEN,
    "DETOXIFICATION": _ANCIEN,
    "FORCE_MAJEURE": _ANCIEN,
}
"""Reasons of suspension. No text tells the day when the old ones were closed: no new suspension gives them."""

CITATIONS = (
    Citation("suspension_duree", "36 mois au plus, un jour au moins", DUREE_MAXI.source),
    Citation(
        "suspension_debut",
        "Début au plus tard aujourd'hui, dans les bornes du PASS, qui doit être en cours et non suspendu",
        SOURCE_DEBUT,
    ),
    Citation(
        "suspension_retroactivite",
        "Au plus tôt la dernière embauche, ou le lendemain de la dernière suspension terminée, et 365 jours au plus",
        RETROACTIVITE.source,
    ),
    Citation("suspension_cible", "À déclarer dans les 30 jours", CIBLE.source),
    Citation("suspension_chevauchement", "Aucun jour commun avec une autre suspension", "Parcours §5.5"),
    Citation("suspension_motif", "Motifs ouverts, par type de structure", SOURCE_MOTIFS),
    Citation("suspension_effet", "La fin du PASS recule de (fin − début) jours", "Parcours §5.5, effet"),
)


def fin_maximale(debut: date) -> date:
    """Return the last day, included, that a suspension may have."""
    return plus_mois(debut, DUREE_MAXI.valeur) - timedelta(1)


def debut_minimal(autres: Sequence[Periode], embauche: date | None, jour: date) -> date:
    """Return the first day, included, that a suspension declared on a day may have.

    Parameters
    ----------
    autres
        The other suspensions of the PASS IAE; the day after the last one that is over replaces the hire.
    embauche
        Day of the last accepted hire in a SIAE.
    """
    over = [other.fin for other in autres if other.fin < jour]
    floor = max(over) + timedelta(1) if over else embauche
    oldest = jour - timedelta(RETROACTIVITE.valeur)
    return oldest if floor is None else max(floor, oldest)


def debut_cible(autres: Sequence[Periode], embauche: date | None, jour: date) -> date:
    """Return the first day that a suspension declared in time on a day would have; see `debut_minimal`."""
    return max(debut_minimal(autres, embauche, jour), jour - timedelta(CIBLE.valeur))


def chevauche(une: Periode, autre: Periode) -> bool:
    """Tell whether two periods share a day."""
    return une.debut <= autre.fin and autre.debut <= une.fin


def refus_du_motif(motif: str | None, type_structure: str | None) -> list[BusinessError]:
    """Return why a structure may not give this reason to a new suspension; what is not given is not judged."""
    if motif is None:
        return []
    regle = MOTIFS[motif]
    if not regle.valeur.ouvert:
        return [
            MotifFerme(f"Le motif {motif} n'est plus proposé.", champ="motif", source=regle.source),
        ]
    if type_structure is not None and type_de_regle(type_structure) not in regle.valeur.types:
        return [
            MotifReserve(
                f"Le motif {motif} est réservé aux structures {', '.join(regle.valeur.types)}.",
                champ="motif",
                source=regle.source,
            )
        ]
    return []


def refus_de_suspension(
    pass_iae: Periode,
    voulue: Periode,
    autres: Sequence[Periode],
    embauche: date | None,
    jour: date,
) -> list[BusinessError]:
    """Return all that the dates of a suspension, declared on a day, have against them.

    Parameters
    ----------
    pass_iae
        As it stands before the suspension, those already declared counted in.
    autres
        The other suspensions of the PASS IAE.
    embauche
        Day of the last accepted hire in a SIAE, when one is known.
    """
    refus = refus_des_dates(pass_iae, autres)
    if not est_en_cours(pass_iae, jour):
        refus.append(PassPasEnCours("Le PASS IAE n'est pas en cours.", champ="pass", source="Parcours §5.5"))
    if est_suspendu(autres, jour):
        refus.append(PassSuspendu("Le PASS IAE est déjà suspendu.", champ="autres", source="Parcours §5.5"))
    if voulue.fin < voulue.debut:
        refus.append(
            PeriodeInversee("La suspension finit avant de commencer.", champ="fin", source=f"{SOURCE}, durée")
        )
    if voulue.fin > fin_maximale(voulue.debut):
        refus.append(
            SuspensionTropLongue(
                f"La suspension finit au plus tard le {fin_maximale(voulue.debut):%d/%m/%Y}.",
                champ="fin",
                source=DUREE_MAXI.source,
            )
        )
    if any(chevauche(voulue, other) for other in autres):
        refus.append(
            SuspensionChevauchante(
                "Une autre suspension couvre un de ces jours.", champ="debut", source="Parcours §5.5"
            )
        )
    return refus + _refus_du_debut(pass_iae, voulue.debut, debut_minimal(autres, embauche, jour), jour)


def _refus_du_debut(pass_iae: Periode, debut: date, floor: date, jour: date) -> list[BusinessError]:
    refus: list[BusinessError] = []
    if debut > jour:
        refus.append(
            SuspensionFuture(
                "La suspension ne peut pas commencer après aujourd'hui.", champ="debut", source=SOURCE_DEBUT
            )
        )
    if not est_en_cours(pass_iae, debut):
        refus.append(
            SuspensionHorsPass(
                "La suspension commence hors des dates du PASS IAE.", champ="debut", source=SOURCE_DEBUT
            )
        )
    if debut < floor:
        refus.append(
            SuspensionTropAncienne(
                f"La suspension commence au plus tôt le {floor:%d/%m/%Y}.",
                champ="debut",
                source=RETROACTIVITE.source,
            )
        )
    return refus


def refus_du_declarant(motif: str | None, type_structure: str | None) -> list[BusinessError]:
    """Return why a structure of this type may not suspend a PASS IAE for this reason."""
    return refus_du_type(type_structure) or refus_du_motif(motif, type_structure)

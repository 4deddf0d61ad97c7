"""Prolongations of a PASS IAE (``domaine/parcours.md`` §5.6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from services.parcours.domain.errors_pass import (
    ChampSansObjet,
    DebutHorsFinDePass,
    DureeDeProlongation,
    FenetreFermee,
    MotifFerme,
    MotifReserve,
    PlafondDeProlongation,
    ProlongationTropCourte,
)
from services.parcours.domain.pass_iae import refus_des_dates
from services.parcours.domain.regles import REFORME, Citation, Periode, Regle, plus_mois
from services.parcours.domain.siae import SIAE, refus_du_type, type_de_regle
from shared.errors import BusinessError

FENETRE = Regle((12, 6), "Parcours §5.6, fenêtre", REFORME)
"""Months before and after the last day of a PASS IAE in which it may be prolonged, both days included."""

RAPPELS = Regle((10, 30), "Parcours §5.6, rappels", REFORME)
"""Days between two reminders of a request; days after which there is none."""

HORS_IAE = "IAE"

ACTIONS = ("EXIT_IAE", "SOCIAL_PARTNER", "OTHER")
"""What the prescripteur proposes to somebody whom the IAE does not suit any more."""

SOURCE_REFUS = "CT R5132-1-8 : refus motivé par écrit ; parcours §5.6, motifs de refus"


@dataclass(frozen=True, slots=True)
class Motif:
    """A reason of prolongation.

    Attributes
    ----------
    par_demande, cumul
        Most days of one request; of all the prolongations of the PASS IAE, any reason, None when unbounded.
    types
        Types of structure that may give it.
    prescripteur, bilan
        Whether a prescripteur habilité grants it; whether a report or a call may come with the request.
    """

    par_demande: int
    cumul: int | None = None
    types: tuple[str, ...] = SIAE
    prescripteur: bool = False
    bilan: bool = False


_LOI = "CT R5132-1-8"
MOTIFS = {
    "SENIOR_CDI": Regle(Motif(3650), _LOI, REFORME),
    "COMPLETE_TRAINING": Regle(Motif(365), _LOI, REFORME),
    "RQTH": Regle(Motif(365, 1095, prescripteur=True, bilan=True), _LOI, REFORME),
    "SENIOR": Regle(Motif(365, 1825, prescripteur=True, bilan=True), _LOI, REFORME),
    "PARTICULAR_DIFFICULTIES": Regle(
        Motif(365, 1095, types=("AI", "ACI"), prescripteur=True, bilan=True), _LOI, REFORME
    ),
    "HEALTH_CONTEXT": Regle(
        Motif(365, 365), "Parcours §5.6 : fermé depuis le 1er décembre 2021", REFORME, date(2021, 11, 30)
    ),
}

CITATIONS = (
    Citation(
        "prolongation_duree",
        "Durée par demande et plafond, toutes prolongations confondues, selon le motif",
        "CT R5132-1-8 ; parcours §5.6",
    ),
    Citation(
        "prolongation_debut",
        "Commence le dernier jour du PASS (jour partagé), dure un jour au moins",
        "Parcours §5.6, début",
    ),
    Citation(
        "prolongation_fenetre",
        "De 12 mois avant à 6 mois après le dernier jour du PASS, bornes incluses",
        FENETRE.source,
    ),
    Citation(
        "prolongation_prescripteur",
        "Un prescripteur habilité accorde, sauf CDI inclusion et fin de formation",
        "CT R5132-1-8",
    ),
    Citation("prolongation_effet", "La fin du PASS recule de (fin − début) jours", "Parcours §5.6, effet"),
)


def fenetre(fin_pass: date) -> Periode:
    """Return the days on which a PASS IAE may be prolonged."""
    before, after = FENETRE.valeur
    return Periode(plus_mois(fin_pass, -before), plus_mois(fin_pass, after))


def fenetre_ouverte(fin_pass: date, jour: date) -> bool:
    """Tell whether a PASS IAE may be prolonged on a day."""
    debut, fin = fenetre(fin_pass)
    return debut <= jour <= fin


def fin_maximale(motif: str, debut: date, deja: int) -> date:
    """Return the last day that the ceiling of a reason leaves; the length of one request bounds apart.

    Parameters
    ----------
    deja
        Days of all the other prolongations of the PASS IAE, whatever their reason.
    """
    known = MOTIFS[motif].valeur
    return debut + timedelta(known.par_demande if known.cumul is None else known.cumul - deja)


def rappel_suivant(demandee_le: date, jour: date) -> date | None:
    """Return the next day, that day included, on which who was asked is reminded; None when none is left."""
    every, until = RAPPELS.valeur
    days = range(every, until + 1, every)
    return next((due for n in days if (due := demandee_le + timedelta(n)) >= jour), None)


def refus_de_la_reponse(
    motif_refus: str | None, actions: Collection[str], *, accordee: bool
) -> list[BusinessError]:
    """Return what an answer has against it: a refusal has a reason, and actions when the IAE suits no more."""
    refus: list[BusinessError] = []
    if accordee != (motif_refus is None):
        refus.append(
            ChampSansObjet(
                "Le motif accompagne un refus, et lui seul.", champ="motif_refus", source=SOURCE_REFUS
            )
        )
    if bool(actions) != (motif_refus == HORS_IAE):
        refus.append(
            ChampSansObjet(
                "Les actions proposées accompagnent le motif IAE, et lui seul.",
                champ="actions",
                correction=f"Proposez une action au moins : {', '.join(ACTIONS)}.",
                source=SOURCE_REFUS,
            )
        )
    return refus


def refus_du_motif(motif: str, type_structure: str | None, jour: date) -> list[BusinessError]:
    """Return why a structure may not ask for this reason on a day; a type that is not given is not judged."""
    regle = MOTIFS[motif]
    if regle.jusqu_a is not None and jour > regle.jusqu_a:
        return [MotifFerme(f"Le motif {motif} n'est plus proposé.", champ="motif", source=regle.source)]
    if type_structure is not None and type_de_regle(type_structure) not in regle.valeur.types:
        return refus_du_type(type_structure) or [
            MotifReserve(
                f"Le motif {motif} est réservé aux structures {', '.join(regle.valeur.types)}.",
                champ="motif",
                source=regle.source,
            )
        ]
    return []


def refus_de_prolongation(
    pass_iae: Periode, voulue: Periode, motif: str, deja: int, jour: date
) -> list[BusinessError]:
    """Return all that the dates of a prolongation, asked for on a day, have against them.

    Parameters
    ----------
    voulue
        Starts on the last day of the PASS IAE; its own last day is the new one of the PASS IAE.
    deja
        Days of all the other prolongations of the PASS IAE, whatever their reason.
    """
    regle = MOTIFS[motif]
    refus = refus_des_dates(pass_iae)
    if not fenetre_ouverte(pass_iae.fin, jour):
        ouverte, fermee = fenetre(pass_iae.fin)
        refus.append(
            FenetreFermee(
                f"Ce PASS IAE se prolonge du {ouverte:%d/%m/%Y} au {fermee:%d/%m/%Y}.",
                champ="au",
                source=FENETRE.source,
            )
        )
    if voulue.debut != pass_iae.fin:
        refus.append(
            DebutHorsFinDePass(
                f"La prolongation commence le {pass_iae.fin:%d/%m/%Y}, dernier jour du PASS IAE.",
                champ="debut",
                source="Parcours §5.6, début",
            )
        )
    if voulue.fin <= voulue.debut:
        refus.append(
            ProlongationTropCourte(
                "La prolongation dure un jour au moins.", champ="fin", source="Parcours §5.6, durée min"
            )
        )
    if voulue.fin > voulue.debut + timedelta(regle.valeur.par_demande):
        refus.append(
            DureeDeProlongation(
                f"Une demande pour ce motif dure {regle.valeur.par_demande} jours au plus.",
                champ="fin",
                source=regle.source,
            )
        )
    if regle.valeur.cumul is not None and voulue.fin > fin_maximale(motif, voulue.debut, deja):
        refus.append(
            PlafondDeProlongation(
                f"Les prolongations de ce PASS IAE dépasseraient {regle.valeur.cumul} jours pour ce motif.",
                champ="fin",
                source=regle.source,
            )
        )
    return refus

"""Dates of a hire (``domaine/parcours.md`` §6.3)."""

from datetime import date, timedelta

from services.parcours.domain.errors import PeriodeInversee
from services.parcours.domain.errors_pass import (
    EmbaucheApresPass,
    EmbaucheLointaine,
    EmbauchePassee,
    ReportImpossible,
)
from services.parcours.domain.regles import REFORME, Citation, Periode, Regle, plus_mois
from services.parcours.domain.siae import GEIQ
from shared.errors import BusinessError

SOURCE = "Parcours §6.3, contraintes de dates"
HORIZON = Regle(6, SOURCE, REFORME)
"""Months from the decision in which a hire begins, the last day included."""

REPORT = Regle(30, f"{SOURCE} : report d'une embauche future", REFORME)
"""Days from today within which a hire that has not begun may be moved, the last day included."""

CITATIONS = (
    Citation(
        "embauche_debut",
        "Début entre aujourd'hui (GEIQ : passé admis) et aujourd'hui + 6 mois, inclus",
        SOURCE,
    ),
    Citation("embauche_pass", "Début au plus tard le dernier jour du PASS (sans objet pour un GEIQ)", SOURCE),
    Citation("embauche_fin", "Fin facultative, le jour du début ou après", SOURCE),
)


def refus_d_embauche(
    type_structure: str, debut: date, fin: date | None, fin_pass: date | None, jour: date
) -> list[BusinessError]:
    """Return all that the dates of a hire, decided on a day, have against them.

    Parameters
    ----------
    fin_pass
        Last day of the PASS IAE of the person, when there is one; a GEIQ is not bound by it.
    """
    refus: list[BusinessError] = []
    if debut < jour and type_structure != GEIQ:
        refus.append(
            EmbauchePassee("L'embauche ne peut pas être passée.", champ="date_embauche", source=SOURCE)
        )
    limit = plus_mois(jour, HORIZON.valeur)
    if debut > limit:
        refus.append(
            EmbaucheLointaine(
                f"L'embauche commence au plus tard le {limit:%d/%m/%Y}.", champ="date_embauche", source=SOURCE
            )
        )
    if fin_pass is not None and debut > fin_pass and type_structure != GEIQ:
        refus.append(
            EmbaucheApresPass(
                f"Le PASS IAE finit le {fin_pass:%d/%m/%Y}.", champ="date_embauche", source=SOURCE
            )
        )
    if fin is not None and fin < debut:
        refus.append(PeriodeInversee("L'embauche finit avant de commencer.", champ="date_fin", source=SOURCE))
    return refus


def refus_de_report(
    ancienne: date, nouvelle: date, pass_iae: Periode | None, jour: date
) -> list[BusinessError]:
    """Return all that a new first day of a hire has against it; the hire must not have begun.

    Parameters
    ----------
    pass_iae
        The one that the hire rests on: once it has begun, the hire begins before its last day.
    """
    refus: list[BusinessError] = []
    if ancienne <= jour:
        refus.append(
            ReportImpossible(
                "L'embauche a commencé : elle ne se reporte plus.", champ="date_embauche", source=SOURCE
            )
        )
    latest = jour + timedelta(REPORT.valeur)
    if not jour <= nouvelle <= latest:
        refus.append(
            ReportImpossible(
                f"L'embauche se reporte entre aujourd'hui et le {latest:%d/%m/%Y}.",
                champ="date_embauche",
                source=REPORT.source,
            )
        )
    if pass_iae is not None and pass_iae.debut <= jour and nouvelle >= pass_iae.fin:
        refus.append(
            EmbaucheApresPass(
                f"Le PASS IAE finit le {pass_iae.fin:%d/%m/%Y} : l'embauche commence avant.",
                champ="date_embauche",
                source=SOURCE,
            )
        )
    return refus

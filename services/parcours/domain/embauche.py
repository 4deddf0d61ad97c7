"""Dates of a hire (``domaine/parcours.md`` §6.3)."""

from datetime import date

from services.parcours.domain.errors import PeriodeInversee
from services.parcours.domain.errors_pass import EmbaucheApresPass, EmbaucheLointaine, EmbauchePassee
from services.parcours.domain.regles import Citation, plus_mois
from services.parcours.domain.siae import GEIQ
from shared.errors import BusinessError

HORIZON_MOIS = 6
SOURCE = "Parcours §6.3, contraintes de dates"

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
    limit = plus_mois(jour, HORIZON_MOIS)
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

"""What a structure does with a person besides the contract: obstacles, actions, immersions, training."""

from datetime import date

from services.parcours.domain.errors import PeriodeInversee
from services.parcours.domain.errors_pass import ImmersionTropLongue, SuiviTropTot
from services.parcours.domain.regles import Regle, plus_mois
from shared.errors import BusinessError

FREIN, ACTION, PMSMP, FORMATION = "FREIN", "ACTION", "PMSMP", "FORMATION"
NATURES = (FREIN, ACTION, PMSMP, FORMATION)

FREINS = (
    "LANGUE", "DEMARCHES", "LOGEMENT", "MOBILITE", "SANTE", "JUSTICE", "SURENDETTEMENT", "DISPONIBILITE",
)  # fmt: skip
"""The eight obstacles of the annual report of a structure (``domaine/indicateurs.md``, ACC-01)."""

INTENSITES = ("FAIBLE", "MOYEN", "FORT", "NON_RENSEIGNE")
"""``domaine/indicateurs.md``, PUB-16."""

DUREE_PMSMP = Regle(1, "CT L5135-4 : un mois par convention (à confirmer)", date(2014, 3, 7))
"""Months of one immersion, at most."""

SOURCE = "Produit §3, accompagnement"
SOURCE_SUIVI = "Produit §3, sorties : situation à 3 et 6 mois"

SITUATIONS = ("EMPLOI", "FORMATION", "SANS_EMPLOI", "AUTRE", "INCONNUE")


def refus_de_dates(nature: str, debut: date, fin: date | None) -> list[BusinessError]:
    """Return what the dates of a step have against them; both days are included."""
    if fin is None:
        return []
    if fin < debut:
        return [PeriodeInversee("L'étape finit avant de commencer.", champ="date_fin", source=SOURCE)]
    if nature == PMSMP and fin >= plus_mois(debut, DUREE_PMSMP.valeur):
        return [
            ImmersionTropLongue(
                "Une immersion dure un mois au plus.",
                champ="date_fin",
                correction="Enregistrez une immersion par convention.",
                source=DUREE_PMSMP.source,
            )
        ]
    return []


def refus_de_suivi(sortie: date, echeance: int, jour: date) -> list[BusinessError]:
    """Return why the situation some months after an exit cannot be told on a day: it has not come yet."""
    due = plus_mois(sortie, echeance)
    if jour >= due:
        return []
    return [
        SuiviTropTot(
            f"La situation à {echeance} mois se constate à partir du {due:%d/%m/%Y}.",
            champ="echeance",
            source=SOURCE_SUIVI,
        )
    ]

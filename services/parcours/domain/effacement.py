"""When a person may be erased (``domaine/parcours.md`` §3.3)."""

from datetime import date, timedelta

from services.parcours.domain.dossier import Dossier
from services.parcours.domain.errors_pass import ParcoursRecent
from services.parcours.domain.regles import REFORME, Regle
from shared.errors import BusinessError

INACTIVITE = Regle(730, "Parcours §3.3 : 730 jours d'inactivité avant effacement", REFORME)
"""Days after the last act of a pathway before which the State may still ask for it."""

PREAVIS = Regle(30, "Parcours §3.3 : préavis de 30 jours, notification à 700 jours", REFORME)
"""Days between the notice and the erasure."""


def dernier_jour(dossier: Dossier, fin_contrats: date | None) -> date | None:
    """Return the last day of the PASS IAE, agréments and contracts of a person; None when there is none."""
    ends = [known.date_fin for known in dossier.passes] + [known.fin for known in dossier.agrements]
    return max([*ends, *([fin_contrats] if fin_contrats else [])], default=None)


def refus_d_effacement(dossier: Dossier, fin_contrats: date | None, jour: date) -> list[BusinessError]:
    """Return why a person may not be erased on a day."""
    last = dernier_jour(dossier, fin_contrats)
    if last is None or last + timedelta(INACTIVITE.valeur) <= jour:
        return []
    return [
        ParcoursRecent(
            "Le parcours de la personne est en cours, ou fini depuis moins de 730 jours.",
            correction=f"L'effacement sera possible le {last + timedelta(INACTIVITE.valeur):%d/%m/%Y}.",
            source=INACTIVITE.source,
        )
    ]

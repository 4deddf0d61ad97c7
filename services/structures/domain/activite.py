"""Whether a structure is active on a day, and whether the search shows it."""

from dataclasses import dataclass
from datetime import date

from services.structures.domain import convention as conventions
from services.structures.domain.structure import GEIQ, OPCS, STAFF_CREATED

SOURCE = "Registre §3.2 : activité d'une entreprise"


@dataclass(frozen=True, slots=True)
class Entreprise:
    """What the activity of a structure depends on; the convention is its own, or its mother's.

    ``desactivee_le`` is the day the convention was suspended, or ended with none to follow.
    """

    type_structure: str
    source: str
    visible: bool
    fermee_le: date | None = None
    convention: str | None = None
    desactivee_le: date | None = None


@dataclass(frozen=True, slots=True)
class Activite:
    """The activity of a structure on a day.

    Attributes
    ----------
    en_grace
        Not active any more, partial access kept.
    dans_la_recherche
        Shown to those who look for a structure.
    raison
        Code of what decided.
    """

    active: bool
    en_grace: bool
    dans_la_recherche: bool
    raison: str


def activite(entreprise: Entreprise, le: date) -> Activite:
    """Return the activity of a structure on a day."""
    if entreprise.fermee_le is not None and entreprise.fermee_le <= le:
        return Activite(active=False, en_grace=False, dans_la_recherche=False, raison="FERMEE")
    if entreprise.type_structure == OPCS:
        return Activite(entreprise.visible, en_grace=False, dans_la_recherche=entreprise.visible, raison=OPCS)
    if GEIQ in (entreprise.type_structure, entreprise.source) or entreprise.source == STAFF_CREATED:
        return Activite(
            active=True, en_grace=False, dans_la_recherche=entreprise.visible, raison=entreprise.source
        )
    active = entreprise.convention == conventions.ACTIVE
    grace = conventions.en_grace(entreprise.desactivee_le, le)
    deactivated = entreprise.desactivee_le is not None and not active and not grace
    raison = entreprise.convention or "SANS_CONVENTION"
    return Activite(active, grace and not active, entreprise.visible and not deactivated, raison)

"""States of a candidature and the transitions between them, as data (``domaine/parcours.md`` §6.1)."""

from types import MappingProxyType

from services.parcours.domain.errors import TransitionInterdite
from services.parcours.domain.regles import Citation

SOURCE = "Parcours §6.1, états et transitions de la candidature"
CITATION = Citation(
    "candidature_transitions", "Chaque transition part de certains états et mène à un seul", SOURCE
)

NEW, PROCESSING, POSTPONED, PRIOR_TO_HIRE = "new", "processing", "postponed", "prior_to_hire"
ACCEPTED, REFUSED, CANCELLED, OBSOLETE, POOL = "accepted", "refused", "cancelled", "obsolete", "pool"
DECIDES = frozenset({ACCEPTED, REFUSED, CANCELLED, OBSOLETE})
"""States in which a candidature has the day it was decided."""

ETATS = (NEW, PROCESSING, POSTPONED, PRIOR_TO_HIRE, ACCEPTED, REFUSED, CANCELLED, OBSOLETE, POOL)

_HIREABLE = frozenset({NEW, POOL, PROCESSING, POSTPONED, PRIOR_TO_HIRE, OBSOLETE, REFUSED, CANCELLED})

TRANSITIONS = MappingProxyType(
    {
        "process": (frozenset({NEW, POOL}), PROCESSING),
        "postpone": (frozenset({NEW, POOL, PROCESSING, PRIOR_TO_HIRE}), POSTPONED),
        "accept": (_HIREABLE, ACCEPTED),
        "add_to_pool": (frozenset({NEW, PROCESSING, POSTPONED, CANCELLED, OBSOLETE}), POOL),
        "move_to_prior_to_hire": (
            frozenset({NEW, POOL, PROCESSING, POSTPONED, OBSOLETE, REFUSED, CANCELLED}),
            PRIOR_TO_HIRE,
        ),
        "cancel_prior_to_hire": (frozenset({PRIOR_TO_HIRE}), PROCESSING),
        "refuse": (frozenset({NEW, POOL, PROCESSING, PRIOR_TO_HIRE, POSTPONED}), REFUSED),
        "cancel": (frozenset({ACCEPTED}), CANCELLED),
        "render_obsolete": (frozenset({NEW, PROCESSING, POSTPONED}), OBSOLETE),
        "transfer": (_HIREABLE, NEW),
        "reset": (frozenset({OBSOLETE}), NEW),
        "external_transfer": (frozenset({REFUSED}), REFUSED),
    }
)
"""Transition -> the states it starts from, the state it ends in."""


def apply(etat: str, transition: str) -> str:
    """Return the state after a transition.

    Raises
    ------
    TransitionInterdite
        The transition does not start from this state.
    """
    depuis, vers = TRANSITIONS[transition]
    if etat not in depuis:
        raise TransitionInterdite(
            f"Une candidature à l'état « {etat} » n'admet pas « {transition} ».",
            champ="transition",
            correction="Relisez l'état de la candidature.",
            source=SOURCE,
        )
    return vers


def possibles(etat: str) -> dict[str, str]:
    """Return the transitions that a state admits, each with the state it leads to."""
    return {name: vers for name, (depuis, vers) in TRANSITIONS.items() if etat in depuis}

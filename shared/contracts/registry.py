"""Every published fact, by type and major version."""

from shared.contracts import asp, funding, gouvernance, parcours, projets, structures
from shared.contracts.fact import Fact

FACTS: tuple[type[Fact], ...] = (
    *structures.FACTS,
    *gouvernance.FACTS,
    *asp.FACTS,
    *projets.FACTS,
    *parcours.FACTS,
    *funding.FACTS,
)
BY_TYPE: dict[tuple[str, int], type[Fact]] = {(f.event_type(), f.major): f for f in FACTS}
MAJORS: dict[str, int] = {f.event_type(): f.major for f in FACTS}

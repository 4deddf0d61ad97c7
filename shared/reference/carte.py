"""Outline of the départements of mainland France and Corsica, for SVG maps.

Whoever draws it shows :attr:`Carte.mention`: the licence (CC BY 4.0) asks for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from shared.reference.files import DATA


@dataclass(frozen=True, slots=True)
class Trace:
    """A département: its name and its outline, the attribute ``d`` of an SVG ``path``."""

    nom: str
    chemin: str


@dataclass(frozen=True, slots=True)
class Carte:
    """The map. ``view_box`` is the attribute ``viewBox`` of the ``svg``; ``departements`` is by code."""

    mention: str
    view_box: str
    departements: Mapping[str, Trace]


@cache
def carte() -> Carte:
    """Return the 96 départements of the map; overseas ones are not on it."""
    content = json.loads((DATA / "carte_departements.json").read_text(encoding="utf-8"))
    return Carte(
        mention="Carte : MapSVG, CC BY 4.0",
        view_box=content["viewBox"],
        departements=MappingProxyType(
            {code: Trace(d["nom"], d["chemin"]) for code, d in content["departements"].items()}
        ),
    )

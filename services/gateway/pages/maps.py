"""The map of a region: rates by département, in at most four classes, each with its code and its value on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from markupsafe import Markup

from services.gateway.pages import svg
from services.gateway.pages.charts import known
from services.gateway.pages.formats import Absence, Valeur, taux
from services.gateway.pages.models import DepartementRow
from services.gateway.pages.scales import class_bounds, class_of
from services.gateway.pages.svg import element, text

Point: TypeAlias = tuple[float, float]
DEGRADE = (("#dbe6f1", "#111111"), ("#a9c4de", "#111111"), ("#6f9cc5", "#111111"), ("#3b73a8", "#ffffff"))
"""Fill and text of the classes, from the lowest; contrasts 14.9, 10.5, 6.5 and 5.0."""
MARGE = 3
GRILLE = 16
LARGEUR_ETIQUETTE = 1.7
"""Width of a label for a height of one."""


@dataclass(frozen=True, slots=True)
class Classe:
    """One class of the legend."""

    couleur: str
    libelle: str


@lru_cache(maxsize=128)
def rings(path: str) -> list[list[Point]]:
    """Return the outlines of a path made of relative moves, lines and closings (``m dx,dy … z``)."""
    found: list[list[Point]] = []
    x = y = 0.0
    for part in re.findall(r"m([^mz]*)z?", path):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", part)]
        ring: list[Point] = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        x, y = ring[0]
        found.append(ring)
    return found


def frame(paths: Sequence[str]) -> tuple[float, float, float, float]:
    """Return the ``viewBox`` that holds the paths, with a small margin."""
    points = [point for path in paths for ring in rings(path) for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = min(xs) - MARGE, min(ys) - MARGE
    return left, top, max(xs) + MARGE - left, max(ys) + MARGE - top


@lru_cache(maxsize=128)
def label_point(path: str) -> Point:
    """Return where the label of an outline goes: the point of a grid that leaves most room around it.

    The centroid of a crescent lies on its edge; this point never does. Room is measured for a label wider than
    it is high.
    """
    ring = max(rings(path), key=lambda ring: max(x for x, _ in ring) - min(x for x, _ in ring))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    grid = [
        (min(xs) + (max(xs) - min(xs)) * column / GRILLE, min(ys) + (max(ys) - min(ys)) * line / GRILLE)
        for column in range(1, GRILLE)
        for line in range(1, GRILLE)
    ]
    return max(
        (point for point in grid if _inside(point, ring)),
        key=lambda point: _room(point, ring),
        default=ring[0],
    )


def bounds_of(rows: Sequence[DepartementRow]) -> list[Decimal]:
    """Return the round bounds of the classes that hold every known rate; empty when none is known."""
    rates = [rate for row in rows if (rate := known(row.taux_realisation)) is not None]
    return class_bounds(rates) if rates else []


def legend(rows: Sequence[DepartementRow]) -> list[Classe]:
    """Return the classes drawn on the map, from the lowest, with their bounds in words."""
    return [
        Classe(DEGRADE[rank][0], f"de {taux(low, 0)} à moins de {taux(high, 0)}")
        for rank, (low, high) in enumerate(pairwise(bounds_of(rows)))
    ]


def region_map(
    ident: str,
    titre: str,
    rows: Sequence[DepartementRow],
    contours: Mapping[str, str],
    *,
    courant: str | None = None,
) -> Markup:
    """Return the map of the rates of the départements that have an outline.

    Parameters
    ----------
    contours
        Path of each département, by code; a département without one is in the table only.
    courant
        Code of the département the page is about, drawn with a strong outline.
    """
    drawn = [row for row in rows if row.code in contours]
    bounds = bounds_of(rows)
    fond = f"{ident}-inconnu"
    shapes = [_hatching(fond)]
    for row in sorted(drawn, key=lambda row: row.code == courant):
        rate = known(row.taux_realisation)
        fill = f"url(#{fond})" if rate is None else DEGRADE[class_of(rate, bounds)][0]
        stroke, width = (svg.ENCRE, 0.9) if row.code == courant else (svg.PAPIER, 0.7)
        shapes.append(
            element("path", d=contours[row.code], fill=fill, stroke=stroke, stroke_width=width, class_="zone")
        )
    for row in drawn:
        shapes += _label(row, label_point(contours[row.code]), bounds)
    description = " ; ".join(f"{row.nom} : {taux(row.taux_realisation)}" for row in drawn)
    return svg.drawing(
        ident, frame([contours[row.code] for row in drawn]), titre, f"{description}.", *shapes, classe="carte"
    )


def _label(row: DepartementRow, at: Point, bounds: Sequence[Decimal]) -> list[Markup]:
    rate = known(row.taux_realisation)
    ink = svg.ENCRE if rate is None else DEGRADE[class_of(rate, bounds)][1]
    x, y = at
    return [
        text(x, y - 0.6, row.code, font_size=5.4, font_weight=700, text_anchor="middle", fill=ink),
        text(x, y + 5, _short(row.taux_realisation), font_size=4.8, text_anchor="middle", fill=ink),
    ]


def _short(rate: Valeur) -> str:
    return str(rate) if isinstance(rate, Absence) else "n. c." if rate is None else taux(rate)


def _hatching(ident: str) -> Markup:
    lines = element("path", d="M0 4L4 0", stroke=svg.ENCRE_CLAIRE, stroke_width=0.6)
    paper = element("rect", width=4, height=4, fill=svg.PAPIER)
    return element(
        "defs", element("pattern", paper, lines, id=ident, width=4, height=4, patternUnits="userSpaceOnUse")
    )


def _room(point: Point, ring: Sequence[Point]) -> float:
    return min(max(abs(x - point[0]) / LARGEUR_ETIQUETTE, abs(y - point[1])) for x, y in ring)


def _inside(point: Point, ring: Sequence[Point]) -> bool:
    """Tell whether a horizontal ray from the point crosses the outline an odd number of times."""
    px, py = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > py) != (y2 > py) and px < x1 + (py - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1

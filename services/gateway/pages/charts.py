"""The charts, drawn by the server: each function returns one whole ``svg`` that stands alone.

Wide and narrow drawings of the same figure exist side by side, because a text scaled down to a phone cannot be
read; the style sheet shows one of them. Bars start at zero, graduations are round, values are written on the
marks; an unknown or hidden value has no bar, never a bar of zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from services.gateway.pages import svg
from services.gateway.pages.formats import Absence, Valeur, etp, mois_abrege, nombre, taux
from services.gateway.pages.formats import mois as mois_ecrit
from services.gateway.pages.models import CategorieSortie, MonthlyEtp
from services.gateway.pages.scales import ticks
from services.gateway.pages.svg import Mesure, element, text

LARGE, ETROIT = "large", "etroit"
PARTS = ("#1f4e79", "#3b73a8", "#6f9cc5", "#8b8d94")
"""Fill of the parts of a whole: three that belong together, then the rest."""
VALUE_HEIGHT = 12
"""Height of a value written on a chart, in units of the drawing."""
TAUX_MAX = Decimal(2)
"""Small multiples and bars in cells stop at 200 %: one scale for all, so that they compare at a glance."""


@dataclass(frozen=True, slots=True)
class Barre:
    """One horizontal bar, its label and its value as written; ``clair`` marks a provisional value."""

    libelle: str
    valeur: Decimal | None
    texte: str
    clair: bool = False


def known(value: Valeur) -> Decimal | None:
    """Return a figure that can be drawn, or ``None`` when it is unknown or hidden."""
    return None if value is None or isinstance(value, Absence) else Decimal(value)


def read_months(months: Sequence[MonthlyEtp], cible: Valeur) -> str:
    """Return in words what the monthly chart shows: start, end, maximum, target."""
    drawn = [(value, month) for month in months if (value := known(month.etp)) is not None]
    if not drawn:
        return "Aucun mois n'est connu."
    (start, first), (end, last) = drawn[0], drawn[-1]
    top, peak = max(drawn, key=lambda pair: pair[0])
    sentence = (
        f"De {etp(start)} ETP en {mois_ecrit(first.mois)} à {etp(end)} en {mois_ecrit(last.mois)}"
        f"{' (provisoire)' if last.provisoire else ''}, avec un maximum de {etp(top)} en {mois_ecrit(peak.mois)}."
    )
    target = known(cible)
    if target is None:
        return sentence
    above = sum(value > target for value, _ in drawn)
    if above == len(drawn):
        position = "Tous les mois sont au-dessus"
    elif above == 0:
        position = "Aucun mois n'est au-dessus"
    else:
        position = f"{above} mois sur {len(drawn)} {'est' if above == 1 else 'sont'} au-dessus"
    return f"{sentence} {position} des {etp(target)} ETP conventionnés."


def monthly_bars(ident: str, titre: str, months: Sequence[MonthlyEtp], cible: Valeur) -> Markup:
    """Return the monthly ETP as vertical bars and the target as a line, for a wide screen or paper."""
    width, height, left, right, top, bottom = 760, 300, 56, 108, 24, 30
    target = known(cible)
    values = [value for month in months if (value := known(month.etp)) is not None]
    graduations = ticks(max([*values, target or Decimal(0)]))
    slot = (width - left - right) / max(len(months), 1)

    def y(value: Decimal) -> float:
        return top + (height - top - bottom) * (1 - float(value / graduations[-1]))

    shapes = [text(left - 8, top - 10, "ETP", text_anchor="end", fill=svg.ENCRE_CLAIRE)]
    for value in graduations:
        shapes.append(_line(left, y(value), width - right, y(value), svg.FILET if value else svg.ENCRE))
        shapes.append(text(left - 8, y(value) + 4, nombre(value), text_anchor="end", fill=svg.ENCRE_CLAIRE))
    for rank, month in enumerate(months):
        shapes += _month_column(month, left + slot * rank, slot, y)
    if target is not None:
        shapes += _target(left, y(target), width - right + 4, y(target))
        shapes.append(text(width - right + 10, y(target) - 1, etp(target), font_weight=700, fill=svg.CIBLE))
        shapes.append(text(width - right + 10, y(target) + 14, "conventionnés", fill=svg.CIBLE))
    struck = None if target is None else y(target)
    shapes += [
        _month_value(month, left + slot * (rank + 0.5), y, struck) for rank, month in enumerate(months)
    ]
    return svg.drawing(ident, (0, 0, width, height), titre, read_months(months, cible), *shapes, classe=LARGE)


def monthly_rows(ident: str, titre: str, months: Sequence[MonthlyEtp], cible: Valeur) -> Markup:
    """Return the monthly ETP as horizontal bars and the target as a line, for a narrow screen."""
    bars = [
        Barre(
            f"{mois_abrege(month.mois)}{' (p)' if month.provisoire else ''}",
            known(month.etp),
            etp(month.etp),
            month.provisoire,
        )
        for month in months
    ]
    return horizontal_bars(ident, titre, read_months(months, cible), bars, repere=known(cible), classe=ETROIT)


def horizontal_bars(
    ident: str,
    titre: str,
    description: str,
    bars: Sequence[Barre],
    *,
    repere: Decimal | None = None,
    marge: int = 62,
    classe: str = ETROIT,
) -> Markup:
    """Return one bar per line, its label on the left and its value at its end.

    Parameters
    ----------
    repere
        Value of the vertical target line, with its value written above.
    marge
        Room for the labels on the left, in units of the drawing (340 wide).
    """
    width, row, top, right = 340, 24, 20 if repere is not None else 2, 58
    height = top + row * len(bars) + 2
    graduations = ticks(max([*(bar.valeur or Decimal(0) for bar in bars), repere or Decimal(0)]))

    def x(value: Decimal) -> float:
        return marge + (width - marge - right) * float(value / graduations[-1])

    shapes: list[Markup] = []
    for rank, bar in enumerate(bars):
        middle = top + row * rank + row / 2
        shapes.append(text(marge - 8, middle + 4, bar.libelle, text_anchor="end"))
        if bar.valeur is not None:
            shapes.append(_bar(marge, middle - 8, x(bar.valeur) - marge, 16, clair=bar.clair))
        end = marge if bar.valeur is None else x(max(bar.valeur, repere or bar.valeur))
        shapes.append(text(end + 6, middle + 4, bar.texte, font_weight=600))
    shapes.append(_line(marge, top, marge, height, svg.ENCRE))
    if repere is not None:
        shapes += _target(x(repere), top - 4, x(repere), height)
        shapes.append(
            text(
                x(repere),
                10,
                f"{etp(repere)} conventionnés",
                text_anchor="middle",
                fill=svg.CIBLE,
                font_weight=600,
            )
        )
    return svg.drawing(ident, (0, 0, width, height), titre, description, *shapes, classe=classe)


def drawable(categories: Sequence[CategorieSortie]) -> bool:
    """Tell whether every share is known: a stacked bar with a hole would be read wrong."""
    return all(known(category.part) is not None for category in categories)


def stacked_bar(ident: str, titre: str, categories: Sequence[CategorieSortie]) -> Markup:
    """Return the shares of at most four categories as one bar, labels in turn above and below it; all must be ``drawable``."""
    width, height, top, thick = 760, 104, 38, 28
    shapes: list[Markup] = []
    start = 0.0
    for rank, category in enumerate(categories):
        length = width * float(known(category.part) or 0)
        y = 14 if rank % 2 == 0 else top + thick + 18
        shapes.append(
            element("rect", x=start, y=top, width=length, height=thick, fill=PARTS[rank], stroke=svg.PAPIER)
        )
        near, far = (0, top) if rank % 2 == 0 else (top + thick, height)
        shapes.append(_line(start + 1, near, start + 1, far))
        shapes.append(text(start + 8, y, category.libelle, font_size=13, font_weight=600))
        label = f"{taux(category.part)} · {nombre(category.nombre)}"
        shapes.append(text(start + 8, y + 16, label, font_size=13, fill=svg.ENCRE_CLAIRE))
        start += length
    description = " ; ".join(f"{category.libelle} : {taux(category.part)}" for category in categories)
    return svg.drawing(ident, (0, 0, width, height), titre, f"{description}.", *shapes, classe=LARGE)


def share_rows(ident: str, titre: str, categories: Sequence[CategorieSortie]) -> Markup:
    """Return the same shares as ``stacked_bar``, one bar per line, for a narrow screen."""
    bars = [Barre(category.libelle, known(category.part), taux(category.part)) for category in categories]
    description = " ; ".join(f"{bar.libelle} : {bar.texte}" for bar in bars)
    return horizontal_bars(ident, titre, f"{description}.", bars, marge=124)


def small_multiple(ident: str, titre: str, months: Sequence[MonthlyEtp], cible: Decimal) -> Markup:
    """Return the monthly rate of one type (FIN-05) as small bars against a dotted 100 %, same scale for all."""
    width, height, left, top, bottom = 200, 92, 40, 6, 18
    slot = (width - left) / max(len(months), 1)
    rates = [(month, None if (value := known(month.etp)) is None else value / cible) for month in months]

    def y(rate: Decimal) -> float:
        return top + (height - top - bottom) * (1 - float(min(rate, TAUX_MAX) / TAUX_MAX))

    shapes = [
        text(left - 6, y(Decimal(rate)) + 4, taux(rate, 0), text_anchor="end", font_size=11)
        for rate in (0, 1, 2)
    ]
    for rank, (month, rate) in enumerate(rates):
        if rate is not None:
            height_drawn = y(Decimal(0)) - y(rate)
            shapes.append(
                _bar(left + slot * rank + 1, y(rate), slot - 2, height_drawn, clair=month.provisoire)
            )
    shapes.append(_line(left, y(Decimal(0)), width, y(Decimal(0)), svg.ENCRE))
    shapes += _target(left, y(Decimal(1)), width, y(Decimal(1)), dashed=True)
    for rank, anchor in ((0, "start"), (len(months) - 1, "end")):
        x = left if rank == 0 else width
        shapes.append(text(x, height - 4, mois_abrege(months[rank].mois), text_anchor=anchor, font_size=11))
    drawn = [(rate, month) for month, rate in rates if rate is not None]
    description = "Aucun mois n'est connu."
    if drawn:
        (low, lowest), (high, highest) = min(drawn, key=lambda p: p[0]), max(drawn, key=lambda p: p[0])
        description = (
            f"Taux de réalisation mensuel : de {taux(low, 0)} ({mois_ecrit(lowest.mois)}) "
            f"à {taux(high, 0)} ({mois_ecrit(highest.mois)}) des ETP conventionnés."
        )
    return svg.drawing(ident, (0, 0, width, height), titre, description, *shapes, classe="petit")


def share_bar(part: Valeur, whole: Valeur) -> Markup:
    """Return a decorative bar from 0 to ``whole``, for a cell whose value is written beside; empty without it."""
    known_part, known_whole = known(part), known(whole)
    return _cell(known_part / known_whole) if known_part is not None and known_whole else Markup("")


def rate_bar(rate: Valeur) -> Markup:
    """Return a decorative bar from 0 to 200 % with a mark at 100 %, for a cell whose value is written beside."""
    value = known(rate)
    if value is None:
        return Markup("")
    casing = element("rect", x=48.5, width=3, height=10, fill=svg.PAPIER)
    return _cell(
        value / TAUX_MAX,
        casing,
        element("rect", x=49.25, width=1.5, height=10, fill=svg.CIBLE, class_="cible"),
    )


def _cell(filled: Decimal, *marks: Markup) -> Markup:
    ground = element("rect", width=100, height=10, fill="#e6e9ee")
    bar = element("rect", width=100 * min(filled, Decimal(1)), height=10, fill=svg.BARRE, class_="barre")
    return element(
        "svg",
        ground,
        bar,
        *marks,
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="cellule",
        aria_hidden="true",
    )


def _month_column(month: MonthlyEtp, x: float, slot: float, y: Callable[[Decimal], float]) -> list[Markup]:
    floor = y(Decimal(0))
    label = f"{mois_abrege(month.mois)}{' (p)' if month.provisoire else ''}"
    shapes = [text(x + slot / 2, floor + 18, label, text_anchor="middle")]
    value = known(month.etp)
    if value is not None:
        shapes.append(_bar(x + 5, y(value), slot - 10, floor - y(value), clair=month.provisoire))
    return shapes


def _month_value(
    month: MonthlyEtp, middle: float, y: Callable[[Decimal], float], line: float | None
) -> Markup:
    """Return the value of a month over its bar; over the target line where the line would strike it out."""
    value = known(month.etp)
    if value is None:
        floor = y(Decimal(0))
        return text(middle, floor - 6, "n. c.", text_anchor="middle", fill=svg.ENCRE_CLAIRE)
    foot = y(value) - 6
    if line is not None and foot - VALUE_HEIGHT <= line <= foot + 4:
        foot = line - 6
    return text(middle, foot, etp(value), text_anchor="middle", font_weight=600, **_CASING)


_CASING: dict[str, str | Mesure | None] = {"stroke": svg.PAPIER, "stroke_width": 3, "paint_order": "stroke"}


def _bar(x: Mesure, y: Mesure, width: Mesure, height: Mesure, *, clair: bool) -> Markup:
    fill = svg.PROVISOIRE if clair else svg.BARRE
    return element("rect", x=x, y=y, width=width, height=height, fill=fill, class_="barre")


def _line(x1: Mesure, y1: Mesure, x2: Mesure, y2: Mesure, stroke: str = svg.ENCRE) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke)


def _target(x1: Mesure, y1: Mesure, x2: Mesure, y2: Mesure, *, dashed: bool = False) -> list[Markup]:
    """Return the target line over a white casing: orange on blue alone is not seen."""
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return [
        element("line", **ends, stroke=svg.PAPIER, stroke_width=3 if dashed else 5),
        element(
            "line",
            **ends,
            stroke=svg.CIBLE,
            stroke_width=2,
            stroke_dasharray="4 3" if dashed else None,
            class_="cible",
        ),
    ]

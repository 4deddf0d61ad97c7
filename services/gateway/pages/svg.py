"""Writing of SVG: escaped elements, colours as attributes, so that a drawing stays right wherever it is copied."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from markupsafe import Markup, escape

Mesure: TypeAlias = int | float | Decimal

ENCRE = "#1b1b1f"
ENCRE_CLAIRE = "#55575d"
FILET = "#d9dbe0"
BARRE = "#1f4e79"
PROVISOIRE = "#a9c4de"
CIBLE = "#b34000"
PAPIER = "#ffffff"
POLICE = "-apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


def number(value: Mesure) -> str:
    """Return a coordinate with two decimals at most: enough for a screen, and stable from a run to the next."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def join(parts: Iterable[Markup | str]) -> Markup:
    """Return the parts one after the other, escaped unless already markup."""
    return Markup("").join(parts)


def element(tag: str, *children: Markup | str, **attributes: str | Mesure | None) -> Markup:
    """Return one element with escaped text and attributes; ``stroke_width`` is written ``stroke-width``."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    # Every piece is escaped above or by ``join``: the result is markup by construction.
    return Markup(f"<{tag}{written}>{join(children)}</{tag}>" if children else f"<{tag}{written}/>")  # noqa: S704 -- idem


def text(x: Mesure, y: Mesure, content: str, **attributes: str | Mesure | None) -> Markup:
    """Return a label, in the ink of the page unless told otherwise."""
    return element("text", content, **{"x": x, "y": y, "fill": ENCRE, "font_size": 12, **attributes})


def drawing(
    ident: str,
    size: tuple[Mesure, Mesure, Mesure, Mesure],
    titre: str,
    description: str,
    *shapes: Markup,
    classe: str,
) -> Markup:
    """Return a whole ``svg``, named and described for those who do not see it.

    Parameters
    ----------
    ident
        Stable and unique in the page; the identifiers of the title and description derive from it.
    size
        ``viewBox``: left, top, width, height. No fixed width: the style sheet decides.
    titre, description
        What the drawing shows; what one reads in it.
    shapes
        Elements, in painting order.
    classe
        Class of the ``svg``, for the layout only.
    """
    return element(
        "svg",
        element("title", titre, id=f"{ident}-titre"),
        element("desc", description, id=f"{ident}-description"),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=" ".join(number(side) for side in size),
        id=ident,
        class_=classe,
        role="img",
        aria_labelledby=f"{ident}-titre {ident}-description",
        font_family=POLICE,
    )

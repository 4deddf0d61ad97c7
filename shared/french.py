"""Numbers as a French sentence writes them; nothing depends on the system's locale."""

from decimal import ROUND_HALF_UP, Decimal

FINE = "\N{NARROW NO-BREAK SPACE}"
INSECABLE = "\N{NO-BREAK SPACE}"
MOINS = "\N{MINUS SIGN}"


def rounded(value: int | Decimal, decimales: int) -> Decimal:
    """Return a number rounded half up."""
    return Decimal(value).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)


def written(value: int | Decimal, decimales: int = 0) -> str:
    """Return « 16 174,50 »: thousands separated by U+202F, a decimal comma, a true minus sign."""
    figure = rounded(value, decimales)
    entier, _, fraction = f"{abs(figure):,.{decimales}f}".partition(".")
    signe = MOINS if figure < 0 else ""
    return signe + entier.replace(",", FINE) + (f",{fraction}" if fraction else "")


def euros(value: Decimal) -> str:
    """Return « 16 174,50 € »: the cents are written unless there are none."""
    return f"{written(value, 0 if value == value.to_integral_value() else 2)}{INSECABLE}€"

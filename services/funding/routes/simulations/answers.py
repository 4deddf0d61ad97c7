"""What all the simulators take and say alike: decimals as texts, refusals, rules with their source."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.funding.domain import formules
from shared.errors import BusinessError

TypeSimule = Literal["ACI", "AI", "EI", "ETTI", "EITI", "GEIQ"]

DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,30})?")
DECIMALES = 8
"""Decimals at most in an answer, where no rule rounds."""


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError(
        "decimal_invalide", 'La quantité s\'écrit en texte avec un point décimal, par exemple "12.50".'
    )


Decimale = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0)]
"""A quantity written as a text, never negative, with as many decimals as the caller computed."""
Etp = Annotated[Decimale, Field(le=100_000)]
Euros = Annotated[Decimale, Field(le=10_000_000_000)]
Heures = Annotated[Decimale, Field(le=100_000_000)]
Part = Annotated[Decimale, Field(le=1)]
"""A ratio: 0.05 for 5 %."""


class Regle(BaseModel):
    """A rule that served, with where it comes from."""

    code: str
    libelle: str
    source: str


class Refus(BaseModel):
    """Why the case is refused."""

    code: str
    detail: str


class Reponse(BaseModel):
    """What every simulator answers."""

    acceptee: bool
    refus: list[Refus]
    regles: list[Regle]


def refuser(refusals: list[BusinessError]) -> dict[str, Any]:
    """Return ``acceptee`` and ``refus`` of an answer."""
    told = [Refus(code=refusal.code, detail=refusal.detail) for refusal in refusals]
    return {"acceptee": not told, "refus": told}


def essayer(*checks: Callable[[], object]) -> list[BusinessError]:
    """Return the refusals of some checks, in order: all are made."""
    found = []
    for check in checks:
        try:
            check()
        except BusinessError as refusal:
            found.append(refusal)
    return found


def regles(*codes: str) -> list[Regle]:
    """Return formulas by their code."""
    return [
        Regle(code=code, libelle=formules.FORMULES[code][0], source=formules.FORMULES[code][1])
        for code in codes
    ]


def euros(montant: formules.Exact) -> str:
    """Write an amount, to the cent."""
    return f"{formules.arrondir(montant):f}"


def etp(valeur: formules.Exact) -> str:
    """Write ETP or hours that no rule rounds: two decimals at least."""
    return _write(valeur, 2)


def taux(valeur: formules.Exact) -> str:
    """Write a ratio: four decimals at least."""
    return _write(valeur, 4)


def _write(valeur: Decimal | Fraction, least: int) -> str:
    whole, _, rest = f"{formules.arrondir(valeur, DECIMALES):f}".partition(".")
    return f"{whole}.{rest.rstrip('0'):0<{least}}"

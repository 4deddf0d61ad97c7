"""Quantities of money as annexes carry them, bounded to what a structure can reach."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.funding.domain.annexe import NUMERO
from shared.types import Quantite

Euros = Annotated[Quantite, Field(le=10_000_000_000, decimal_places=2)]
"""Euros, to the cent."""
Etp = Annotated[Quantite, Field(le=100_000, decimal_places=2)]
"""ETP, monthly average, hundredths."""
Heures = Annotated[Quantite, Field(le=100_000_000, decimal_places=2)]
"""Hours, hundredths."""
Taux = Annotated[Quantite, Field(le=1, decimal_places=4)]
"""A ratio, ten-thousandths: 0.065 for 6.5 %."""


def _numero(value: str) -> str:
    compact = value.replace(" ", "")
    if not NUMERO.fullmatch(compact):
        raise PydanticCustomError("numero_annexe_invalide", "Le numéro d'annexe a la forme ACI051170013A0M1.")
    return compact


Numero = Annotated[str, AfterValidator(_numero)]
"""Number of an annexe; blanks of the displayed form are taken out."""

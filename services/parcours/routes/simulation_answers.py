"""What every simulator answers and takes: rules told with their source, refusals, codes of a closed list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from services.parcours.domain.regles import Citation, Periode
from shared.errors import BusinessError
from shared.types import Jour
from shared.validation import Input

TypeSimule = Literal["ACI", "AI", "EI", "ETTI", "EITI", "GEIQ"]
MILLIONIEME = Decimal("0.000001")


class Regle(BaseModel):
    """A rule that served, with where it comes from."""

    code: str
    libelle: str
    source: str


class Refus(BaseModel):
    """Why the case is refused."""

    code: str
    detail: str


class Simule(BaseModel):
    """What every judged case answers: accepted when nothing refuses it."""

    acceptee: bool
    refus: list[Refus]
    regles: list[Regle]


class PeriodeDemandee(Input):
    """Two days, both included."""

    debut: Jour
    fin: Jour

    @property
    def periode(self) -> Periode:
        """The period as the rules take it."""
        return Periode(self.debut, self.fin)


Paire = Annotated[tuple[Jour, Jour], Field(strict=False)]
"""First and last days, both included."""


@dataclass(frozen=True, eq=False, slots=True)
class Among:
    """Annotation of a text that is one of the codes of a table: what ``Literal`` is for codes written in a type."""

    codes: Collection[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the closed list."""
        return core_schema.literal_schema(list(self.codes))


def verdict(refusals: Iterable[BusinessError], citations: Iterable[Citation]) -> dict[str, Any]:
    """Return the fields of `Simule`."""
    refus = [Refus(code=refusal.code, detail=refusal.detail) for refusal in refusals]
    return {"acceptee": not refus, "refus": refus, "regles": regles(citations)}


def regles(citations: Iterable[Citation]) -> list[Regle]:
    """Return rules as told."""
    return [Regle(**citation._asdict()) for citation in citations]


def ratio(value: Decimal | None) -> str | None:
    """Write a ratio with six decimals at most and four at least."""
    if value is None:
        return None
    whole, _, rest = f"{value.quantize(MILLIONIEME, ROUND_HALF_UP):f}".partition(".")
    return f"{whole}.{rest.rstrip('0'):0<4}"

"""Form rules of the identifiers and quantities of the field, as annotated types.

Each type refuses a malformed value with a stable code; sources are ``domaine/structures.md`` §2, §5.1 and
``domaine/financement.md`` §2.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

LA_POSTE = "356000000"  # its establishments do not follow Luhn: the sum of the digits is a multiple of five
JOUR = re.compile(r"(1[89]|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")  # 1800 to 2999: every driver writes these
DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?")
NUMERO_ANNEXE = re.compile(
    r"^(?P<mesure>ACI|AI|EITI|EI|ETTI)(?P<departement>[0-9]{2}[A-Z0-9])(?P<millesime>[0-9]{2})(?P<ordre>[0-9]{4})A[0-9]M[0-9]$"
)


def luhn_valid(digits: str) -> bool:
    """Tell whether a string of digits satisfies the Luhn key."""
    total = sum(sum(divmod(int(c) * (1 + i % 2), 10)) for i, c in enumerate(reversed(digits)))
    return total % 10 == 0


def siret_valid(siret: str) -> bool:
    """Tell whether a SIRET has 14 digits and right keys, with the exception of La Poste."""
    if not re.fullmatch(r"[0-9]{14}", siret):
        return False
    if siret.startswith(LA_POSTE) and siret != "35600000000048":
        return sum(map(int, siret)) % 5 == 0
    return luhn_valid(siret) and luhn_valid(siret[:9])


def _refuse(code: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(code, sentence)


def _siret(value: str) -> str:
    if not siret_valid(value):
        raise _refuse(
            "siret_invalide", "Le SIRET compte 14 chiffres et ses clés de contrôle doivent être justes."
        )
    return value


def mois_valide(value: str) -> bool:
    """Tell whether a text is a month, ``AAAA-MM``."""
    return re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", value) is not None


def _mois(value: str) -> str:
    if not mois_valide(value):
        raise _refuse("mois_invalide", "Le mois s'écrit AAAA-MM, par exemple 2017-03.")
    return value


def _strict_date(value: Any) -> Any:
    if not isinstance(value, date) and not JOUR.fullmatch(str(value)):
        raise _refuse("date_invalide", "La date s'écrit AAAA-MM-JJ, par exemple 2017-03-31.")
    return value


def _decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str | int) and not isinstance(value, bool) and DECIMAL.fullmatch(str(value)):
        return Decimal(value)
    raise _refuse(
        "decimal_invalide", 'La quantité s\'écrit en texte avec un point décimal, par exemple "12.50".'
    )


def _numero_annexe(value: str) -> str:
    compact = value.replace(" ", "")
    if not NUMERO_ANNEXE.fullmatch(compact):
        raise _refuse("numero_annexe_invalide", "Le numéro d'annexe a la forme ACI051170013A0M1.")
    return compact


Siret = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_siret)]
CodeRome = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{4}$")]
DivisionNaf = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
CodePostal = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
CodeInsee = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|2[AB])[0-9]{3}$")]
CodeDepartement = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|2[AB]|9[78][0-9])$")]
NumeroAnnexe = Annotated[str, AfterValidator(_numero_annexe)]
Mois = Annotated[str, AfterValidator(_mois)]
"""Month, ``AAAA-MM``."""
Jour = Annotated[date, BeforeValidator(_strict_date), Field(strict=False)]
"""Day, ISO 8601."""
Quantite = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(str, when_used="json"), Field(ge=0)]
"""Decimal quantity written as a JSON string; never negative."""
Texte = Annotated[
    # PostgreSQL stores any character but NUL.
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[\w./:-]+$")
]
"""The sender's own identifier of a line."""
Identifiant = Annotated[UUID, Field(strict=False)]
"""Identifier given by the platform, UUID written as text."""

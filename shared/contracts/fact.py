"""The base of every published fact, and the privacy class of its fields."""

from enum import StrEnum
from typing import ClassVar

import orjson
from pydantic import BaseModel, ConfigDict


class Classe(StrEnum):
    """Privacy class of a field (``conception/securite.md`` §1)."""

    P0 = "P0"
    """Public: identity of an organisation, territory, kind."""
    ID = "ID"
    """Random or technical identifier, meaningless outside the service that owns it."""
    P4 = "P4"
    """Amounts and volumes of a structure or a convention, and dates of a contract."""
    P2 = "P2"
    """Personal: never in a fact."""
    P3 = "P3"
    """Sensitive: never in a fact."""


P0, ID, P4, P2, P3 = Classe.P0, Classe.ID, Classe.P4, Classe.P2, Classe.P3


class Fact(BaseModel):
    """One fact of one aggregate, in the past tense, carrying the full state a reader needs.

    A subclass names its ``service``, ``aggregate`` and ``fact``. Within a major version, fields are only
    added, optional. Unknown fields are ignored: they are tomorrow's.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    service: ClassVar[str]
    aggregate: ClassVar[str]
    fact: ClassVar[str]
    major: ClassVar[int] = 1

    @classmethod
    def event_type(cls) -> str:
        """Return the CloudEvents type, ``fr.iae.<service>.<aggregate>.<fact>``."""
        return f"fr.iae.{cls.service}.{cls.aggregate}.{cls.fact}"

    def canonical(self) -> str:
        """Return the JSON text that is stored, published and hashed: sorted keys, no blanks."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS).decode()

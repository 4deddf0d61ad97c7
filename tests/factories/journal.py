"""Facts on their way into a journal, of one aggregate with as many versions as a test wants."""

from typing import Any
from uuid import UUID

from shared import clock
from shared.messaging.journal import Author, NewFact
from shared.uuids import uuid7
from tests.factories.facts import make_structure

AUTHOR = Author("logiciel-fictif", uuid7())


def make_new_fact(name: str = "S1", version: int = 1, **fields: Any) -> NewFact:
    """Version ``version`` of a structure; its permanent staff tells the version that a view holds."""
    number = int(name.strip("S") or 0)
    values: dict[str, Any] = {"number": number, "permanents": version} | fields
    fact = make_structure(name, **values)
    return NewFact(fact.structure_id, version, fact, clock.now(), clock.today())


def key_of(name: str) -> UUID:
    """The key of the structure of a name."""
    return make_new_fact(name).key

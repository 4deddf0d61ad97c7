"""What the rules know of a person, without any database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from services.parcours.domain.dossier import PassIae

PERSON, HERE, ELSEWHERE = uuid4(), uuid4(), uuid4()


def a_pass(debut: date = date(2023, 1, 1), **changes: Any) -> PassIae:
    """A PASS IAE of 730 days."""
    fin = debut + timedelta(729)
    known = PassIae(uuid4(), 1, PERSON, "XXXXX0000001", "default", debut, fin, False, HERE, uuid4())
    return replace(known, **changes)

"""Technical logs carry allowed fields only, and nothing that looks like a person."""

import json
import logging
import sys
from typing import Any

import pytest

from shared.logs import MASKED, JsonFormatter


def line_of(message: str, **extra: Any) -> dict[str, Any]:
    record = logging.LogRecord("essai", logging.INFO, __file__, 1, message, None, None)
    record.__dict__.update(extra)
    told: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return told


@pytest.mark.parametrize(
    "secret",
    [
        "295017501234567", "2 95 01 75 012 345 67", "1950150123456", "brune.tournesol@exemple.invalid",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.abc",
    ],
)  # fmt: skip
def test_what_looks_like_a_person_or_a_token_is_masked(secret: str) -> None:
    assert secret not in json.dumps(line_of(f"valeur {secret} reçue"))
    assert MASKED in line_of(f"valeur {secret} reçue")["message"]


def test_a_field_that_is_not_allowed_is_dropped() -> None:
    told = line_of("fixed sentence", code="siret_invalide", nom="TOURNESOL")
    assert told["code"] == "siret_invalide"
    assert "nom" not in told
    assert "TOURNESOL" not in json.dumps(told)


def test_an_exception_tells_its_class_and_place_but_not_its_text() -> None:
    try:
        raise ValueError("nom=TOURNESOL")  # noqa: TRY301 # what is logged is the matter
    except ValueError:
        record = logging.LogRecord("essai", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    told = JsonFormatter().format(record)
    assert "ValueError" in told
    assert "test_logs.py" in told
    assert "TOURNESOL" not in told

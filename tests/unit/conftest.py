"""Every refusal that a unit test meets is told in known words: those of ``refus/<service>.json``.

A code is a contract, its sentence too: it is what a person reads, in the API as in the simulators. The numbers of a
sentence are written ``#``. ``pytest tests/unit --refus`` adds what it meets and is not there: read it again before it is committed.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from shared.errors import BusinessError

FOLDER = Path(__file__).parent / "refus"
SERVICES = ("structures", "parcours", "funding")
NUMBER = re.compile(r"\d+(\N{NARROW NO-BREAK SPACE}\d{3})*(,\d+)?")
TOLD = ("code", "champ", "detail", "correction", "source")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refus", action="store_true", help="add the refusals met to their lists")


def _told(error: BusinessError) -> tuple[str, ...]:
    refusal = {name: getattr(error, name) or "" for name in TOLD}
    return tuple((refusal | {"detail": re.sub(NUMBER, "#", error.detail)}).values())


@cache
def _known(service: str) -> frozenset[tuple[str, ...]]:
    refusals: list[dict[str, str]] = json.loads((FOLDER / f"{service}.json").read_text(encoding="utf-8"))
    return frozenset(tuple(refusal.get(name, "") for name in TOLD) for refusal in refusals)


def _add(service: str, met: set[tuple[str, ...]]) -> None:
    refusals = [
        {name: text for name, text in zip(TOLD, told, strict=True) if text}
        for told in sorted(_known(service) | met)
    ]
    text = json.dumps(refusals, ensure_ascii=False, indent=1)
    (FOLDER / f"{service}.json").write_text(f"{text}\n", encoding="utf-8")
    _known.cache_clear()


@pytest.fixture(autouse=True)
def known_words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that meets a refusal told in other words."""
    service = request.path.parent.name
    if service not in SERVICES:
        yield
        return
    met: set[tuple[str, ...]] = set()
    init = BusinessError.__init__

    def recorded(error: BusinessError, *args: Any, **kwargs: Any) -> None:
        init(error, *args, **kwargs)
        if not hypothesis.currently_in_test_context():  # what it draws is not the same each time
            met.add(_told(error))

    monkeypatch.setattr(BusinessError, "__init__", recorded)
    yield
    unknown = met - _known(service)
    if unknown and request.config.getoption("--refus"):
        _add(service, unknown)
    else:
        assert not unknown, f"not in refus/{service}.json: read them, then add them with --refus"

"""Failures in a row: a short pause, in a bounded memory."""

from datetime import datetime, timedelta

import pytest

from services.gateway.access import attempts
from services.gateway.access.attempts import LIMIT, PAUSE, FailedAttempts
from tests.factories.access import NOW

WHO = ("demo-lecteur", "192.0.2.1")
SECOND = timedelta(seconds=1)


def fail(failures: FailedAttempts, times: int, who: tuple[str, str] = WHO, now: datetime = NOW) -> None:
    for _ in range(times):
        failures.failed(*who, now)


def test_a_few_failures_cost_nothing() -> None:
    failures = FailedAttempts()
    fail(failures, LIMIT - 1)

    assert not failures.pause_left(*WHO, NOW)


def test_too_many_in_a_row_cost_a_pause_that_ends() -> None:
    failures = FailedAttempts()
    fail(failures, LIMIT)

    assert failures.pause_left(*WHO, NOW + SECOND) == PAUSE - SECOND
    assert not failures.pause_left(*WHO, NOW + PAUSE)
    fail(failures, LIMIT - 1, now=NOW + PAUSE)
    assert not failures.pause_left(*WHO, NOW + PAUSE)


def test_a_success_forgets_the_failures() -> None:
    failures = FailedAttempts()
    fail(failures, LIMIT - 1)
    failures.succeeded(*WHO)
    fail(failures, LIMIT - 1)

    assert not failures.pause_left(*WHO, NOW)


def test_a_stranger_cannot_lock_a_client_out() -> None:
    failures = FailedAttempts()
    fail(failures, 50, who=("demo-lecteur", "198.51.100.9"))

    assert not failures.pause_left(*WHO, NOW)


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "CAPACITY", 3)
    failures = FailedAttempts()
    for n in range(10):
        failures.failed(f"client-{n}", "192.0.2.1", NOW)

    assert len(failures) == 3

"""The only place that reads the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in France."""
    return datetime.now(PARIS).date()

"""Départements that touch each other (``domaine/structures.md`` §8.3)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

LIMITROPHES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "02": ("08", "51", "59", "60", "77", "80"),
        "59": ("02", "62", "80"),
        "60": ("02", "27", "76", "77", "80", "95"),
        "62": ("59", "80"),
        "80": ("02", "59", "60", "62", "76"),
    }
)


def avec_limitrophes(departements: Iterable[str]) -> tuple[str, ...]:
    """Return départements and those that touch them, where they are held, each once and sorted."""
    asked = set(departements)
    return tuple(sorted(asked.union(*(LIMITROPHES.get(code, ()) for code in asked))))

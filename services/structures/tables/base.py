"""What every table of the registry is declared with."""

from collections.abc import Iterable

from shared.tables import ServiceTables

tables = ServiceTables()
metadata = tables.metadata


def among(column: str, values: Iterable[str]) -> str:
    """Return the condition that a column holds one of some codes."""
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"

"""Reading of the data files of this package, and the exception for a code that none of them holds."""

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


class UnknownCode(KeyError):
    """A code that a nomenclature or a territory file does not hold.

    Parameters
    ----------
    nomenclature
        Name of what was looked up, in French (``"commune"``, ``"motif de sortie"``…).
    code
        The code as it was given.
    """

    def __init__(self, nomenclature: str, code: str) -> None:
        super().__init__(nomenclature, code)
        self.nomenclature = nomenclature
        self.code = code

    def __str__(self) -> str:
        return f"{self.nomenclature} : code inconnu « {self.code} »"


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``data/<name>.csv``, every value as text, an absent one as the empty text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

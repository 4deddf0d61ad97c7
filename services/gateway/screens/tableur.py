"""Files that a person fills in a spreadsheet and sends back: what is read of them, and how they are written."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.gateway.pages.exports import safe_text
from services.gateway.projections.structures import plain
from shared.imports.upload import SEPARATORS


class FichierIllisible(ValueError):
    """The file is not a table of ours; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class LigneLue:
    """A line of a file: its number, from 1, and its cells by heading in plain letters."""

    numero: int
    cellules: dict[str, str]

    def lire(self, intitule: str) -> str:
        """Return a cell, empty when the file has no such column."""
        return self.cellules.get(plain(intitule), "")

    def jour(self, intitule: str) -> str:
        """Return a day as ISO 8601 when it is written as in France; else the cell as it is, for who judges it."""
        cell = self.lire(intitule)
        try:
            return datetime.strptime(cell, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 # a day has no hour
        except ValueError:
            return cell


def write_table(intitules: Sequence[str], lignes: Iterable[Sequence[str | date]]) -> bytes:
    """Return a CSV that a spreadsheet opens by a double click; a text that would be computed is marked."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(intitules)
    for ligne in lignes:
        writer.writerow([f"{c:%d/%m/%Y}" if isinstance(c, date) else safe_text(c) for c in ligne])
    return out.getvalue().encode("utf-8-sig")


def read_table(content: bytes, attendus: Sequence[str]) -> list[LigneLue]:
    """Return the lines of a CSV saved by a spreadsheet, in UTF-8 or as Windows writes it; blank ones are left out.

    Raises
    ------
    FichierIllisible
        It is no CSV, or lacks a column of ``attendus``.
    """
    header: list[str] | None = None
    lines: list[LigneLue] = []
    text = _decoded(content)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count), strict=True
    )
    try:
        for record in reader:
            if not any(cell.strip() for cell in record):
                continue
            if header is None:
                header = [plain(name) for name in record]
                continue
            # A spreadsheet drops the empty cells of the end.
            cells = dict(zip(header, (cell.strip() for cell in record), strict=False))
            lines.append(LigneLue(reader.line_num, cells))
    except csv.Error as error:
        raise FichierIllisible(
            f"La ligne {reader.line_num} n'est pas du CSV : vérifiez ses guillemets."
        ) from error
    missing = [name for name in attendus if plain(name) not in (header or ())]
    if missing:
        raise FichierIllisible(
            f"Il manque la colonne « {missing[0]} ». Partez du fichier à remplir de cette page, enregistré en CSV."
        )
    return lines


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def typed_hours(cell: str) -> str:
    """Return hours as a form takes them, the unit that a spreadsheet adds left out."""
    return re.sub(r"\s*h(eures?)?$", "", cell, flags=re.IGNORECASE)

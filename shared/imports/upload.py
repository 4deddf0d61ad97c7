"""Cutting an uploaded file into numbered lines, whatever state it is in.

NDJSON and CSV end as the same thing: lines of JSON, each with the number it had in the file. What cannot be
read becomes a line that carries its fault, so that it is reported and the others go on.
"""

import csv
import io
import re
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Literal

import orjson

from shared.errors import BusinessError

MAX_BYTES = 50 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024
PART_LINES = 1000
SEPARATORS = ";,\t|"

MAX_RECORD_LINES = 100
"""Physical lines that one CSV record may take, for cells that hold line feeds."""
SIGNED = re.compile(r"[+-]|[+-][0-9][0-9 .,]*")

Format = Literal["ndjson", "csv"]
Fault = tuple[str, str, str]
"""Code, sentence, how to correct."""

NOT_UTF8: Fault = ("encodage_invalide", "La ligne n'est pas en UTF-8.", "Enregistrez le fichier en UTF-8.")
UNREADABLE: Fault = ("csv_illisible", "La ligne n'est pas du CSV.", "Vérifiez les guillemets.")
FORMULA: Fault = (
    "formule", "Une cellule commence comme une formule.", "Retirez le signe en tête de cellule.",
)  # fmt: skip


class FichierTropGros(BusinessError):
    """The body passes 50 MB."""

    code = "fichier_trop_gros"
    status = 413


class EnteteIllisible(BusinessError):
    """The header of a CSV cannot be read, so none of its lines can."""

    code = "entete_illisible"
    status = 422


class FormatInconnu(BusinessError):
    """The content type is neither NDJSON nor CSV."""

    code = "format_inconnu"
    status = 415


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One line of the file: its number, from 1, and either its JSON or the fault that makes it unreadable."""

    number: int
    content: bytes
    fault: Fault | None = None
    from_text: bool = False


def format_of(content_type: str) -> Format:
    """Return the format that a content type announces.

    Raises
    ------
    FormatInconnu
        Neither ``application/x-ndjson`` nor ``text/csv``.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("application/x-ndjson", "application/ndjson", "application/jsonl"):
        return "ndjson"
    if kind in ("text/csv", "application/csv"):
        return "csv"
    raise FormatInconnu(
        "Le type du fichier n'est pas reconnu.",
        correction="Envoyez application/x-ndjson ou text/csv.",
    )


async def spool(body: AsyncIterator[bytes]) -> IO[bytes]:
    """Receive a body; past one megabyte it goes to a temporary file that vanishes when closed.

    Raises
    ------
    FichierTropGros
        More than 50 MB.
    """
    received = 0
    file = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 # closed by the caller
    async for block in body:
        received += len(block)
        if received > MAX_BYTES:
            file.close()
            raise FichierTropGros(
                "Le fichier dépasse 50 Mo.", correction="Coupez-le en plusieurs fichiers plus petits."
            )
        file.write(block)
    file.seek(0)
    return file


def numbered_lines(file: IO[bytes], form: Format) -> Iterator[NumberedLine]:
    """Yield the lines of a file; blank lines are passed over but counted."""
    return _ndjson_lines(file) if form == "ndjson" else _csv_lines(file)


def _ndjson_lines(file: IO[bytes]) -> Iterator[NumberedLine]:
    for number, raw in enumerate(file, 1):
        content = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        content = content.strip()
        if not content:
            continue
        fault = _too_long(content) or _not_utf8(content)
        yield NumberedLine(number, b"" if fault else content, fault)


def _too_long(content: bytes) -> Fault | None:
    if len(content) <= MAX_LINE_BYTES:
        return None
    return ("ligne_trop_longue", "La ligne dépasse 1 Mo.", "Coupez-la.")


def _not_utf8(content: bytes) -> Fault | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    return None


def _csv_lines(file: IO[bytes]) -> Iterator[NumberedLine]:
    """Read a CSV with a header; what cannot be read is one line, and reading starts again at the next.

    Raises
    ------
    EnteteIllisible
        The header is not CSV in UTF-8, or names a column twice: no line could be read by it.
    """
    # A bad byte is kept visible, so that only its record is refused.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    number = 1
    header: list[str] | None = None
    separator = SEPARATORS[0]
    ahead: deque[str] = deque()
    while True:
        while len(ahead) < MAX_RECORD_LINES and (line := text.readline()):
            ahead.append(line)
        if not ahead:
            return
        if header is None and ahead[0].strip():
            separator = max(SEPARATORS, key=ahead[0].count)
        record, taken = _read_record(ahead, separator)
        if header is None:
            header = _header(record)
        elif record is None:
            yield NumberedLine(number, b"", UNREADABLE)
        elif taken > 1 and len(record) != len(header):
            # Most likely a quote that was never closed: what it swallowed is read again.
            taken = 1
            yield NumberedLine(number, b"", UNREADABLE)
        elif any(field.strip() for field in record):
            yield _csv_record(number, header, record)
        number += taken
        for _ in range(taken):
            ahead.popleft()


def _read_record(lines: Iterable[str], separator: str) -> tuple[list[str] | None, int]:
    """Return the record that starts with the first line, and how many lines it takes; None when it is not CSV."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        record = next(reader)
    except csv.Error:
        return None, 1
    return record, reader.line_num


def _header(record: list[str] | None) -> list[str] | None:
    """Return the names of the columns; None for a blank line."""
    if record is None or any(map(_garbled, record)):
        raise EnteteIllisible(
            "La première ligne n'est pas un en-tête CSV en UTF-8.",
            correction="Enregistrez le fichier en CSV UTF-8, avec le nom des colonnes en première ligne.",
        )
    names = [name.strip() for name in record]
    if not any(names):
        return None
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EnteteIllisible(
            f"L'en-tête nomme deux fois la même colonne : {', '.join(twice)}.",
            correction="Donnez à chaque colonne son nom.",
        )
    return names


def _garbled(field: str) -> bool:
    """Tell whether a field holds bytes that are no UTF-8, or that only another encoding writes."""
    try:
        field.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in field


def _csv_record(number: int, header: list[str], record: list[str]) -> NumberedLine:
    if any(map(_garbled, record)):
        return NumberedLine(number, b"", NOT_UTF8)
    if len(record) != len(header):
        sentence = f"La ligne a {len(record)} colonnes, l'en-tête en a {len(header)}."
        fault = ("nombre_de_colonnes", sentence, "Vérifiez séparateurs et guillemets.")
        return NumberedLine(number, b"", fault)
    cells = {name: cell.strip() for name, cell in zip(header, record, strict=True) if cell.strip()}
    if any(map(_is_formula, cells.values())):
        return NumberedLine(number, b"", FORMULA)
    return NumberedLine(number, orjson.dumps(cells), from_text=True)


def _is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would compute a cell; a signed number, a phone number or a dash are no formula."""
    return cell[0] in "=@" or (cell[0] in "+-" and not SIGNED.fullmatch(cell))


def pack(lines: Iterable[NumberedLine]) -> bytes:
    """Return lines as one storable text."""
    return orjson.dumps([[line.number, line.content.decode(), line.fault, line.from_text] for line in lines])


def unpack(content: bytes) -> list[NumberedLine]:
    """Return the lines of a stored text."""
    return [
        NumberedLine(number, text.encode(), tuple(fault) if fault else None, from_text)
        for number, text, fault, from_text in orjson.loads(content)
    ]

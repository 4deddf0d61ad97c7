"""Cutting an uploaded file into numbered lines, whatever state it is in.

NDJSON and CSV end as the same thing: lines of JSON, each with the number it had in the file. What cannot be
read becomes a line that carries its fault, so that it is reported and the others go on.
"""

import csv
import io
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

Format = Literal["ndjson", "csv"]


class FichierTropGros(BusinessError):
    """The body passes 50 MB."""

    code = "fichier_trop_gros"
    status = 413


class FormatInconnu(BusinessError):
    """The content type is neither NDJSON nor CSV."""

    code = "format_inconnu"
    status = 415


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One line of the file: its number, from 1, and either its JSON or the fault that makes it unreadable."""

    number: int
    content: bytes
    fault: tuple[str, str, str] | None = None
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


def _too_long(content: bytes) -> tuple[str, str, str] | None:
    if len(content) <= MAX_LINE_BYTES:
        return None
    return ("ligne_trop_longue", "La ligne dépasse 1 Mo.", "Coupez-la.")


def _not_utf8(content: bytes) -> tuple[str, str, str] | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return ("encodage_invalide", "La ligne n'est pas en UTF-8.", "Enregistrez le fichier en UTF-8.")
    return None


def _csv_lines(file: IO[bytes]) -> Iterator[NumberedLine]:
    """Read a CSV with a header; a bad byte is kept visible, so that only its record is refused."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline(65_536)
    separator = max(SEPARATORS, key=first.count)
    text.seek(0)
    reader = csv.reader(text, delimiter=separator)
    header: list[str] | None = None
    start = 1
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield NumberedLine(
                start, b"", ("csv_illisible", "La ligne n'est pas du CSV.", "Vérifiez les guillemets.")
            )
            continue
        if not any(field.strip() for field in record):
            continue
        if header is None:
            header = [name.strip() for name in record]
            continue
        yield _csv_record(start, header, record)


def _csv_record(number: int, header: list[str], record: list[str]) -> NumberedLine:
    if any("\udc80" <= c <= "\udcff" for field in record for c in field):
        fault = ("encodage_invalide", "La ligne n'est pas en UTF-8.", "Enregistrez le fichier en UTF-8.")
        return NumberedLine(number, b"", fault)
    if len(record) != len(header):
        sentence = f"La ligne a {len(record)} colonnes, l'en-tête en a {len(header)}."
        fault = ("nombre_de_colonnes", sentence, "Vérifiez séparateurs et guillemets.")
        return NumberedLine(number, b"", fault)
    for field in record:
        if field[:1] in ("=", "@") or (field[:1] in "+-" and not field[1:2].isdigit() and len(field) > 1):
            fault = (
                "formule",
                "Une cellule commence comme une formule.",
                "Retirez le signe en tête de cellule.",
            )
            return NumberedLine(number, b"", fault)
    cells = {name: cell.strip() for name, cell in zip(header, record, strict=True) if cell.strip()}
    return NumberedLine(number, orjson.dumps(cells), from_text=True)


def pack(lines: Iterable[NumberedLine]) -> bytes:
    """Return lines as one storable text."""
    return orjson.dumps([[line.number, line.content.decode(), line.fault, line.from_text] for line in lines])


def unpack(content: bytes) -> list[NumberedLine]:
    """Return the lines of a stored text."""
    return [
        NumberedLine(number, text.encode(), tuple(fault) if fault else None, from_text)
        for number, text, fault, from_text in orjson.loads(content)
    ]

"""Opening a file by what it holds: its first bytes tell gzip, ZIP or text, its name does not."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

GZIP, ZIP, SEVEN_ZIP, TAR = b"\x1f\x8b", b"PK", b"7z\xbc\xaf", b"ustar"
MAX_BYTES = 2 * 1024 * 1024 * 1024
"""Once opened; the whole of France passes, a bomb does not."""


class Unreadable(Exception):
    """The file cannot be opened; the message is French."""


@dataclass(frozen=True, slots=True)
class Content:
    """A text file of the ASP, as bytes, under the name it has in its archive."""

    name: str
    data: bytes


def contents(name: str, data: bytes) -> Iterator[Content]:
    """Yield the text files that a file holds: itself, its content once inflated, or each member of a ZIP.

    Raises
    ------
    Unreadable
        An encrypted or damaged archive, a 7z or a tar, or more than two gigabytes.
    """
    try:
        if data.startswith(GZIP):
            yield from contents(name.removesuffix(".gz"), _inflated(gzip.GzipFile(fileobj=io.BytesIO(data))))
        elif data.startswith(ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        with archive.open(member) as file:
                            yield from contents(member.filename.rpartition("/")[2], _inflated(file))
        elif data.startswith(SEVEN_ZIP) or data[257:262] == TAR:
            raise Unreadable(f"{name} est une archive 7z ou tar : ouvrez-la d'abord.")
        else:
            yield Content(name, data)
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as fault:
        raise Unreadable(f"{name} ne s'ouvre pas : archive abîmée ou chiffrée.") from fault


def _inflated(file: IO[bytes] | gzip.GzipFile) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable("Le contenu dépasse 2 Go une fois ouvert.")
    return data

"""Cutting an extraction into records, whatever state it is in.

The format protects nothing: a quote means nothing, a line feed may stand inside a field, the header line ``DEB``
and the footer ``FIN`` may be missing. Only LF ends a line: U+2028, U+0085 and form feeds are characters of
free texts. Columns are taken by name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from deploy.fluxiae.report import Report

SEPARATOR = "|"
DEB = re.compile(r"DEB(?P<vue>[A-Za-z]+?)(?P<jour>[0-9]{8})_(?P<heure>[0-9]{6})\|*")
FIN = re.compile(r"FIN(?P<count>[0-9]+)\|*")
NAME = re.compile(r"fluxIAE_(?P<vue>[A-Za-z]+)_(?P<jour>[0-9]{8})_(?P<heure>[0-9]{6})")
MAX_PIECES = 50
"""Lines that one record may have been cut into."""
KEYS = {
    "Salarie": ("salarie_id", "salarie_date_naissance", "salarie_prenom"),
    "ContratMission": ("contrat_id_ctr", "contrat_id_structure", "contrat_id_pph", "contrat_date_embauche"),
    "EtatMensuelIndiv": ("emi_dsm_id", "emi_afi_id", "emi_ctr_id", "emi_sme_mois", "emi_sme_annee"),
    "Structure": ("structure_id_siae", "structure_siret_actualise"),
    "AnnexeFinanciere": ("af_id_structure", "af_numero_annexe_financiere", "af_etat_annexe_financiere_code"),
}
"""Columns without which an extraction cannot be read, by view."""


class WrongFile(Exception):
    """None of the records of the file can be read; the message is French."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line where it starts, its values by column, an empty one left out."""

    file: str
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vue:
    """An extraction: its name, its own mark (its moment, else a digest), the day it was made, its records."""

    name: str
    mark: str
    day: date | None
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_vue(file: str, data: bytes, report: Report) -> Vue:
    """Return the records of an extraction; what cannot be read is told in the report.

    Raises
    ------
    WrongFile
        The file is empty, of an unknown view, or lacks a column.
    """
    lines = list(_lines(file, data, report))
    vue, footer, moment = None, None, NAME.match(file)
    if lines and (found := DEB.fullmatch(lines[0].text)):
        vue, moment = found["vue"], found
        lines = lines[1:]
    else:
        report.warn(file, 1, "deb_absent", "La ligne DEB manque.")
    if lines and (found := FIN.fullmatch(lines[-1].text)):
        footer = int(found["count"])
        lines = lines[:-1]
    if not lines:
        raise WrongFile(f"{file} ne contient aucune ligne.")
    header = [name.strip() for name in lines[0].text.split(SEPARATOR)]
    while header and not header[-1]:
        header.pop()
    vue = _check(file, header, vue)
    records = tuple(_records(file, header, lines[1:], report))
    counted = report.read[file]
    if footer is None:
        report.warn(file, 0, "fin_absent", "La ligne FIN manque : rien ne dit que le fichier est entier.")
    elif footer != counted:
        report.warn(file, 0, "fin_faux", f"La ligne FIN annonce {footer} lignes, le fichier en a {counted}.")
    day = _day(moment)
    mark = f"{moment['jour']}-{moment['heure']}" if moment and day else sha256(data).hexdigest()[:15]
    return Vue(vue, mark, day, records)


def _day(moment: re.Match[str] | None) -> date | None:
    try:
        return datetime.strptime(moment["jour"], "%d%m%Y").date() if moment else None  # noqa: DTZ007 -- a day
    except ValueError:
        return None


def _lines(file: str, data: bytes, report: Report) -> Iterator[_Line]:
    """Yield the lines that are not blank; one that is no UTF-8 is read as Windows-1252, and told."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
            report.warn(
                file, number, "encodage", "La ligne n'est pas en UTF-8 ; elle est lue en Windows-1252."
            )
        text = text.removesuffix("\r")
        if text.strip():
            yield _Line(number, text)


def _check(file: str, header: list[str], vue: str | None) -> str:
    """Return the name of the view, from ``DEB``, the name of the file or the columns."""
    named = NAME.match(file)
    by_columns = next((name for name, keys in KEYS.items() if set(keys) <= set(header)), None)
    vue = vue or (named["vue"] if named else by_columns)
    if vue not in KEYS:
        raise WrongFile(f"{file} : la vue « {vue or 'inconnue'} » n'est pas de celles qu'on lit ici.")
    missing = [key for key in KEYS[vue] if key not in header]
    if missing:
        raise WrongFile(f"{file} : il manque la colonne {', '.join(missing)}.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise WrongFile(f"{file} : la colonne {', '.join(twice)} est nommée deux fois.")
    return vue


def _records(file: str, header: list[str], lines: list[_Line], report: Report) -> Iterator[Record]:
    position = 0
    while position < len(lines):
        text, taken = _glued(lines, position, len(header))
        number = lines[position].number
        report.read[file] += 1
        cells = text.split(SEPARATOR)
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) == len(header):
            if taken > 1:
                report.warn(file, number, "ligne_recollee", f"Un champ tenait sur {taken} lignes.")
            named = zip(header, cells, strict=True)
            yield Record(file, number, {name: cell.strip() for name, cell in named if cell.strip()})
        else:
            report.set_aside(
                file,
                number,
                "nombre_de_colonnes",
                f"La ligne a {len(cells)} colonnes, l'en-tête en a {len(header)}.",
            )
        position += taken


def _glued(lines: list[_Line], start: int, width: int) -> tuple[str, int]:
    """Return the record that starts at a line, and how many lines it takes.

    A line that is too short goes on as long as the following ones make exactly one record of it. A line that has
    all the columns is a record of its own, even when it starts with a separator: its first field is empty.
    """
    text = lines[start].text
    columns = text.count(SEPARATOR) + 1
    for taken, line in enumerate(lines[start + 1 : start + MAX_PIECES], 2):
        if columns >= width or line.text.count(SEPARATOR) + 1 == width:
            break
        text += line.text if line.text.startswith(SEPARATOR) else f" {line.text}"
        columns += line.text.count(SEPARATOR)
        if columns == width:
            return text, taken
    return lines[start].text, 1

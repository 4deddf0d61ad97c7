"""The files behind the pages: the columns of ``tables``, exact values, the filter and the date on each line.

Two variants. ``TABLEUR`` opens in a spreadsheet by a double click: byte order mark, semicolons, decimal commas,
headings in words. ``DONNEES`` is for programs: commas, decimal points, field names of the API. In both, dates
are ISO 8601, codes are text, an unknown value is an empty cell and ``secret`` or ``sans objet`` are written. The
filter and the date are columns, not comment lines: no reader has to skip anything, and files can be joined.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar

from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.models import Bloc, StructureRow, TerritoryPage
from services.gateway.pages.tables import (
    DEPARTEMENTS,
    ETAPES,
    ETP_MENSUELS,
    STRUCTURES,
    TYPES,
    Cellule,
    Colonne,
)

R = TypeVar("R")
FORMULE = ("=", "+", "-", "@", "\t", "\r", "\n")
DECIMALES = {
    Unite.NOMBRE: 0,
    Unite.ETP: 2,
    Unite.HEURES: 2,
    Unite.EUROS: 2,
    Unite.MILLIONS_EUROS: 2,
    Unite.TAUX: 6,
}
"""Decimals kept in files; a rate stays a ratio (0.585 for 58.5 %), as in the API."""


class Variante(StrEnum):
    """Variant of a file, as addresses write it (``?variante=``)."""

    TABLEUR = "tableur"
    DONNEES = "donnees"


@dataclass(frozen=True, slots=True)
class Perimetre:
    """What a file is about: territory, year, type when filtered, day of the figures."""

    territoire: str
    code: str
    annee: int
    type: str | None
    arrete_le: date


def perimetre_of(page: TerritoryPage) -> Perimetre:
    """Return what the files of a page are about."""
    kind = page.type_filtre.valeur if page.type_filtre else None
    return Perimetre(page.nom, page.code, page.annee, kind, page.fraicheur.arrete_le)


def file_name(bloc: Bloc, perimetre: Perimetre, variante: Variante) -> str:
    """Return ``iae_structures_59_2017_arrete-2017-12-31.csv``: the filter is in the name too."""
    parts = [
        "iae",
        bloc,
        perimetre.code,
        str(perimetre.annee),
        perimetre.type,
        f"arrete-{perimetre.arrete_le.isoformat()}",
    ]
    if variante is Variante.DONNEES:
        parts.append(variante)
    return "_".join(part for part in parts if part) + ".csv"


def territory_csv(
    page: TerritoryPage, bloc: Bloc, structures: Iterable[StructureRow], variante: Variante
) -> bytes:
    """Return the file of one block of a territory page.

    Parameters
    ----------
    structures
        All the structures of the filter, in the order of the page: a file is not paged.

    Raises
    ------
    KeyError
        The block has no file.
    """
    perimetre = perimetre_of(page)
    match bloc:
        case Bloc.EVOLUTION:
            return csv_file(ETP_MENSUELS, page.mois, perimetre, variante)
        case Bloc.CARTE:
            return csv_file(DEPARTEMENTS, page.departements, perimetre, variante)
        case Bloc.TYPES:
            return csv_file(TYPES, page.types, perimetre, variante)
        case Bloc.ETAPES:
            return csv_file(ETAPES, page.etapes, perimetre, variante)
        case Bloc.STRUCTURES:
            return csv_file(STRUCTURES, structures, perimetre, variante)
        case _:
            raise KeyError(bloc)


def csv_file(
    columns: tuple[Colonne[R], ...], rows: Iterable[R], perimetre: Perimetre, variante: Variante
) -> bytes:
    """Return a table as a file, one line per observation and no total line."""
    tableur = variante is Variante.TABLEUR
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if tableur else ",")
    context = {
        "Année" if tableur else "annee": str(perimetre.annee),
        "Territoire" if tableur else "territoire": safe_text(perimetre.territoire),
        "Type de structure filtré" if tableur else "type_filtre": perimetre.type or "tous",
        "Arrêté le" if tableur else "arrete_le": perimetre.arrete_le.isoformat(),
    }
    writer.writerow([*context, *(_heading(column) if tableur else column.cle for column in columns)])
    for row in rows:
        writer.writerow(
            [*context.values(), *(_cell(column.exporter(row), column.unite, variante) for column in columns)]
        )
    return out.getvalue().encode("utf-8-sig" if tableur else "utf-8")


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before ``= + - @``, tabulation, return."""
    return f"'{text}" if text.startswith(FORMULE) else text


def _heading(column: Colonne[R]) -> str:
    match column.unite:
        case Unite.TAUX:
            return f"{column.libelle} (ratio)"
        case Unite.EUROS:
            return f"{column.libelle} (€)"
        case _:
            return column.libelle


def _cell(cell: Cellule, unite: Unite | None, variante: Variante) -> str:
    match cell:
        case None:
            return ""
        case Absence():
            return cell.value
        case date():
            return cell.isoformat()
        case str():
            return safe_text(cell)
        case figure:
            decimals = DECIMALES[unite or Unite.NOMBRE]
            exact = Decimal(figure).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
            written = f"{exact:f}"
            return written.replace(".", ",") if variante is Variante.TABLEUR else written

"""The files behind the pages: the columns of ``tables``, exact values, the filter and the date on each line.

``TABLEUR`` opens in a spreadsheet by a double click: byte order mark, semicolons, decimal commas, headings in
words. ``DONNEES`` is for programs: commas, decimal points, field names of the API. ``ODS`` holds typed cells and
a sheet that says what they are. In all, dates are ISO 8601, codes are text, an unknown value is an empty cell and
``secret`` or ``sans objet`` are written. The filter and the date are columns, not comment lines: no reader has to
skip anything, and files can be joined.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.models import Bloc, Nature, StructureRow, TerritoryPage
from services.gateway.pages.tables import (
    DEPARTEMENTS,
    ETAPES,
    ETP_MENSUELS,
    STRUCTURES,
    TYPES,
    Cellule,
    Colonne,
)

FORMULE = ("=", "+", "-", "@", "\t", "\r", "\n")
NEGATIF = re.compile(r"-[0-9]+(\.[0-9]+)?")
DECIMALES = {
    Unite.NOMBRE: 0,
    Unite.ETP: 2,
    Unite.HEURES: 2,
    Unite.EUROS: 2,
    Unite.MILLIONS_EUROS: 2,
    Unite.TAUX: 6,
    Unite.JOURS: 1,
    Unite.MOIS: 2,
}
"""Decimals kept in files; a rate stays a ratio (0.585 for 58.5 %), as in the API."""


class Variante(StrEnum):
    """Variant of a CSV file, as addresses write it (``?variante=``)."""

    TABLEUR = "tableur"
    DONNEES = "donnees"


@dataclass(frozen=True, slots=True)
class Fichier:
    """What a file holds and what it is about; ``code`` is ``region-32`` or ``59``, ``type`` the filter if any."""

    bloc: str
    titre: str
    colonnes: tuple[Colonne[Any], ...]
    lignes: Sequence[Any]
    territoire: str
    code: str
    annee: int
    type: str | None
    arrete_le: date
    connu_le: date | None = None


def file_of(page: TerritoryPage, bloc: Bloc, structures: Sequence[StructureRow]) -> Fichier:
    """Return what the file of one block of a territory page holds.

    Parameters
    ----------
    structures
        All the structures of the filter, in the order of the page: a file is not paged.

    Raises
    ------
    KeyError
        The block has no file.
    """
    tables: dict[Bloc, tuple[tuple[Colonne[Any], ...], Sequence[Any]]] = {
        Bloc.EVOLUTION: (ETP_MENSUELS, page.mois),
        Bloc.CARTE: (DEPARTEMENTS, page.departements),
        Bloc.TYPES: (TYPES, page.types),
        Bloc.ETAPES: (ETAPES, page.etapes),
        Bloc.STRUCTURES: (STRUCTURES, structures),
    }
    columns, rows = tables[bloc]
    return Fichier(
        bloc,
        page.titre,
        columns,
        rows,
        page.nom,
        f"region-{page.code}" if page.nature is Nature.REGION else page.code,
        page.annee,
        page.type_filtre.valeur if page.type_filtre else None,
        page.fraicheur.arrete_le,
        page.connu_le,
    )


def file_name(fichier: Fichier, extension: str, variante: Variante = Variante.TABLEUR) -> str:
    """Return ``iae_structures_59_2017_arrete-2017-12-31.csv``: the filter is in the name too."""
    parts = [
        "iae",
        fichier.bloc,
        fichier.code,
        str(fichier.annee),
        fichier.type,
        f"arrete-{fichier.arrete_le.isoformat()}",
        f"connu-le-{fichier.connu_le.isoformat()}" if fichier.connu_le else None,
    ]
    if variante is Variante.DONNEES:
        parts.append(variante)
    return f"{'_'.join(part for part in parts if part)}.{extension}"


def csv_file(fichier: Fichier, variante: Variante) -> bytes:
    """Return the table as CSV, one line per observation and no total line."""
    tableur = variante is Variante.TABLEUR
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if tableur else ",")
    writer.writerow(
        headings(fichier) if tableur else [*_CONTEXTE, *(column.cle for column in fichier.colonnes)]
    )
    context = context_of(fichier)
    for row in fichier.lignes:
        cells = [_written(exact(column.exporter(row), column.unite), variante) for column in fichier.colonnes]
        writer.writerow([*map(safe_text, context), *cells])
    return out.getvalue().encode("utf-8-sig" if tableur else "utf-8")


_CONTEXTE = {
    "annee": "Année",
    "territoire": "Territoire",
    "type_filtre": "Type de structure filtré",
    "arrete_le": "Arrêté le",
}


def context_of(fichier: Fichier) -> list[str]:
    """Return the cells that each line repeats: year, territory, filter, day of the figures."""
    return [str(fichier.annee), fichier.territoire, fichier.type or "tous", fichier.arrete_le.isoformat()]


def headings(fichier: Fichier) -> list[str]:
    """Return the headings in words, with the unit where it is not obvious."""
    units = {Unite.TAUX: " (ratio)", Unite.EUROS: " (€)"}
    return [
        *_CONTEXTE.values(),
        *(f"{c.libelle}{units.get(c.unite, '') if c.unite else ''}" for c in fichier.colonnes),
    ]


def exact(cell: Cellule, unite: Unite | None) -> str | Decimal | date | None:
    """Return a cell as a file holds it: a figure with the decimals of its unit, the word of an absence."""
    match cell:
        case Absence():
            return cell.value
        case int() | Decimal():
            decimals = DECIMALES[unite or Unite.NOMBRE]
            return Decimal(cell).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        case _:
            return cell


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before ``= + - @``, tabulation, return.

    A negative number written as a text stays one.
    """
    return f"'{text}" if text.startswith(FORMULE) and not NEGATIF.fullmatch(text) else text


def _written(cell: str | Decimal | date | None, variante: Variante) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            figure = f"{cell:f}"
            return figure.replace(".", ",") if variante is Variante.TABLEUR else figure
        case date():
            return cell.isoformat()
        case texte:
            return safe_text(texte)

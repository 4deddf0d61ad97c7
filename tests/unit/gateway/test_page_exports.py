import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, ZipFile

import pytest

from services.gateway.pages.exports import Variante, csv_file, file_name, file_of, safe_text
from services.gateway.pages.formats import Absence
from services.gateway.pages.models import Bloc
from services.gateway.pages.ods import MIME, ods_file
from tests.factories.gateway_pages import make_pas_de_calais, make_region, make_structures

WITH_FILE = [Bloc.EVOLUTION, Bloc.CARTE, Bloc.TYPES, Bloc.ETAPES, Bloc.STRUCTURES]
NS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read(content: bytes, variante: Variante) -> list[dict[str, str]]:
    encoding, delimiter = ("utf-8-sig", ";") if variante is Variante.TABLEUR else ("utf-8", ",")
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def structures_csv(variante: Variante, **changes: Any) -> list[dict[str, str]]:
    rows = list(make_structures().rows)
    rows[0] = replace(rows[0], **changes)
    return read(csv_file(file_of(make_region(), Bloc.STRUCTURES, rows), variante), variante)


def ods_rows(content: bytes, sheet: int) -> list[list[str | None]]:
    with ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("content.xml"))
    rows = root.findall(".//table:table", NS)[sheet].findall("table:table-row", NS)
    return [
        [
            cell.get(f"{OFFICE}value") or cell.get(f"{OFFICE}date-value") or cell.findtext("text:p", None, NS)
            for cell in row
        ]
        for row in rows
    ]


def test_a_spreadsheet_gets_a_mark_semicolons_commas_and_headings_in_words() -> None:
    content = csv_file(file_of(make_region(), Bloc.STRUCTURES, make_structures().rows), Variante.TABLEUR)
    assert content.startswith(b"\xef\xbb\xbf")
    first = read(content, Variante.TABLEUR)[0]
    assert first["Structure"] == "Jardins Tervamont"
    assert first["ETP réalisés"] == "134,76"
    assert first["Financement de l'État (€)"] == "1958479,58"


def test_a_program_gets_commas_points_and_the_names_of_the_api() -> None:
    content = csv_file(file_of(make_region(), Bloc.STRUCTURES, make_structures().rows), Variante.DONNEES)
    assert not content.startswith(b"\xef\xbb\xbf")
    first = read(content, Variante.DONNEES)[0]
    assert (first["etp_realises"], first["departement"]) == ("134.76", "62")
    assert first["taux_realisation"] == "1.359016"


@pytest.mark.parametrize("bloc", WITH_FILE)
@pytest.mark.parametrize("variante", list(Variante))
def test_every_line_of_every_file_carries_its_filter_and_its_date(bloc: Bloc, variante: Variante) -> None:
    page = make_pas_de_calais(type_choisi="ACI")
    lines = read(csv_file(file_of(page, bloc, page.structures.rows), variante), variante)
    assert lines
    for line in lines:
        assert list(line.values())[:4] == ["2017", "Pas-de-Calais", "ACI", "2017-12-31"]


def test_unknown_is_empty_while_secret_and_not_applicable_are_written() -> None:
    changes = {"etp_realises": None, "sorties_comptees": Absence.SECRET, "taux": Absence.SANS_OBJET}
    program = structures_csv(Variante.DONNEES, **changes)[0]
    assert (program["etp_realises"], program["sorties_comptees"], program["taux_realisation"]) == (
        "",
        "secret",
        "sans objet",
    )
    spreadsheet = structures_csv(Variante.TABLEUR, **changes)[0]
    assert (spreadsheet["ETP réalisés"], spreadsheet["Sorties comptées"]) == ("", "secret")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_text(f"{start}1+1") == f"'{start}1+1"
    assert structures_csv(Variante.TABLEUR, nom=f"{start}1+1")[0]["Structure"] == f"'{start}1+1"


def test_a_negative_figure_is_not_a_formula() -> None:
    line = structures_csv(Variante.TABLEUR, financement_etat_eur=Decimal("-12.5"))[0]
    assert line["Financement de l'État (€)"] == "-12,50"


def test_months_are_iso_in_files() -> None:
    lines = read(csv_file(file_of(make_region(), Bloc.EVOLUTION, ()), Variante.DONNEES), Variante.DONNEES)
    assert [line["mois"] for line in lines][:2] == ["2017-01", "2017-02"]
    assert lines[-1]["statut"] == "provisoire (p)"


def test_the_page_the_csv_and_the_ods_add_up_to_the_same_total() -> None:
    page = make_region()
    fichier = file_of(page, Bloc.CARTE, ())
    lines = read(csv_file(fichier, Variante.DONNEES), Variante.DONNEES)
    headings, *rows = ods_rows(ods_file(fichier), 1)
    place = headings.index("ETP réalisés")
    total = page.departements_total.etp_realises
    assert sum(Decimal(line["etp_realises"]) for line in lines) == total
    assert sum(Decimal(row[place] or 0) for row in rows) == total


def test_a_file_is_named_after_its_filter_and_date() -> None:
    nord = file_of(replace(make_pas_de_calais(), code="59"), Bloc.STRUCTURES, ())
    assert file_name(nord, "csv") == "iae_structures_59_2017_arrete-2017-12-31.csv"
    assert file_name(nord, "ods") == "iae_structures_59_2017_arrete-2017-12-31.ods"
    aci = file_of(make_region(type_choisi="ACI"), Bloc.TYPES, ())
    assert (
        file_name(aci, "csv", Variante.DONNEES)
        == "iae_types_region-32_2017_ACI_arrete-2017-12-31_donnees.csv"
    )


def test_a_block_without_a_file_is_refused() -> None:
    with pytest.raises(KeyError):
        file_of(make_region(), Bloc.CHIFFRES, ())


def test_an_ods_is_recognised_by_its_first_bytes_and_is_stable() -> None:
    fichier = file_of(make_region(), Bloc.STRUCTURES, make_structures().rows)
    content = ods_file(fichier)
    assert content == ods_file(fichier)
    with ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        assert archive.read("mimetype").decode() == MIME


def test_an_ods_says_what_it_holds_and_types_its_cells() -> None:
    rows = [replace(make_structures().rows[0], nom="=1+1 & <fils>", etp_realises=None)]
    content = ods_file(file_of(make_region(type_choisi="ACI"), Bloc.STRUCTURES, rows))
    about = [row[0] for row in ods_rows(content, 0)]
    assert "Données arrêtées au 31 décembre 2017" in about
    assert "Filtre : année 2017, territoire Hauts-de-France, type de structure ACI" in about
    headings, line = ods_rows(content, 1)
    named = dict(zip(headings, line, strict=True))
    assert (named["Structure"], named["Dép."]) == ("=1+1 & <fils>", "62")
    assert (named["ETP conventionnés"], named["ETP réalisés"]) == ("99.16", None)

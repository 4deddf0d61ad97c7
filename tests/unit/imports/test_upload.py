"""Cutting files into lines, whatever state they are in."""

import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.imports.upload import EnteteIllisible, Format, NumberedLine, numbered_lines, pack, unpack

HEADER = "reference;siret;raison_sociale\n"


def read(content: str | bytes, form: Format = "csv") -> list[NumberedLine]:
    raw = content.encode() if isinstance(content, str) else content
    return list(numbered_lines(io.BytesIO(raw), form))


def told(lines: list[NumberedLine]) -> list[tuple[int, str]]:
    """Number of each line, with its reference or the code of its fault."""
    return [
        (line.number, line.fault[0] if line.fault else orjson.loads(line.content)["reference"])
        for line in lines
    ]


def test_a_csv_gives_its_cells_by_name_without_the_empty_ones() -> None:
    (line,) = read(HEADER + "S1; 123 ;\n")
    assert orjson.loads(line.content) == {"reference": "S1", "siret": "123"}
    assert line.from_text


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_that_of_the_header(separator: str) -> None:
    text = (HEADER + 'S1;1;"Relais ; dit, le | grand"\n').replace(";", separator)
    assert told(read(text)) == [(2, "S1")]


def test_a_byte_order_mark_is_not_part_of_the_first_name() -> None:
    (line,) = read(b"\xef\xbb\xbf" + (HEADER + "S1;1;Relais\n").encode())
    assert orjson.loads(line.content)["reference"] == "S1"
    (line,) = read(b"\xef\xbb\xbf" + b'{"reference":"S1"}', "ndjson")
    assert line.content == b'{"reference":"S1"}'


def test_a_line_with_other_separators_is_reported_and_the_rest_is_read() -> None:
    assert told(read(HEADER + "S1;1;a\nS2,2,b\nS3;3;c\n")) == [
        (2, "S1"),
        (3, "nombre_de_colonnes"),
        (4, "S3"),
    ]


def test_a_line_in_another_encoding_is_reported_and_the_rest_is_read() -> None:
    text = HEADER.encode() + b"S1;1;a\n" + "S2;2;Éboueurs\n".encode("latin-1") + "S3;3;É\n".encode()
    assert told(read(text)) == [(2, "S1"), (3, "encodage_invalide"), (4, "S3")]
    text = b'{"reference":"S1"}\n{"reference":"\xe9"}\n{"reference":"S3"}'
    assert told(read(text, "ndjson")) == [(1, "S1"), (2, "encodage_invalide"), (3, "S3")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_whole_csv_in_another_encoding_is_refused_at_once(encoding: str) -> None:
    with pytest.raises(EnteteIllisible):
        read((HEADER + "S1;1;a\n").encode(encoding))


def test_a_whole_ndjson_in_another_encoding_is_reported_line_by_line() -> None:
    lines = read('{"reference":"S1"}\n{"reference":"S2"}\n'.encode("utf-16"), "ndjson")
    assert len(lines) >= 2
    assert lines[0].fault
    assert lines[0].fault[0] == "encodage_invalide"


@pytest.mark.parametrize("header", ["a;b;a\n", "caf\xe9;b\n".encode("latin-1").decode("latin-1"), 'a;"b\n'])
def test_a_header_that_names_twice_or_not_at_all_is_refused(header: str) -> None:
    with pytest.raises(EnteteIllisible):
        read(header.encode("latin-1") + b"1;2;3\n")


def test_a_quote_never_closed_loses_only_its_line() -> None:
    text = HEADER + 'S1;1;a\nS2;2;"Chantier\nS3;3;c\nS4;4;d\n'
    assert told(read(text)) == [(2, "S1"), (3, "csv_illisible"), (4, "S3"), (5, "S4")]


def test_a_quote_never_closed_loses_only_its_line_even_with_quoted_cells_after() -> None:
    text = HEADER + 'S1;1;"Chantier\nS2;2;"b"\nS3;3;c\nS4;"4";"d"\n'
    assert told(read(text)) == [(2, "csv_illisible"), (3, "S2"), (4, "S3"), (5, "S4")]


def test_a_quote_never_closed_loses_only_its_line_at_the_head_of_a_long_file() -> None:
    rest = "".join(f"S{n};{n};x\n" for n in range(2, 1002))
    lines = told(read(HEADER + 'S1;1;"Chantier\n' + rest))
    assert lines[0] == (2, "csv_illisible")
    assert lines[1:] == [(n + 1, f"S{n}") for n in range(2, 1002)]


def test_a_file_cut_in_the_middle_of_a_quote_reports_its_last_line() -> None:
    assert told(read(HEADER + 'S1;1;a\nS2;2;"Chan')) == [(2, "S1"), (3, "csv_illisible")]


def test_a_cell_may_hold_line_feeds_and_numbers_stay_those_of_the_file() -> None:
    lines = read(HEADER + 'S1;1;"Chantier\nde Lumerive"\nS2;2;b\n')
    assert told(lines) == [(2, "S1"), (4, "S2")]
    assert orjson.loads(lines[0].content)["raison_sociale"] == "Chantier\nde Lumerive"


@pytest.mark.parametrize(
    "cell", ["=1+1", "@cmd", "+cmd|x", "-2+3+cmd|' /C calc'!A0", " =HYPERLINK(A1)", "\t=A1"]
)
def test_a_formula_is_reported(cell: str) -> None:
    assert told(read(HEADER + f"S1;1;{cell}\nS2;2;b\n")) == [(2, "formule"), (3, "S2")]


@pytest.mark.parametrize("cell", ["-", "-12.5", "+33 3 20 00 00 00", "a=b", "Relais-Est", "-1 200,50"])
def test_a_sign_that_computes_nothing_is_no_formula(cell: str) -> None:
    assert told(read(HEADER + f"S1;1;{cell}\n")) == [(2, "S1")]


def test_blank_lines_are_passed_over_but_counted() -> None:
    assert told(read("\n\n" + HEADER + "\nS1;1;a\n;;\n\nS2;2;b\n")) == [(5, "S1"), (8, "S2")]
    assert told(read('\n{"reference":"S1"}\n  \n{"reference":"S2"}\n', "ndjson")) == [(2, "S1"), (4, "S2")]


def test_windows_line_ends_change_nothing() -> None:
    assert told(read((HEADER + "S1;1;a\nS2;2;b\n").replace("\n", "\r\n"))) == [(2, "S1"), (3, "S2")]


def test_a_nul_byte_in_a_cell_is_reported() -> None:
    assert told(read(HEADER + "S1;1;a\0b\nS2;2;b\n")) == [(2, "encodage_invalide"), (3, "S2")]


def test_a_line_over_one_megabyte_is_reported() -> None:
    long = '{"reference":"' + "x" * 1_100_000 + '"}\n{"reference":"S2"}'
    assert told(read(long, "ndjson")) == [(1, "ligne_trop_longue"), (2, "S2")]
    long = HEADER + "S1;1;" + "x" * 200_000 + "\nS2;2;b\n"
    assert told(read(long)) == [(2, "csv_illisible"), (3, "S2")]


@given(st.text(alphabet='a;,"\n\r=é', max_size=60))
def test_no_line_of_a_csv_is_lost_in_silence(body: str) -> None:
    """Each physical line with a letter is in a record or in a fault."""
    text = HEADER + body
    lines = read(text)
    covered = {n for line in lines for n in range(line.number, line.number + 1 + line.content.count(b"\\n"))}
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    if '"' not in body and "\r" not in body:
        expected = {n for n, line in enumerate(text.split("\n"), 1) if n > 1 and line.strip(";, ")}
        assert expected <= covered


def test_lines_come_back_from_storage_as_they_went() -> None:
    lines = read(HEADER + "S1;1;É\nS2;2\n")
    assert unpack(pack(lines)) == lines

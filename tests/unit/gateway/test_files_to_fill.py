"""What a person fills in a spreadsheet and sends back: the hours of a month, the answers to orientations."""

from datetime import date

import orjson
import pytest

from services.gateway.pages.saisie import LigneSaisie, MoisPage, OrientationRow, StructureSaisie
from services.gateway.screens.declaration_form import blank_lines
from services.gateway.screens.mois_fichier import filled, month_file
from services.gateway.screens.reponses_fichier import answers_file, answers_of
from services.gateway.screens.tableur import FichierIllisible

K1, K2 = "01890a5d-0000-7000-8000-0000000000a1", "01890a5d-0000-7000-8000-0000000000a2"
PAGE = MoisPage(
    StructureSaisie("s", "Chantier fictif", "ACI", "00000001800010", "Lille"),
    date(2017, 3, 1),
    "2017-03",
    1,
    "cle",
    tuple(
        LigneSaisie(n, key, name, "CDDI", date(2017, 1, 2), date(2017, 8, 31), heures="12,5")
        for n, (key, name) in enumerate(((K1, "=SOMME Jonquin"), (K2, "THYM Jonquin")), 1)
    ),
    (),
)


def month(*lines: str, head: str = "Contrat;Heures;Date de sortie;Motif de sortie") -> bytes:
    return "\r\n".join([head, *lines]).encode()


def test_the_file_of_a_month_comes_back_as_it_left() -> None:
    file = month_file(PAGE)
    assert file.startswith(b"\xef\xbb\xbfContrat;Personne;")
    assert b";'=SOMME Jonquin;CDDI;02/01/2017;31/08/2017;12,5;" in file
    assert filled(PAGE, file) == PAGE


def test_a_month_is_read_as_a_spreadsheet_saves_it() -> None:
    windows = "Contrat;Heures;Date de sortie;Motif de sortie\r\n".encode("cp1252")
    windows += f"{K2};86,5 h;31/03/2017;Embauche en CDI aidé\r\n;;;\r\n".encode("cp1252")
    page = filled(PAGE, windows)
    assert page.fautes == ()
    assert [line.heures for line in page.lignes] == ["", "86,5"]
    assert (page.lignes[1].sortie_date, page.lignes[1].sortie_motif) == ("2017-03-31", "Embauche en CDI aidé")
    commas = filled(PAGE, month(f'{K1},"7,5",,CDI', head="contrat,heures,date de sortie,motif de sortie"))
    assert (commas.lignes[0].heures, commas.lignes[0].sortie_motif) == ("7,5", "CDI")


def test_a_line_that_has_no_place_in_the_month_is_told_by_its_number() -> None:
    page = filled(PAGE, month(f"{K1};10;;", "", "01890a5d-0000;4;;", f"{K1.upper()};11;;"))
    assert [faute.phrase for faute in page.fautes] == [
        "Ligne 4 : ce contrat ne court pas ce mois-ci dans cette structure.",
        "Ligne 5 : ce contrat est déjà à la ligne 2.",
    ]
    assert page.lignes[0].heures == "10"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Il manque la colonne « Contrat »"),
        (month(head="Contrat;Jours"), "Il manque la colonne « Heures »"),
        (month(f'{K1};"10'), "La ligne 2 n'est pas du CSV"),
        (b"PK\x03\x04\x00\xff", "Il manque la colonne « Contrat »"),
    ],
)
def test_a_file_that_is_no_table_of_ours_says_what_to_do(content: bytes, told: str) -> None:
    (faute,) = filled(PAGE, content).fautes
    assert told in faute.detail
    assert filled(PAGE, content).lignes == PAGE.lignes


@pytest.mark.parametrize(("mois", "day"), [("2017-06", ""), ("2017-07", "2017-07-15"), ("2017-08", "")])
def test_an_exit_is_shown_in_its_month_only(mois: str, day: str) -> None:
    contrat = {
        "id": K1, "personne_id": "p", "type_contrat": "CDDI", "date_debut": "2017-01-02",
        "date_fin_prevue": "2017-12-31", "date_sortie": "2017-07-15", "motif_sortie": "CDI",
    }  # fmt: skip
    (line,) = blank_lines([contrat], {}, mois)
    assert (line.sortie_date, line.sortie_motif) == (day, "CDI" if day else "")


def row(key: str) -> OrientationRow:
    return OrientationRow(
        f"/saisie/orientations/{key}", "ROMARIN Jonquin", date(2017, 1, 2), "France Travail", "nouvelle", None
    )


def test_answers_are_lines_of_decisions_at_the_number_of_their_line() -> None:
    blank = answers_file([row(K1), row(K2)]).decode("utf-8-sig").splitlines()
    assert blank[1] == f"{K1};ROMARIN Jonquin;02/01/2017;France Travail;;;;;"
    assert answers_of("\n".join(blank).encode()).strip() == b""
    told = [
        blank[0],
        f"{K1};ROMARIN Jonquin;02/01/2017;France Travail;;Refuser;Aucun poste n'est ouvert;;",
        blank[2],
        f"{K2};;;;;ACCEPTER;;01/10/2026;",
        f"{K2};;;;;peut-être;;;",
    ]
    read = answers_of("\n".join(told).encode("cp1252")).split(b"\n")
    assert (read[0], read[2]) == (b"", b"")
    assert orjson.loads(read[1]) == {
        "candidature": K1, "transition": "refuse", "motif_refus": "no_position", "reference": f"{K1}:refuse:no_position",
    }  # fmt: skip
    assert orjson.loads(read[3]) == {
        "candidature": K2, "transition": "accept", "date_embauche": "2026-10-01",
        "reference": f"{K2}:accept:2026-10-01",
    }  # fmt: skip
    assert orjson.loads(read[4])["transition"] == "peut-être"
    assert b"ROMARIN" not in b"".join(read)


def test_answers_without_their_columns_are_no_answers() -> None:
    with pytest.raises(FichierIllisible, match="« Réponse »"):
        answers_of(b"Orientation;Motif du refus\n")

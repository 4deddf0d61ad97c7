"""Files of the ASP with every trap: each record is either taken or told."""

from pathlib import Path

import orjson
import pytest

from deploy.fluxiae.archive import Unreadable, contents
from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.financement import money_lines
from deploy.fluxiae.reader import Vue, WrongFile, read_vue
from deploy.fluxiae.records import read_annexes, read_structures
from deploy.fluxiae.registre import Livraison, Sent, registry_lines
from deploy.fluxiae.report import Report
from tests.factories.fluxiae import ANNEXE, STRUCTURE, gzipped, make_annexe, make_fiche, make_file, zipped
from tests.factories.siret import make_siret


def read(data: bytes, name: str = "extrait.csv") -> tuple[Vue, Report]:
    report = Report()
    return read_vue(name, data, report), report


def told(report: Report) -> list[tuple[int, str]]:
    return [(remark.line, remark.code) for remark in report.remarks]


def aside(report: Report) -> list[tuple[int, str]]:
    return [(remark.line, remark.code) for remark in report.remarks if remark.set_aside]


def deliver(tmp_path: Path, **files: bytes) -> tuple[list[Sent], Report]:
    paths = []
    for name, data in files.items():
        paths.append(tmp_path / f"{name}.csv.gz")
        paths[-1].write_bytes(data)
    report = Report()
    return list(registry_lines(read_delivery(paths, report), report)), report


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_whole_file_is_read_without_a_word(end: str, encoding: str) -> None:
    vue, report = read(make_file("Structure", [make_fiche(), make_fiche(2)], end=end, encoding=encoding))
    assert (vue.name, vue.mark, str(vue.day)) == ("Structure", "06012025-070512", "2025-01-06")
    assert [record.values["structure_code_naf"] for record in vue.records] == ["8899B"] * 2
    assert told(report) == []


def test_without_fin_the_last_record_stays_and_without_deb_the_columns_tell_the_view() -> None:
    vue, report = read(make_file("AnnexeFinanciere", [make_annexe(), make_annexe(2)], deb=False, fin=None))
    assert (vue.name, vue.day, len(vue.records)) == ("AnnexeFinanciere", None, 2)
    assert told(report) == [(1, "deb_absent"), (0, "fin_absent")]


def test_a_wrong_fin_is_told_and_the_records_are_read() -> None:
    vue, report = read(make_file("Structure", [make_fiche()], fin=7))
    assert len(vue.records) == 1
    assert told(report) == [(0, "fin_faux")]


def test_quotes_and_exotic_line_ends_mean_nothing() -> None:
    name = 'L"ATELIER \u2028 « NEUF\u0085» \x0c'
    vue, report = read(make_file("Structure", [make_fiche(structure_denomination=name), make_fiche(2)]))
    assert vue.records[0].values["structure_denomination"] == name.strip()
    assert len(vue.records) == 2
    assert told(report) == []


@pytest.mark.parametrize("cut", ["LES ATELIERS\n|", "LES ATELIERS\nD'EXEMPLE|"])
def test_a_line_feed_inside_a_field_is_mended_and_told(cut: str) -> None:
    row = "|".join(make_fiche().get(column, "") for column in STRUCTURE)
    whole = row.replace("LES ATELIERS D'EXEMPLE|", cut)
    vue, report = read(make_file("Structure", [whole, make_fiche(2)]))
    assert [record.line for record in vue.records] == [3, 5]
    assert vue.records[0].values["structure_code_naf"] == "8899B"
    assert told(report) == [(3, "ligne_recollee")]


def test_a_record_whose_first_field_is_empty_is_not_glued_to_the_one_before() -> None:
    vue, report = read(make_file("Structure", [make_fiche(), make_fiche(900002, structure_date_creation="")]))
    assert [record.values["structure_id_siae"] for record in vue.records] == ["900001", "900002"]
    assert told(report) == []


def test_a_record_with_a_column_too_few_or_too_many_is_set_aside_alone() -> None:
    row = "|".join(make_fiche().get(column, "") for column in STRUCTURE)
    short, long = row.replace("|8899B", ""), row.replace("|8899B", "|8899B|de trop")
    vue, report = read(make_file("Structure", [short, make_fiche(2), long, "bruit", make_fiche(3)]))
    assert [record.values["structure_id_siae"] for record in vue.records] == ["2", "3"]
    assert told(report) == [(line, "nombre_de_colonnes") for line in (3, 5, 6)]


def test_columns_are_taken_by_name_moved_or_added() -> None:
    columns = ("nouvelle_colonne", *reversed(STRUCTURE))
    vue, report = read(make_file("Structure", [make_fiche()], columns=columns))
    assert vue.records[0].values["structure_id_siae"] == "900001"
    assert told(report) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (make_file("Structure", [], columns=STRUCTURE[:4]), "il manque la colonne structure_siret_actualise"),
        (make_file("Structure", [], columns=(*STRUCTURE, STRUCTURE[0])), "nommée deux fois"),
        (make_file("PMSMP", [], columns=("pmsmp_id",)), "la vue « PMSMP »"),
        (b"", "aucune ligne"),
        (b"colonne\n1\n", "la vue « inconnue »"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(data: bytes, sentence: str) -> None:
    with pytest.raises(WrongFile, match=sentence):
        read(data)


def test_a_line_in_another_encoding_is_read_and_told() -> None:
    data = make_file("Structure", [make_fiche(structure_denomination="ACCUEIL DE L'ÉTÉ"), make_fiche(2)])
    mixed = data.replace("ÉTÉ".encode(), "ÉTÉ".encode("cp1252"))
    vue, report = read(mixed)
    assert vue.records[0].values["structure_denomination"] == "ACCUEIL DE L'ÉTÉ"
    assert told(report) == [(3, "encodage")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"structure_siret_actualise": "12345678901234"}, "siret_invalide"),
        ({"structure_siret_actualise": "", "structure_siret_signature": ""}, "valeur_absente"),
        ({"structure_siret_signature": make_siret(9)}, "siren_different"),
        ({"structure_id_siae": "X1"}, "identifiant_asp_invalide"),
        ({"structure_adresse_admin_code_insee": ""}, "commune_absente"),
        ({"structure_denomination": ""}, "valeur_absente"),
        ({"structure_date_modification": "31/02/2025"}, "date_invalide"),
    ],
)
def test_a_structure_that_cannot_be_understood_is_told(change: dict[str, str], code: str) -> None:
    vue, report = read(make_file("Structure", [make_fiche(900001, 1, **change), make_fiche(2, 2)]))
    assert [structure.asp_id for structure in read_structures(vue.records, report)] == ["2"]
    assert aside(report) == [(3, code)]


def test_a_structure_is_read_with_its_two_addresses_and_no_personal_value() -> None:
    change = {"structure_adresse_admin_code_insee": "", "structure_adresse_gestion_code_insee": "59009"}
    vue, report = read(make_file("Structure", [make_fiche(900001, 1, **change)]))
    (structure,) = read_structures(vue.records, report)
    assert (structure.code_insee, structure.adresse) == ("59009", "12 RUE DE L'EXEMPLE")
    assert structure.forme_juridique == "Association"
    assert "invalid" not in repr(structure).replace(repr(structure.record), "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"af_mesure_dispositif_code": "ACI_MP"}, "hors_champ"),
        ({"af_mesure_dispositif_code": "FDI_DC"}, "hors_champ"),
        ({"af_mesure_dispositif_code": "ZZ"}, "mesure_inconnue"),
        ({"af_etat_annexe_financiere_code": "PERDU"}, "etat_inconnu"),
        ({"af_numero_annexe_financiere": "ACI05925001"}, "numero_annexe_invalide"),
        ({"af_numero_annexe_financiere": "EI059250001"}, "numero_annexe_incoherent"),
        ({"af_date_fin_effet": "01/01/2024"}, "periode_inversee"),
        ({"af_date_fin_effet": ""}, "date_absente"),
    ],
)
def test_an_annexe_out_of_the_field_or_wrong_is_told(change: dict[str, str], code: str) -> None:
    vue, report = read(make_file("AnnexeFinanciere", [make_annexe(900001, "ACI", **change)]))
    assert read_annexes(vue.records, report) == []
    assert aside(report) == [(3, code)]


@pytest.mark.parametrize(
    ("kind", "numero", "renewal", "whole"),
    [
        ("ETTI", "ETTI59V250001", "A1", "ETTI59V250001A1M0"),
        ("AI", "AI02A210001", "2", "AI02A210001A2M0"),
        ("ACI", "ACI 059 25 0001", "A0", "ACI059250001A0M0"),
    ],
)
def test_the_number_is_made_of_three_columns(kind: str, numero: str, renewal: str, whole: str) -> None:
    row = make_annexe(kind=kind, af_numero_annexe_financiere=numero, af_numero_avenant_renouvellement=renewal)
    vue, report = read(make_file("AnnexeFinanciere", [row]))
    assert [annexe.numero for annexe in read_annexes(vue.records, report)] == [whole]


def test_of_two_rows_for_one_annexe_the_active_one_stays_and_the_other_is_told() -> None:
    old = make_annexe(af_etat_annexe_financiere_code="HISTORISE")
    again = make_annexe(af_motif_rejet_code="RIB")
    other_period = make_annexe(af_date_debut_effet="01/01/2024", af_date_fin_effet="31/12/2024")
    vue, report = read(make_file("AnnexeFinanciere", [old, make_annexe(), again, other_period]))
    annexes = read_annexes(vue.records, report)
    assert [(annexe.record.line, annexe.etat) for annexe in annexes] == [(4, "VALIDE"), (6, "VALIDE")]
    assert aside(report) == [(3, "doublon_divergent"), (5, "doublon_divergent")]


def test_of_two_rows_for_one_structure_the_last_modified_stays() -> None:
    late = make_fiche(structure_date_modification="04/01/2025", structure_denomination="NOUVEAU NOM")
    vue, report = read(make_file("Structure", [make_fiche(), make_fiche(), late]))
    (structure,) = read_structures(vue.records, report)
    assert structure.raison_sociale == "NOUVEAU NOM"
    assert aside(report) == [(4, "doublon"), (3, "doublon_divergent")]


def test_a_structure_with_two_types_is_two_lines_and_one_without_annexe_is_told(tmp_path: Path) -> None:
    lines, report = deliver(
        tmp_path,
        structures=gzipped(make_file("Structure", [make_fiche(), make_fiche(900002, 2)])),
        annexes=make_file("AnnexeFinanciere", [make_annexe(), make_annexe(kind="EI"), make_annexe(77)]),
    )
    bodies = [orjson.loads(line.content) for line in lines]
    assert [(line.nature, body.get("type")) for line, body in zip(lines, bodies, strict=True)] == [
        ("fiches_asp", "ACI"), ("fiches_asp", "EI"), *[("annexes_asp", None)] * 3,
    ]  # fmt: skip
    assert {body["connu_le"] for body in bodies} == {"2025-01-06"}
    assert [body.get("siret") for body in bodies[2:]] == [make_siret(1), make_siret(1), None]
    assert told(report) == [(4, "type_inconnu"), (5, "structure_absente")]
    assert len({line.reference for line in lines}) == 5


def test_every_record_is_taken_or_told_whatever_the_traps(tmp_path: Path) -> None:
    fiches: list[dict[str, str] | str] = [
        make_fiche(),
        make_fiche(),
        "cassée|ligne",
        make_fiche(3, 3, structure_siret_actualise="1"),
    ]
    annexes = [make_annexe(), make_annexe(af_mesure_dispositif_code="FDI_DC"), make_annexe(kind="AI")]
    archive = zipped(
        Structure=make_file("Structure", fiches),
        AnnexeFinanciere=make_file("AnnexeFinanciere", annexes),
        AnnexeFinanciereACI=b"DEBAnnexeFinanciereACI06012025_070512|\na|b\n",
    )
    path = tmp_path / "livraison.zip"
    path.write_bytes(archive)
    report = Report()
    livraison = read_delivery([path], report)
    lines = [*registry_lines(livraison, report), *money_lines(livraison, report)]
    for file, count in report.read.items():
        taken = {line.record.line for line in lines if line.record.file == file}
        assert count == len(taken) + report.count_aside(file)
    assert report.read.total() == 7
    # The rows of this file hold no amount: the registry takes them, funding does not, and it is told.
    assert [r.code for r in report.remarks if not r.set_aside] == [
        "vue_ignoree",
        "argent_absent",
        "argent_absent",
    ]


def test_the_same_delivery_gives_the_same_references_and_the_next_one_others(tmp_path: Path) -> None:
    def references(moment: str) -> set[str]:
        annexes = make_file("AnnexeFinanciere", [make_annexe()], moment=moment)
        return {line.reference for line in deliver(tmp_path, annexes=annexes)[0]}

    assert references("06012025_070512") == references("06012025_070512")
    assert not references("06012025_070512") & references("13012025_070512")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"7z\xbc\xaf\x27\x1c", "7z ou tar"),
        (b"PK\x03\x04 pas un zip", "ne s'ouvre pas"),
        (gzipped(b"abc")[:-4], "ne s'ouvre pas"),
    ],
)
def test_an_archive_that_does_not_open_is_said(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        list(contents("extrait.csv.gz", data))


def test_a_view_given_twice_or_none_is_refused(tmp_path: Path) -> None:
    file = make_file("AnnexeFinanciere", [make_annexe()])
    with pytest.raises(WrongFile, match="fournie deux fois"):
        deliver(tmp_path, a=file, b=file)
    with pytest.raises(WrongFile, match="Aucune des vues"):
        deliver(tmp_path, c=b"DEBPMSMP06012025_070512\npmsmp_id\n")


def test_the_delivery_is_ready_for_another_destination(tmp_path: Path) -> None:
    path = tmp_path / "af.csv"
    path.write_bytes(make_file("AnnexeFinanciere", [make_annexe()]))
    livraison = read_delivery([path], Report())
    assert isinstance(livraison, Livraison)
    assert livraison.annexes[0].record.values["af_etp_postes_insertion"] == "12.50"
    assert set(livraison.annexes[0].record.values) < set(ANNEXE)

"""The money side of the files of the ASP: one reading for both services, nothing dropped in silence."""

from pathlib import Path
from typing import Any

import orjson

from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.financement import money_lines
from deploy.fluxiae.registre import Sent, registry_lines
from deploy.fluxiae.report import Report
from tests.factories.fluxiae import FDI, MONEY, MONEY_COLUMNS, make_annexe, make_fiche, make_file, zipped
from tests.factories.siret import make_siret


def deliver(tmp_path: Path, *rows: dict[str, str], fiches: bool = True) -> tuple[list[Sent], Report]:
    path = tmp_path / "livraison.zip"
    files = {"AnnexeFinanciere": make_file("AnnexeFinanciere", rows, columns=MONEY_COLUMNS)}
    path.write_bytes(
        zipped(**files | ({"Structure": make_file("Structure", [make_fiche()])} if fiches else {}))
    )
    report = Report()
    livraison = read_delivery([path], report)
    list(registry_lines(livraison, report))
    return list(money_lines(livraison, report)), report


def content(sent: Sent) -> dict[str, Any]:
    line: dict[str, Any] = orjson.loads(sent.content)
    return line


def codes(report: Report) -> list[tuple[int, str, bool]]:
    return [(remark.line, remark.code, remark.set_aside) for remark in report.remarks]


def test_an_annexe_goes_to_funding_with_all_its_columns_but_the_personal_ones(tmp_path: Path) -> None:
    (sent,), report = deliver(tmp_path, make_annexe() | MONEY)
    line = content(sent)
    assert (sent.nature, line["siret"], line["numero"]) == ("annexes_asp", make_siret(1), "ACI059250001A0M0")
    assert [line[k] for k in ("etp", "heures_par_etp", "montant_unitaire", "montant_total")] == [
        "12.50", "1820", "23921.00", "299012.50",
    ]  # fmt: skip
    assert (line["taux_dynamique_prevu"], line["taux_positive_prevu"], line["sorties_prevues"]) == (
        "0.60",
        "0.15",
        10,
    )
    assert line["donnees"]["af_fse"] == "25000.00"
    assert line["donnees"]["af_id_annexe_financiere"] == "70001"
    assert not {"af_nom_dla", "af_id_structure", "af_montant_total_annuel"} & line["donnees"].keys()
    assert "cofinanceur" not in line
    assert codes(report) == []


def test_the_part_of_a_departement_appears_at_m1_and_the_same_row_is_recognised_in_the_next_file(
    tmp_path: Path,
) -> None:
    m1 = {
        "af_numero_avenant_modification": "M1", "af_indic_cofinancement": "true", "af_mt_cofinance": "34820.60",
        "af_id_financeur_code": "CD FICTIF",
    }  # fmt: skip
    first = make_annexe() | MONEY | {"af_etat_annexe_financiere_code": "HISTORISE"}
    sent, _ = deliver(tmp_path, first, make_annexe() | MONEY | m1)
    before, after = map(content, sent)
    assert "montant_cofinance" not in before
    assert (after["montant_cofinance"], after["cofinanceur"]) == ("34820.60", "CD FICTIF")
    again, _ = deliver(tmp_path, make_annexe() | MONEY | m1)
    assert content(again[0])["reference"] == after["reference"]


def test_an_action_of_the_fdi_is_one_of_its_structure_and_is_never_counted_twice(tmp_path: Path) -> None:
    sent, report = deliver(tmp_path, make_annexe() | MONEY, make_annexe() | FDI)
    line = content(sent[1])
    assert {k: line[k] for k in ("type_structure", "nature_action", "date_decision", "montant", "part_avance", "montant_avance")} == {
        "type_structure": "ACI", "nature_action": "CONSOFI", "date_decision": "2025-03-14", "montant": "10022.00",
        "part_avance": "0.60", "montant_avance": "6013.00",
    }  # fmt: skip
    more = make_annexe() | FDI | {"af_mt_total_aide": "12000.00"}
    other, _ = deliver(tmp_path, make_annexe() | MONEY, more)
    assert content(other[1])["reference"] == line["reference"]
    assert codes(report) == []


def test_what_gives_no_money_is_told(tmp_path: Path) -> None:
    sent, report = deliver(
        tmp_path,
        make_annexe() | MONEY | {"af_montant_total_annuel": ""},
        make_annexe() | MONEY | {"af_numero_annexe_financiere": "ACI059250002", "af_montant_total_annuel": "beaucoup"},
        make_annexe() | FDI | {"af_etat_annexe_financiere_code": "SAISI"},
        make_annexe() | FDI | {"af_mt_total_aide": ""},
        make_annexe() | FDI | {"af_date_signature": "", "af_date_debut_effet": "hier"},
        make_annexe(900009) | FDI,
    )  # fmt: skip
    assert sent == []
    assert codes(report)[-6:] == [
        (3, "argent_absent", False), (4, "montant_invalide", False), (5, "fdi_non_signee", True),
        (6, "montant_invalide", True), (7, "date_absente", True), (8, "type_inconnu", True),
    ]  # fmt: skip
    sent, report = deliver(tmp_path, make_annexe() | MONEY, fiches=False)
    assert sent == []
    assert (3, "argent_sans_siret", False) in codes(report)

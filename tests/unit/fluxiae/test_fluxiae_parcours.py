"""The pathways in the files of the ASP: every row is sent, or told with its reason and without a name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.parcours import pathway_lines
from deploy.fluxiae.registre import Sent
from deploy.fluxiae.report import Report
from tests.factories.fluxiae import make_annexe, make_fiche, make_file
from tests.factories.fluxiae_parcours import CONTRAT, ETAT, SALARIE, make_etat, make_mission, make_salarie
from tests.factories.parcours import make_nir

Rows = Sequence[dict[str, str]]
ANNEXES = (
    make_annexe(af_numero_annexe_financiere="ACI059170001", af_date_debut_effet="01/01/2017", af_date_fin_effet="31/12/2017"),
    make_annexe(
        af_numero_annexe_financiere="ACI059170002", af_id_annexe_financiere="70002",
        af_date_debut_effet="01/01/2017", af_date_fin_effet="31/12/2017",
    ),
)  # fmt: skip

PERSONS, MISSIONS, ETATS = (make_salarie(),), (make_mission(),), (make_etat(),)


def deliver(
    tmp_path: Path,
    salaries: Rows = PERSONS,
    missions: Rows = MISSIONS,
    etats: Rows = ETATS,
) -> tuple[list[Sent], Report]:
    files = {
        "Structure": make_file("Structure", [make_fiche()]),
        "AnnexeFinanciere": make_file("AnnexeFinanciere", ANNEXES),
        "Salarie": make_file("Salarie", salaries, columns=SALARIE),
        "ContratMission": make_file("ContratMission", missions, columns=CONTRAT),
        "EtatMensuelIndiv": make_file("EtatMensuelIndiv", etats, columns=ETAT),
    }
    paths = []
    for name, data in files.items():
        paths.append(tmp_path / f"{name}.csv.gz")
        paths[-1].write_bytes(data)
    report = Report()
    return list(pathway_lines(read_delivery(paths, report), report)), report


def contents(sent: Sequence[Sent], nature: str) -> list[dict[str, Any]]:
    return [orjson.loads(line.content) for line in sent if line.nature == nature]


def aside(report: Report) -> list[str]:
    return [remark.code for remark in report.remarks if remark.set_aside]


def test_a_nominal_delivery_gives_a_person_a_contract_hours_and_an_exit(tmp_path: Path) -> None:
    sent, report = deliver(tmp_path)
    assert [line.nature for line in sent] == ["personnes", "contrats", "declarations", "sorties"]
    assert report.remarks == []
    (person,), (contrat,) = contents(sent, "personnes"), contents(sent, "contrats")
    assert (person["reference"], person["sexe"], person["motif_absence_nir"]) == (
        "asp:salarie:500001",
        "H",
        "NO_NIR",
    )
    assert (person["date_agrement_debut"], person["date_agrement_fin"]) == ("2017-01-02", "2019-01-01")
    assert (contrat["personne"], contrat["heures_hebdo"], contrat["connu_le"]) == (
        "asp:salarie:500001",
        "26.5",
        "2017-01-03",
    )
    (declared,) = contents(sent, "declarations")
    assert declared["lignes"] == [
        {"contrat": "asp:contrat:600001", "heures": "60", "annexe": "ACI059170001A0M0"}
    ]
    assert (declared["mois"], declared["connu_le"]) == ("2017-03", "2017-04-10")
    assert contents(sent, "sorties") == [
        {
            "reference": "asp:sortie:600001",
            "contrat": "asp:contrat:600001",
            "date": "2017-06-30",
            "motif": "CDI",
        }
    ]
    assert [line.content for line in deliver(tmp_path)[0]] == [line.content for line in sent]


def test_several_rows_of_a_person_are_one_and_a_shared_nir_is_nobody(tmp_path: Path) -> None:
    nir = make_nir("1900559350084")
    rows = [
        make_salarie(500002, salarie_nir=nir, salarie_nom_usage="Marjolaine Origan", salarie_date_modification="02/02/2017"),
        make_salarie(500001, salarie_nir=nir),
        make_salarie(500003),
        make_salarie(500004, salarie_nom_usage="TILLEUL", salarie_nir=make_nir("1900559350085")),
        make_salarie(500005, salarie_nom_usage="SUREAU", salarie_nir=make_nir("1900559350085")),
        make_salarie(500006, salarie_nom_usage="HOUX", salarie_nir="190055935008499"),
    ]  # fmt: skip
    missions = [make_mission(contrat_id_pph="500003", contrat_date_sortie_definitive="")]
    sent, report = deliver(tmp_path, rows, missions, ())
    people = {each["reference"]: each for each in contents(sent, "personnes")}
    assert sorted(people) == [f"asp:salarie:50000{n}" for n in (1, 4, 5, 6)]
    assert (people["asp:salarie:500001"]["nir"], people["asp:salarie:500001"]["nom"]) == (
        nir,
        "Marjolaine Origan",
    )
    assert all("nir" not in people[f"asp:salarie:50000{n}"] for n in (4, 5, 6))
    assert contents(sent, "contrats")[0]["personne"] == "asp:salarie:500001"
    assert aside(report) == ["doublon", "doublon"]
    warned = [remark.code for remark in report.remarks if not remark.set_aside]
    assert sorted(warned) == ["nir_invalide", "nir_partage", "nir_partage"]
    told = str(report.remarks) + "".join(line.reference for line in sent)
    assert not any(secret in told for secret in (nir, "Marjolaine", "TILLEUL", "HOUX", "1990"))


def test_a_person_hired_since_the_reform_has_a_pass_from_their_first_day(tmp_path: Path) -> None:
    person = make_salarie(salarie_agrement="99999 2212345")
    mission = make_mission(contrat_date_embauche="03/01/2022", contrat_date_fin_contrat="31/08/2022", contrat_date_sortie_definitive="")  # fmt: skip
    sent, _ = deliver(tmp_path, [person], [mission], ())
    assert "numero_agrement" not in contents(sent, "personnes")[0]
    assert contents(sent, "pass_repris") == [
        {
            "reference": "asp:pass:999992212345", "personne": "asp:salarie:500001", "numero": "999992212345",
            "date_debut": "2022-01-03",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contrat_id_pph": "599999"}, "salarie_absent"),
        ({"contrat_id_structure": "999999"}, "structure_absente"),
        ({"contrat_mesure_disp_code": "ACI_MP"}, "hors_champ"),
        ({"contrat_format_contrat_code": "INEDIT"}, "forme_inconnue"),
        ({"contrat_date_fin_contrat": ""}, "date_absente"),
        ({"contrat_date_embauche": "2017-01-02"}, "date_invalide"),
        ({"contrat_duree_hebdo_travail": "26 h"}, "duree_illisible"),
    ],
)
def test_a_contract_that_cannot_be_sent_is_told(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    sent, report = deliver(tmp_path, missions=[make_mission(**changes)], etats=[make_etat()])
    assert [line.nature for line in sent] == ["personnes"]
    assert aside(report) == [code, "contrat_absent"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"salarie_nom_usage": ""}, "valeur_absente"),
        ({"salarie_rci_libelle": "DR"}, "civilite_inconnue"),
        ({"salarie_date_naissance": "1990"}, "date_invalide"),
        ({"salarie_date_naissance": ""}, "date_absente"),
        ({"salarie_id": "x"}, "identifiant_asp_invalide"),
    ],
)
def test_a_person_who_cannot_be_sent_is_told(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    sent, report = deliver(tmp_path, [make_salarie(**changes)], [make_mission()], ())
    assert sent == []
    assert aside(report) == [code, "salarie_absent"]


def test_hours_of_the_last_valid_version_are_added_and_each_other_row_is_told(tmp_path: Path) -> None:
    etats = [
        make_etat(1),
        make_etat(2, emi_sme_version="2", emi_nb_heures_travail="40"),
        make_etat(3, emi_sme_version="2", emi_nb_heures_travail="40"),
        make_etat(3, emi_sme_version="2"),
        make_etat(4, emi_sme_version="2", emi_esm_etat_code="SAISI"),
        make_etat(5, emi_afi_id="70002"),
        make_etat(6, emi_afi_id="79999"),
        make_etat(7, emi_sme_mois="13"),
        make_etat(8, emi_nb_heures_travail="beaucoup"),
    ]
    sent, report = deliver(tmp_path, etats=etats)
    (declared,) = contents(sent, "declarations")
    assert declared["lignes"] == [
        {"contrat": "asp:contrat:600001", "heures": "80", "annexe": "ACI059170001A0M0"}
    ]
    (line,) = [line for line in sent if line.nature == "declarations"]
    told = {record.line for record in (line.record, *line.others)}
    told |= {remark.line for remark in report.remarks if remark.set_aside}
    assert told == set(range(3, 3 + len(etats)))
    assert sorted(aside(report)) == [
        "annexe_absente", "contrat_sur_deux_annexes", "doublon", "etat_non_valide", "heures_illisibles", "mois_illisible",
        "version_remplacee",
    ]  # fmt: skip


def test_an_exit_without_equivalent_and_a_second_row_of_a_contract_are_told(tmp_path: Path) -> None:
    sent, report = deliver(
        tmp_path, missions=[make_mission(contrat_motif_sortie_code="96"), make_mission()], etats=()
    )
    assert [line.nature for line in sent] == ["personnes", "contrats"]
    assert [remark.code for remark in report.remarks] == ["motif_sans_equivalent", "doublon"]


@pytest.mark.parametrize("column", SALARIE)
def test_no_remark_quotes_what_a_row_says_of_a_person(tmp_path: Path, column: str) -> None:
    wrong = make_salarie(salarie_nir="190055935000112") | {column: "SENTINELLE"}
    sent, report = deliver(tmp_path, salaries=[wrong, make_salarie(500002, salarie_prenom="")])
    assert len(report.remarks) > 1
    told = str([(remark.file, remark.code, remark.detail) for remark in report.remarks])
    for value in ("SENTINELLE", "MARJOLAINE", "Jonquin", "17/05/1990", "190055935000112"):
        assert value not in told
    kept = [line for line in sent if line.nature != "personnes"]
    assert "MARJOLAINE" not in str([orjson.loads(line.content) for line in kept])

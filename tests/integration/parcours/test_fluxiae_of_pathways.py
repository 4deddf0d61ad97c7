"""The pathways' files of the ASP through the import: taken once, whatever the times they are sent."""

from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.parcours import NATURES, pathway_lines
from deploy.fluxiae.report import Report
from tests.factories.facts import make_annexe as make_known_annexe
from tests.factories.fluxiae import make_annexe, make_fiche, make_file
from tests.factories.fluxiae_parcours import CONTRAT, ETAT, SALARIE, make_etat, make_mission, make_salarie
from tests.factories.parcours_service import Parcours

SALARIES = [
    make_salarie(),
    make_salarie(500002, salarie_nom_usage="TILLEUL", salarie_agrement="999992212345"),
]
MISSIONS = [
    make_mission(),
    make_mission(
        600002, contrat_id_pph="500002", contrat_date_creation="03/01/2022", contrat_date_embauche="03/01/2022",
        contrat_date_fin_contrat="31/08/2022", contrat_date_sortie_definitive="",
    ),
]  # fmt: skip
ETATS = [
    make_etat(),
    make_etat(2, emi_sme_mois="6", emi_date_validation="10/07/2017"),
    make_etat(3, emi_ctr_id="600002", emi_sme_annee="2022", emi_afi_id="70002", emi_date_validation="10/04/2022"),
]  # fmt: skip


def lines_of(tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    annexes = [
        make_annexe(af_numero_annexe_financiere="ACI059170001", af_date_debut_effet="01/01/2017", af_date_fin_effet="31/12/2017"),
        make_annexe(
            af_numero_annexe_financiere="ACI059220001", af_id_annexe_financiere="70002",
            af_date_debut_effet="01/01/2022", af_date_fin_effet="31/12/2022",
        ),
    ]  # fmt: skip
    files = {
        "Structure": make_file("Structure", [make_fiche()]),
        "AnnexeFinanciere": make_file("AnnexeFinanciere", annexes),
        "Salarie": make_file("Salarie", SALARIES, columns=SALARIE),
        "ContratMission": make_file("ContratMission", MISSIONS, columns=CONTRAT),
        "EtatMensuelIndiv": make_file("EtatMensuelIndiv", ETATS, columns=ETAT),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    report = Report()
    delivery = read_delivery([tmp_path / name for name in files], report)
    sent = list(pathway_lines(delivery, report))
    assert report.remarks == []
    return {
        nature: [orjson.loads(line.content) for line in lines]
        for nature, lines in groupby(sent, lambda line: line.nature)
    }


async def test_a_delivery_sent_twice_is_taken_once(parcours: Parcours, tmp_path: Path) -> None:
    later = {"numero": "ACI059220001A0M0"}
    await parcours.receive(make_known_annexe("A4", **later, date_debut="2022-01-01", date_fin="2022-12-31"))
    lines = lines_of(tmp_path)
    assert tuple(lines) == NATURES
    for nature in NATURES:
        await parcours.load(nature, *lines[nature])
    facts = await parcours.rows("select count(*) from journal")
    assert await parcours.rows("select numero, date_debut::text, origine from pass_iae") == [
        ("999992212345", "2022-01-03", "pe_approval")
    ]
    (ended,) = await parcours.facts("contrat.termine")
    assert (ended["date_sortie"], ended["comptee"]) == ("2017-06-30", True)
    assert await parcours.rows("select mois from declaration order by mois") == [
        ("2017-03",), ("2017-06",), ("2022-03",),
    ]  # fmt: skip
    for nature in NATURES:
        job, report = await parcours.send(nature, lines[nature])
        assert (job["deja_recues"], report) == (len(lines[nature]), [])
    assert await parcours.rows("select count(*) from journal") == facts
    plain = parcours.as_caller(client="logiciel")
    job, report = await plain.send("pass_repris", [lines["pass_repris"][0]])
    assert [line["code"] for line in report] == ["portee_reprise_requise"]

"""Amounts of new texts, arbitrations and their trace, annexes carried over: what is told is never overwritten."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.access.scopes import Scope
from tests.factories.funding import SIRET, STRUCTURE, make_annexe, make_declaration, make_envelope, receive
from tests.factories.funding_service import Funding
from tests.factories.tokens import ALL_WRITES, bearer
from tests.integration.funding.test_annexes_in_time import get, refused

D = Decimal


def make_bareme(**changes: Any) -> dict[str, Any]:
    return {
        "grandeur": "AIDE_POSTE",
        "type_structure": "EI",
        "a_compter_du": "2026-01-01",
        "montant": "13500.00",
        "source": "arrêté fictif du 3 février 2026",
    } | changes


async def test_an_administrator_enters_the_amount_of_a_new_text_and_annexes_and_simulators_follow(
    funding: Funding, secrets_dir: Path
) -> None:
    admin = bearer(secrets_dir, scopes=[*ALL_WRITES, Scope.EXPLOITATION])
    asked = {"type_structure": "EI", "le": "2026-06-01"}
    absent = (await funding.client.post("/v1/simulations/bareme", json=asked)).json()
    assert [r["code"] for r in absent["refus"]] == ["bareme_absent"]
    assert (await funding.post("baremes", make_bareme())).status_code == 403  # a département does not
    assert (await funding.post("baremes", make_bareme(), admin)).status_code == 201
    found = (await funding.client.post("/v1/simulations/bareme", json=asked)).json()
    assert (found["montant_socle"], found["source"]) == ("13500.00", "arrêté fictif du 3 février 2026")
    for line, code in (
        (make_bareme(montant="1.00"), "bareme_deja_enregistre"),  # by the constraint
        (make_bareme(a_compter_du="2025-01-01"), "bareme_deja_enregistre"),  # by the table of texts
        (make_bareme(type_structure=None), "bareme_incoherent"),
        (make_bareme(grandeur="RSA"), "bareme_incoherent"),
        (make_bareme(montant="0", a_compter_du="2026-07-01"), "montant_nul"),
        (make_bareme(grandeur="RSA", type_structure=None, a_compter_du="2025-04-01"), "bareme_deja_enregistre"),
    ):  # fmt: skip
        answer = await funding.post("baremes", line, admin)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    rsa = make_bareme(grandeur="RSA", type_structure=None, a_compter_du="2026-04-01", montant="652.00")
    part = {"postes": 1, "mois": ["2026-03", "2026-04"]}
    route = "/v1/simulations/cofinancement-departemental"
    assert not (await funding.client.post(route, json=part)).json()["acceptee"]
    assert (await funding.post("baremes", rsa, admin)).status_code == 201
    told = (await funding.client.post(route, json=part)).json()
    assert [m["rsa"] for m in told["detail"]] == ["646.52", "652.00"]
    entered = await get(funding, "baremes")
    assert [(b["grandeur"], D(b["montant"])) for b in entered] == [("AIDE_POSTE", D(13500)), ("RSA", D(652))]
    facts = await funding.scalar("select count(*) from journal where type = 'fr.iae.funding.bareme.saisi'")
    assert facts == 2


async def test_an_arbitration_replaces_the_one_before_and_keeps_its_trace(
    funding: Funding, secrets_dir: Path
) -> None:
    line = {
        "siret": SIRET, "type_structure": "ACI", "annee": 2017, "financeur": "CD59", "demande": "60000.00",
        "montant": "45000.00", "motif": "Crédits votés en mars", "le": "2017-04-12",
    }  # fmt: skip
    await funding.write("arbitrages", line)
    await funding.write("arbitrages", line | {"montant": "50000.00", "motif": "Décision modificative"})
    await funding.write("arbitrages", line | {"financeur": "FSE", "montant": "0.00", "demande": None})
    own = bearer(secrets_dir, departements=(), structures=[STRUCTURE.structure_id])
    assert (
        await funding.post("arbitrages", line, own)
    ).status_code == 404  # a structure does not settle its own
    told = await get(funding, "arbitrages?departement=59&annee=2017")
    assert [(a["financeur"], a["numero"], D(a["montant"]), a["en_vigueur"]) for a in told] == [
        ("CD59", 1, D(45000), False), ("CD59", 2, D(50000), True), ("FSE", 1, D(0), True),
    ]  # fmt: skip
    assert told[0]["motif"] == "Crédits votés en mars"
    assert await get(funding, "arbitrages?departement=62&annee=2017") == []
    assert await refused(funding, "arbitrages", line | {"financeur": "CD99"}) == "departement_inconnu"


async def test_an_annexe_carried_over_is_paid_until_may_then_waits_for_its_signature(
    funding: Funding,
) -> None:
    declared = make_declaration(mois="2025-01", heures=["1820"], annexe="ACI059250001A0M0")
    await receive(funding.engine, make_envelope(declared, declared.declaration_id))
    annexe = await funding.write(
        "annexes",
        make_annexe(
            numero="ACI059250001A0M0", etat="PROVISOIRE", date_debut="2025-01-01", date_fin="2025-12-31",
            montant_unitaire="23921", montant_socle="239210.00", montant_module=None,
        ),
    )  # fmt: skip
    paid = {
        "annexe": "ACI059250001A0M0",
        "financeur": "ETAT",
        "nature": "AIDE_POSTE_SOCLE",
        "montant": "30000.00",
    }
    await funding.write("versements", paid | {"mois": "2025-05"})
    assert await refused(funding, "versements", paid | {"mois": "2025-06"}) == "reconduction_expiree"
    told = await get(funding, f"annexes/{annexe}/reconduction")
    # After 30 September what was paid beyond the actions done (1 820 h, one ETP) is paid back.
    assert (told["situation"], D(told["a_reverser"])) == ("A_REVERSER", D(30000 - 23921))
    await funding.write("etats-annexes", {"annexe": annexe, "etat": "VALIDE"})
    await funding.write("versements", paid | {"mois": "2025-06"})
    assert (await get(funding, f"annexes/{annexe}/reconduction"))["situation"] == "SANS_OBJET"


async def test_a_cofunder_is_written_by_the_number_of_the_annexe_with_its_theory(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    line = {
        "annexe": "ACI 059 17 0001 A0 M0", "financeur": "CD59", "montant": "30000.00", "postes": 6, "date_accord": "2017-02-01",
    }  # fmt: skip
    job, _ = await funding.send(
        "cofinancements",
        [line | {"reference": "1"}, line | {"reference": "2", "financeur": "FSE", "montant": "1000", "postes": None}],
    )  # fmt: skip
    assert job["acceptees"] == 2  # two funders of one annexe in one file
    assert await funding.scalar("select montant_cofinance from annexe_financiere") == 31000
    data = await funding.scalar(
        "select data from journal where type = 'fr.iae.funding.cofinancement.inscrit' order by seq limit 1"
    )
    assert (data["theorique"], data["ecart_signale"]) == ("34165.93", True)
    assert (
        await refused(funding, "cofinancements", line | {"annexe": "ACI059179999A0M0"}, 404)
        == "annexe_inconnue"
    )


def make_asp(**changes: Any) -> dict[str, Any]:
    return {
        "reference": "asp:1", "numero": "ACI059250001A0M0", "siret": SIRET, "type_structure": "ACI", "mesure": "ACI_DC",
        "numero_convention": "C059ACI250001", "etat": "VALIDE", "date_debut": "2025-01-01", "date_fin": "2025-12-31",
        "etp": "10.00", "heures_par_etp": "1820", "montant_unitaire": "23921", "montant_total": "239210.00",
        "donnees": {"af_fse": "25000.00"},
    } | changes  # fmt: skip


async def test_a_file_of_the_asp_is_followed_from_m0_to_m1_and_its_payments_are_reconciled(
    funding: Funding,
) -> None:
    job, _ = await funding.send("annexes_asp", [make_asp()])
    assert job["acceptees"] == 1
    cofunded = {"montant_cofinance": "34820.60", "cofinanceur": "CD FICTIF"}
    m1 = {"numero": "ACI059250001A0M1", "reference": "asp:3"} | cofunded
    job, report = await funding.send(
        "annexes_asp",
        [
            make_asp(reference="asp:2", etat="HISTORISE"),
            make_asp(**m1),
            make_asp(reference="asp:4", montant_total="239210.01"),
            make_asp(**m1 | {"reference": "asp:5", "date_debut": "2025-02-01", "montant_total": "219275.87"}),
            make_asp(**m1 | {"reference": "asp:6"}),  # the same row in a later file
            make_asp(**m1 | {"reference": "asp:7", "montant_cofinance": "40000.00"}),
        ],
    )  # fmt: skip
    assert [(line["reference"], line["code"]) for line in report] == [
        ("asp:4", "montant_socle_incoherent"), ("asp:5", "annexe_deja_active"),
    ]  # fmt: skip
    assert job["acceptees"] == 4
    annexe, version = (await funding.scalar(
        "select json_build_array(id, version) from annexe_financiere where numero = 'ACI059250001A0M1'"
    ))  # fmt: skip
    assert version == 2  # recorded, then its cofunding: the same row in between changed nothing
    (part,) = await get(funding, f"annexes/{annexe}/cofinancements")
    assert (part["financeur"], D(part["montant"])) == ("CD59", D(40000))
    assert await get(funding, f"annexes/{annexe}/asp") == {"af_fse": "25000.00"}
    paid = {
        "annexe": "ACI059250001A0M1",
        "financeur": "ETAT",
        "nature": "AIDE_POSTE_SOCLE",
        "montant": "19934.17",
    }
    await funding.send(
        "versements", [paid | {"reference": f"v{m}", "mois": f"2025-{m:02d}"} for m in range(1, 12)]
    )
    report = await get(funding, "rapprochements?departement=59&annee=2025")
    assert {k: report[k] for k in ("annexes", "conformes", "expliques", "inexpliques")} == {
        "annexes": 1, "conformes": 0, "expliques": 1, "inexpliques": 0,
    }  # fmt: skip
    (line,) = report["lignes"]
    assert (D(line["calcule"]), D(line["verse"]), D(line["inscrit"])) == (
        D(239210),
        D("219275.87"),
        D(239210),
    )
    assert [e["cause"] for e in line["explications"]] == ["ACOMPTES_A_VERSER_1"]
    assert line["mois_manquants"] == 12

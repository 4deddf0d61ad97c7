"""What declarations make of annexes: ETP, rates, forecast, plan of payments; a correction recomputes and leaves a trace."""

from typing import Any
from uuid import UUID, uuid4

from tests.factories.funding import (
    make_annexe,
    make_declaration,
    make_envelope,
    make_structure,
    make_versement,
    receive,
)
from tests.factories.funding_service import Funding
from tests.factories.siret import make_siret
from tests.integration.funding.test_annexes_in_time import get, make_avenant
from tests.integration.funding.test_enveloppes import make_enveloppe


async def declare(funding: Funding, mois: str, heures: str, **others: Any) -> UUID:
    identity: UUID = others.pop("id", None) or uuid4()
    version = others.pop("version", 1)
    declaration = make_declaration(id=identity, mois=mois, heures=[heures], **others)
    await receive(funding.engine, make_envelope(declaration, identity, version=version))
    return identity


async def test_an_annexe_is_followed_month_by_month(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    await funding.write("versements", make_versement())
    await funding.write("versements", make_versement(mois="2017-03"))
    await declare(funding, "2017-01", "1365")
    await declare(funding, "2017-02", "1365")
    followed = await get(funding, f"annexes/{annexe}/realisation")
    assert [(m["mois"], m["etp"], m["taux"]) for m in followed["mois"]] == [
        ("2017-01", "9.0000", "0.9000"), ("2017-02", "9.0000", "0.9000"),
    ]  # fmt: skip
    expected = {
        "etp_annuel": "1.5000",
        "moyenne_mensuelle": "9.0000",
        "taux_cumule": "0.9000",
        "classement": "SOUS",
        "atterrissage": "9.0000",
        "etp_reprenables": "1.00",
        "du_cumule": "29482.50",
        "verse_cumule": "16379.17",
        "regularisation": "13103.33",
        "consomme_etat": "29482.50",
        "etp_plafonne_etat": "1.5000",
        "ecart": "-0.1667",
        "alerte": "A_ALERTER",
    }
    assert {name: followed[name] for name in expected} == expected
    assert (followed["mois_manquants"][0], len(followed["mois_manquants"]), followed["paiement_suspendu"]) == (
        "2017-03", 10, True,
    )  # fmt: skip
    (listed,) = await get(funding, "realisations?departement=59&annee=2017")
    assert listed == followed


async def test_a_worker_of_an_eiti_earns_one_whole_aid_at_most(funding: Funding) -> None:
    eiti = make_structure(siret=make_siret(8), type_structure="EITI")
    await receive(funding.engine, make_envelope(eiti, eiti.structure_id))
    annexe = await funding.write(
        "annexes",
        make_annexe(
            numero="EITI059190001A0M0", siret=eiti.siret, type_structure="EITI", mesure="EITI_DC", etp="2.00",
            date_debut="2019-01-01", date_fin="2019-12-31", heures_par_etp="1505", montant_unitaire="5548",
            montant_socle="11096.00", montant_module=None,
        ),
    )  # fmt: skip
    worker = uuid4()
    for mois, heures in (("2019-01", ["1000"]), ("2019-02", ["600", "100"])):
        told = make_declaration(
            mois=mois, heures=heures, annexe="EITI059190001A0M0", structure_id=eiti.structure_id
        )
        first, *others = told.lignes
        lignes = [first.model_copy(update={"contrat": worker}), *others]
        told = told.model_copy(update={"lignes": lignes})
        await receive(funding.engine, make_envelope(told, told.declaration_id))
    followed = await get(funding, f"annexes/{annexe}/realisation")
    assert [(m["heures"], m["heures_eligibles"]) for m in followed["mois"]] == [
        ("1000", "1000"), ("700", "605"),  # 505 + 100: the worker's 1 505 are reached
    ]  # fmt: skip
    assert (followed["etp_annuel"], followed["du_cumule"]) == ("1.1296", "5916.64")


async def test_an_envelope_tells_what_its_annexes_have_earned_of_the_state(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe(niveau="REGIONAL", territoire="32", montant="900000"))
    await funding.write("enveloppes", make_enveloppe())
    annexe = await funding.write("annexes", make_annexe())
    cofunded = {"annexe": annexe, "financeur": "FSE", "montant": "98275", "date_accord": "2017-01-01"}
    await funding.write("cofinancements", cofunded)
    await declare(funding, "2017-01", "1820")
    shown = await get(funding, "enveloppes?annee=2017")
    assert [(e["territoire"], e["realise"], e["engage"]) for e in shown] == [
        ("32", "9827.50", "98275.00"), ("59", "9827.50", "98275.00"),
    ]  # fmt: skip


async def test_a_correction_recomputes_and_what_was_said_before_is_kept(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    identity = await declare(funding, "2017-01", "1365")
    await declare(funding, "2017-01", "910", id=identity, version=2)
    followed = await get(funding, f"annexes/{annexe}/realisation")
    assert followed["moyenne_mensuelle"] == "6.0000"
    versions = await get(funding, f"annexes/{annexe}/declarations")
    assert [(v["version"], v["heures"]) for v in versions] == [(1, "1365"), (2, "910")]


async def test_hours_before_and_after_a_modification_are_of_one_annexe(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    await funding.write("versements", make_versement())
    await declare(funding, "2017-01", "1820")
    avenant = await funding.write("avenants", make_avenant(annexe))
    await declare(funding, "2017-02", "1820", annexe="ACI059170001A0M1")
    await declare(funding, "2018-02", "5000", annexe="ACI059170001A0M1")  # outside the period
    (followed,) = await get(funding, "realisations?departement=59&annee=2017")
    assert (followed["annexe_id"], followed["etp_annuel"], followed["verse_cumule"]) == (
        avenant,
        "2.0000",
        "16379.17",
    )


async def test_the_plan_tells_each_line_with_its_formula(funding: Funding) -> None:
    annexe = await funding.write("annexes", make_annexe())
    for month in range(1, 9):
        await declare(funding, f"2017-{month:02d}", "1500")
    plan = await get(funding, f"annexes/{annexe}/echeancier")
    lines = [(line["mois"], line["nature"], line["montant"], line["formule"]) for line in plan["lignes"]]
    assert len([line for line in lines if line[1] == "ACOMPTE"]) == 12
    assert [line for line in lines if line[1] != "ACOMPTE"] == [
        ("2017-05", "REGULARISATION", "-899.97", "F09"),  # 80 995.88 due for 7 500 h, 81 895.85 advanced
        ("2017-08", "REGULARISATION", "-539.98", "F09"),
        ("2017-11", "REGULARISATION", None, "F09"),
        ("2018-01", "SOLDE", None, "F10"),
    ]
    cofunded = {"annexe": annexe, "financeur": "FSE", "montant": "96550", "date_accord": "2017-01-01"}
    await funding.write("cofinancements", cofunded | {"circuit": "DIRECT"})
    direct = await get(funding, f"annexes/{annexe}/echeancier")
    assert (direct["montant"], direct["lignes"][0]["montant"]) == ("100000.00", "8333.33")
